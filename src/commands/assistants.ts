import { withAccount, type Ask } from '../account/calls.js';
import type { Context } from '../process/context.js';
import { changedConfig } from '../settings/config-keys.js';
import type { Assistant } from '../conversations/conversation.js';
import {
  assistantCells,
  assistantJson,
  assistantRows,
  findAssistant,
} from '../conversations/assistants.js';
import { jsonText } from '../text/json-line.js';
import { requireAssistant } from '../settings/resolve.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { Settings } from '../settings/settings.js';
import { AppError } from '../base/errors.js';
import { isSilent, type SessionOptions } from '../account/account.js';
import { storePaths } from '../store/paths.js';
import { stylesFor } from '../terminal/appearance.js';
import { paged } from '../terminal/pager.js';
import { write } from '../process/write.js';
import { openTable } from '../terminal/table.js';
import { appearanceFor } from './options.js';

export interface AssistantFlags extends SessionOptions {
  color: boolean;
  pager: boolean;
}

/** The account's assistants. */
export async function list(flags: AssistantFlags, context: Context): Promise<void> {
  await withAccount(flags, context, async ({ settings }, ask) => {
    const assistants = await listed(ask);
    const inForce = settings.assistantId?.value;
    const text = flags.json
      ? `${jsonText({ assistants: assistants.map(assistantJson) })}\n`
      : linesOf(tableLines(assistants, { inForce, flags, context }));
    await paged(context, flags.pager, (print) => print(text));
    if (assistants.length === 0 && !isSilent(flags)) context.stderr.write('no assistants\n');
  });
}

/** One assistant: the one that is named, or the one in force. */
export async function show(
  idOrName: string | undefined,
  flags: AssistantFlags,
  context: Context,
): Promise<void> {
  await withAccount(flags, context, async ({ settings }, ask) => {
    const assistant =
      idOrName === undefined
        ? await got(requireAssistant(settings), ask)
        : await named(idOrName, ask);
    const { dim } = stylesFor(appearanceFor(flags, context));
    const rows = assistantRows(assistant).map(([label, lines]) =>
      linesOf(lines.map((line, index) => `${dim((index === 0 ? label : '').padEnd(12))}  ${line}`)),
    );
    const text = flags.json ? `${jsonText(assistantJson(assistant))}\n` : rows.join('');
    await paged(context, flags.pager, (print) => print(text));
  });
}

/** Makes an assistant that exists the profile's default. */
export async function use(
  idOrName: string,
  flags: AssistantFlags,
  context: Context,
): Promise<void> {
  if (flags.sandbox) {
    throw new AppError(
      'usage',
      'the assistants of the sandbox cannot be stored: it is no account',
      {
        hint: 'leave out --sandbox; telnyx-chat assistants list shows those of the account',
      },
    );
  }
  const options = { ...flags, isNewProfile: true };
  await withAccount(options, context, async ({ settings }, ask) => {
    const assistant = await named(idOrName, ask);
    const profile = settings.profile.value;
    const change = { name: 'assistant_id', value: assistant.id, profile } as const;
    const { updateConfig } = await import('../store/config-store.js');
    const path = storePaths(context).config;
    await updateConfig(path, (config) => changedConfig(config, change), context);
    const said = flags.json
      ? jsonText({ profile, assistant: assistantJson(assistant) })
      : `profile ${profile} uses ${assistant.id}`;
    await write(context.stdout, `${said}\n`);
    warnOfOthers(settings, flags, context);
  });
}

/** A stored assistant comes last: another one may still be in force. */
function warnOfOthers({ assistantId }: Settings, flags: AssistantFlags, context: Context): void {
  const { source, detail = '' } = assistantId?.origin ?? {};
  if (isSilent(flags) || (source !== 'environment' && source !== 'env-file')) return;
  const where = source === 'environment' ? 'of the environment' : `in ${sanitizeLine(detail)}`;
  context.stderr.write(`warning: TELNYX_ASSISTANT_ID ${where} comes before it\n`);
}

function listed(ask: Ask): Promise<Assistant[]> {
  return ask((client, call) => client.listAssistants(call));
}

function got(id: string, ask: Ask): Promise<Assistant> {
  return ask((client, call) => client.getAssistant(id, call));
}

function named(idOrName: string, ask: Ask): Promise<Assistant> {
  return findAssistant(idOrName, { get: (id) => got(id, ask), list: () => listed(ask) });
}

interface TableMeans {
  inForce: string | undefined;
  flags: AssistantFlags;
  context: Context;
}

/** A table on a terminal, fields between tabs on a pipe. */
function tableLines(
  assistants: readonly Assistant[],
  { inForce, flags, context }: TableMeans,
): string[] {
  const rows = assistants.map((each) => assistantCells(each, inForce));
  if (!context.stdout.isTTY) return rows.map((row) => row.join('\t'));
  const { dim, bold, warning } = stylesFor(appearanceFor(flags, context));
  const lines = openTable({
    columns: [
      { title: 'ID' },
      { title: 'NAME', gives: 'cut', style: bold },
      { title: 'MODEL', gives: 'drop' },
      { title: 'STATE', style: warning },
    ],
    width: () => context.stdout.columns || 80,
    styleTitle: dim,
  });
  return lines(rows);
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

import type { Ask } from '../account/calls.js';
import { AppError } from '../base/errors.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import { jsonText } from '../base/text/well-formed.js';
import {
  defineCommand,
  type ArgumentInfo,
  type CommandGroup,
  type ValuesOf,
} from '../command-line/command.js';
import {
  assistantCells,
  assistantJson,
  assistantRows,
  findAssistant,
} from '../conversations/assistants.js';
import type { Assistant } from '../conversations/conversation.js';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';
import { changedConfig } from '../settings/config.js';
import { requireAssistant } from '../settings/resolve.js';
import type { Settings } from '../settings/settings.js';
import { storePaths } from '../store/paths.js';
import { stylesFor } from '../terminal/styles.js';
import { paged } from '../terminal/pager.js';
import { openTable } from '../terminal/table.js';
import { runWithAccount } from './options/account.js';
import { appearanceFor, PAGED_OUTPUT } from './options/output.js';
import { targetFlags } from './options/target.js';

const TARGET = targetFlags('the current assistant');
const REFERENCE: Readonly<Record<string, ArgumentInfo>> = {
  'id|name': { completes: 'assistants' },
};

const list = defineCommand({
  flags: { target: TARGET, output: PAGED_OUTPUT },
  async run({ target, output }, context) {
    await runWithAccount({ target, output }, context, async ({ account, ask, notices }) => {
      const assistants = await listAll(ask);
      const current = account.settings.assistantId?.value;
      const text = output.json
        ? `${jsonText({ assistants: assistants.map(assistantJson) })}\n`
        : linesOf(rowsOf(assistants, current, output, context));
      await paged(context, output.pager, (print) => print(text));
      if (assistants.length === 0) notices.notify('no assistants');
    });
  },
});

const show = defineCommand({
  arguments: REFERENCE,
  flags: { target: TARGET, output: PAGED_OUTPUT },
  async run({ operands: [reference], target, output }, context) {
    await runWithAccount({ target, output }, context, async ({ account, ask }) => {
      const assistant = await (reference === undefined
        ? getOne(requireAssistant(account.settings), ask)
        : named(reference, ask));
      const { dim } = stylesFor(appearanceFor(output, context));
      const rows = assistantRows(assistant).map(([label, lines]) =>
        linesOf(
          lines.map((line, index) => `${dim((index === 0 ? label : '').padEnd(12))}  ${line}`),
        ),
      );
      const text = output.json ? `${jsonText(assistantJson(assistant))}\n` : rows.join('');
      await paged(context, output.pager, (print) => print(text));
    });
  },
});

const use = defineCommand({
  arguments: REFERENCE,
  flags: { target: TARGET, output: PAGED_OUTPUT },
  async run({ operands: [reference = ''], target, output }, context) {
    if (target.sandbox) throw cannotStoreSandbox();
    const values = { target: { ...target, isNewProfile: true }, output };
    await runWithAccount(values, context, async ({ account: { settings }, ask, notices }) => {
      const assistant = await named(reference, ask);
      const profile = settings.profile.value;
      const change = { name: 'assistant_id', value: assistant.id, profile } as const;
      const { updateConfig } = await import('../store/config-store.js');
      const path = storePaths(context).config;
      await updateConfig(path, (config) => changedConfig(config, change), context);
      const text = output.json
        ? jsonText({ profile, assistant: assistantJson(assistant) })
        : `profile ${profile} uses ${assistant.id}`;
      await write(context.stdout, `${text}\n`);
      const warning = overrideWarning(settings);
      if (warning !== undefined) notices.notify(warning);
    });
  },
});

export const assistants: CommandGroup = {
  description: 'The assistants of the account.',
  commands: [
    { usage: 'list', summary: 'list them', load: () => list },
    {
      usage: 'show [id|name]',
      summary: 'show one; without a name the current one',
      load: () => show,
    },
    { usage: 'use <id|name>', summary: "make one the profile's default", load: () => use },
  ],
};

function cannotStoreSandbox(): AppError {
  return new AppError('usage', 'the assistants of the sandbox cannot be stored: it is no account', {
    hint: 'leave out --sandbox; telnyx-chat assistants list shows those of the account',
  });
}

/** A stored assistant comes last: another one may still be effective. */
function overrideWarning({ assistantId }: Settings): string | undefined {
  const { source, detail = '' } = assistantId?.origin ?? {};
  if (source !== 'environment' && source !== 'env-file') return undefined;
  const where = source === 'environment' ? 'of the environment' : `in ${sanitizeLine(detail)}`;
  return `warning: TELNYX_ASSISTANT_ID ${where} comes before it`;
}

function listAll(ask: Ask): Promise<Assistant[]> {
  return ask((client, call) => client.listAssistants(call));
}

function getOne(id: string, ask: Ask): Promise<Assistant> {
  return ask((client, call) => client.getAssistant(id, call));
}

function named(idOrName: string, ask: Ask): Promise<Assistant> {
  return findAssistant(idOrName, { get: (id) => getOne(id, ask), list: () => listAll(ask) });
}

/** A table on a terminal, fields between tabs on a pipe. */
function rowsOf(
  assistants: readonly Assistant[],
  current: string | undefined,
  output: ValuesOf<typeof PAGED_OUTPUT>,
  context: Context,
): string[] {
  const rows = assistants.map((each) => assistantCells(each, current));
  if (!context.stdout.isTTY) return rows.map((row) => row.join('\t'));
  const { dim, bold, warning } = stylesFor(appearanceFor(output, context));
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

import type { Ask } from '../../account/calls.js';
import type { Context } from '../../process/context.js';
import type { Insight } from '../../conversations/conversation.js';
import { insightJson } from '../../conversations/json.js';
import { insightBlock } from '../../conversations/details.js';
import { jsonText } from '../../text/json-line.js';
import { AppError } from '../../base/errors.js';
import { isSilent } from '../../account/account.js';
import { stylesFor } from '../../terminal/styles.js';
import { paged } from '../../terminal/pager.js';
import { appearanceFor } from '../options.js';
import type { PageFlags } from './options.js';
import { withConversation } from './reference.js';

/** Between two looks at insights that are still being made, in milliseconds. */
const PAUSE_MS = 2_000;

export interface InsightFlags extends PageFlags {
  wait?: boolean;
}

/** What was made of a conversation; with `--wait`, when all of it is done. */
export async function insights(
  idOrName: string,
  flags: InsightFlags,
  context: Context,
): Promise<void> {
  await withConversation(idOrName, { flags, context }, async ({ id, account, ask }) => {
    const timeoutMs = account.settings.timeoutMs.value;
    const read = (): Promise<Insight[]> => insightsOf(id, ask);
    const made = flags.wait ? await finished(read, timeoutMs, context) : await read();
    await paged(context, flags.pager, (print) => print(textOf(made, flags, context)));
    if (made.length === 0 && !isSilent(flags)) context.stderr.write('no insights yet\n');
  });
}

function insightsOf(id: string, ask: Ask): Promise<Insight[]> {
  return ask((client, call) => client.listInsights(id, call));
}

async function finished(
  read: () => Promise<Insight[]>,
  timeoutMs: number,
  { clock, signal }: Context,
): Promise<Insight[]> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const made = await read();
    if (made.length > 0 && made.every(isFinished)) return made;
    if (clock.monotonic() + PAUSE_MS > deadline) {
      throw new AppError('timeout', 'the insights are not finished yet', {
        hint: 'wait longer with --timeout <seconds>, or look at what there is without --wait',
      });
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

function isFinished({ status }: Insight): boolean {
  return status !== 'pending' && status !== 'in_progress';
}

function textOf(made: readonly Insight[], flags: PageFlags, context: Context): string {
  if (flags.json) return `${jsonText({ insights: made.map(insightJson) })}\n`;
  const { bold } = stylesFor(appearanceFor(flags, context));
  return made
    .map(insightBlock)
    .map(({ heading, lines }) => `${[bold(heading), ...lines].join('\n')}\n`)
    .join('\n');
}

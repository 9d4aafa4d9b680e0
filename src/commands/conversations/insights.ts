import { AppError } from '../../base/errors.js';
import { jsonText } from '../../base/text/well-formed.js';
import { defineCommand } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import type { Insight } from '../../conversations/conversation.js';
import { insightBlock, insightJson } from '../../conversations/details.js';
import type { Context } from '../../process/context.js';
import { stylesFor } from '../../terminal/styles.js';
import { paged } from '../../terminal/pager.js';
import { appearanceFor, PAGED_OUTPUT, proseOn } from '../options/output.js';
import { CONVERSATIONS_TARGET, REFERENCE, withConversation } from './reference.js';

/** Between two looks at insights that are not finished, in milliseconds. */
const PAUSE_MS = 2_000;

/** A conversation's insights; with `--wait`, when all of them are finished. */
export const insights = defineCommand({
  arguments: REFERENCE,
  flags: {
    target: CONVERSATIONS_TARGET,
    output: PAGED_OUTPUT,
    insights: { wait: toggle('--wait', 'wait until they are finished') },
  },
  async run({ operands: [reference = ''], target, output, insights: { wait } }, context) {
    await withConversation(
      reference,
      { target, output },
      context,
      async ({ id, account, ask, notices }) => {
        const timeoutMs = account.settings.timeoutMs.value;
        const read = (): Promise<Insight[]> => ask((client, call) => client.listInsights(id, call));
        const found = wait ? await finished(read, timeoutMs, context) : await read();
        const { bold } = stylesFor(appearanceFor(output, context));
        const text = output.json
          ? `${jsonText({ insights: found.map(insightJson) })}\n`
          : (await proseOn(context.stdout, target, context))(readable(found, bold));
        await paged(context, output.pager, (print) => print(text));
        if (found.length === 0) notices.notify('no insights yet');
      },
    );
  },
});

async function finished(
  read: () => Promise<Insight[]>,
  timeoutMs: number,
  { clock, signal }: Context,
): Promise<Insight[]> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const found = await read();
    if (found.length > 0 && found.every(isFinished)) return found;
    if (clock.monotonic() + PAUSE_MS > deadline) {
      throw new AppError('timeout', 'the insights are not finished yet', {
        hint: 'wait longer with --timeout <seconds>, or leave out --wait to see what there is',
      });
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

function isFinished({ status }: Insight): boolean {
  return status !== 'pending' && status !== 'in_progress';
}

function readable(found: readonly Insight[], bold: (text: string) => string): string {
  return found
    .map(insightBlock)
    .map(({ heading, lines }) => `${[bold(heading), ...lines].join('\n')}\n`)
    .join('\n');
}

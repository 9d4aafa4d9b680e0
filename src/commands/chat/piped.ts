import type { Context } from '../../process/context.js';
import { errorJson, errorLines } from '../../text/error-report.js';
import { jsonLine } from '../../text/json-line.js';
import { checkedMessage } from '../../turn/message-text.js';
import { runPipedChat } from '../../chat/piped-chat.js';
import type { Turn } from '../../turn/events.js';
import { sanitize } from '../../text/sanitize.js';
import { turnJson } from '../../turn/turn-json.js';
import { type AppError, exitCodeOf } from '../../base/errors.js';
import type { Session } from '../../account/account.js';
import { readLines } from '../../terminal/streams.js';
import { write } from '../../process/write.js';
import { turnInput } from '../conversation-choice.js';
import type { ChatOptions } from '../options.js';

/** Lines from a pipe, one turn each. Gives the exit code. */
export async function pipedChat(
  session: Session,
  options: ChatOptions,
  context: Context,
): Promise<number> {
  const isJson = options.json ?? options.jsonl ?? false;
  const { conversationId, isNew, ...input } = await turnInput(options, { session, context });
  let isFirst = true;
  // Whoever writes to us may go on for ever: when we are done, nobody waits for their lines.
  const leave = (): unknown => context.stdin.destroy();
  const failure = await runPipedChat({
    lines: readLines(context.stdin),
    conversationId,
    takeTurn(text, id) {
      const turn = { ...input, conversationId: id, text: checkedMessage(text), stream: false };
      const isNewNow = isFirst && isNew;
      isFirst = false;
      return session.takeTurn({ ...turn, isNew: isNewNow }, context.signal);
    },
    show: (turn) => write(context.stdout, isJson ? jsonLine(turnJson(turn)) : text(turn, context)),
    clock: context.clock,
    signal: context.signal,
    onFailure: options.keepGoing ? (error) => tell(error, isJson, context) : undefined,
  }).finally(leave);
  return failure ? exitCodeOf(failure) : 0;
}

/** Made safe on a terminal, untouched in a pipe. */
function text({ reply }: Turn, { stdout }: Context): string {
  return `${stdout.isTTY ? sanitize(reply) : reply}\n`;
}

function tell(error: AppError, isJson: boolean, { stderr }: Context): void {
  stderr.write(isJson ? jsonLine(errorJson(error)) : `${errorLines(error).join('\n')}\n`);
}

import type { Session } from '../../account/account.js';
import { exitCodeOf, type AppError } from '../../base/errors.js';
import { runPipedChat } from '../../chat/piped-chat.js';
import type { Context } from '../../process/context.js';
import { write } from '../../process/write.js';
import { readLines } from '../../terminal/read-text.js';
import { errorJson, errorLines } from '../../text/error-report.js';
import { jsonLine } from '../../text/json-line.js';
import { sanitize } from '../../text/sanitize.js';
import type { Turn } from '../../turn/events.js';
import { checkedMessage } from '../../turn/message-text.js';
import { turnJson } from '../../turn/turn-report.js';
import { chosenConversation, type ConversationChoice } from '../options/conversation.js';

interface PipedValues {
  output: { json: boolean; jsonl: boolean };
  conversation: ConversationChoice;
  piped: { keepsGoing: boolean };
}

/** Lines from a pipe, one turn each. Gives the exit code. */
export async function pipedChat(
  session: Session,
  { output, conversation, piped }: PipedValues,
  context: Context,
): Promise<number> {
  const isJson = output.json || output.jsonl;
  const chosen = await chosenConversation(conversation, { session, context });
  const { conversationId, created, ...input } = chosen;
  let isFirst = true;
  // The writer of the pipe may never end: when we are done, its lines are not awaited.
  const leave = (): unknown => context.stdin.destroy();
  const failure = await runPipedChat({
    lines: readLines(context.stdin),
    conversationId,
    takeTurn(text, id) {
      const turn = { ...input, conversationId: id, text: checkedMessage(text), stream: false };
      const createdNow = isFirst ? created : undefined;
      isFirst = false;
      return session.takeTurn({ ...turn, created: createdNow }, context.signal);
    },
    show: (turn) => write(context.stdout, isJson ? jsonOf(turn, output) : text(turn, context)),
    clock: context.clock,
    signal: context.signal,
    onFailure: piped.keepsGoing ? (error) => report(error, isJson, context) : undefined,
  }).finally(leave);
  return failure ? exitCodeOf(failure) : 0;
}

/** A line of `--jsonl` says what it is, as those of `send` do. */
function jsonOf(turn: Turn, { jsonl }: PipedValues['output']): string {
  return jsonLine(jsonl ? { type: 'done', ...turnJson(turn) } : turnJson(turn));
}

/** Made safe on a terminal, untouched in a pipe. */
function text({ reply }: Turn, { stdout }: Context): string {
  return `${stdout.isTTY ? sanitize(reply) : reply}\n`;
}

function report(error: AppError, isJson: boolean, { stderr }: Context): void {
  stderr.write(isJson ? jsonLine(errorJson(error)) : `${errorLines(error).join('\n')}\n`);
}

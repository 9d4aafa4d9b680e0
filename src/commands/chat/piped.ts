import { sessionOf, type Account, type Session } from '../../account/account.js';
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
import { appearanceFor, noticesOn, tracePreference } from '../options/output.js';
import { findToolCalls, printToolCalls } from '../options/tool-calls.js';

interface PipedValues {
  output: { json: boolean; jsonl: boolean; quiet: boolean; color: boolean };
  conversation: ConversationChoice;
  ending: { temporary: boolean };
  piped: { keepsGoing: boolean };
}

/** Lines from a pipe, one turn each. Gives the exit code. */
export async function pipedChat(
  account: Account,
  values: PipedValues,
  context: Context,
): Promise<number> {
  if (!values.ending.temporary) return takeLines(sessionOf(account), values, context);
  const { TemporaryConversations } = await import('./ending.js');
  const own = new TemporaryConversations(account, context);
  let failures: AppError[] = [];
  try {
    const code = await takeLines(sessionOf(own.account), values, context);
    if (code !== 0) return code;
  } finally {
    ({ failures } = await own.deleteAll());
    for (const failure of failures) report(failure, isJson(values), context);
  }
  return failures[0] ? exitCodeOf(failures[0]) : 0;
}

async function takeLines(session: Session, values: PipedValues, context: Context): Promise<number> {
  const chosen = await chosenConversation(values.conversation, { session, context });
  const { conversationId, created, ...input } = chosen;
  let isFirst = true;
  let said = '';
  const show = turnPrinter(session, values, context);
  // The writer of the pipe may never end: when we are done, its lines are not awaited.
  const leave = (): unknown => context.stdin.destroy();
  const onFailure = (error: AppError): void => report(error, isJson(values), context);
  const failure = await runPipedChat({
    lines: readLines(context.stdin),
    conversationId,
    takeTurn(text, id) {
      const turn = { ...input, conversationId: id, text: checkedMessage(text), stream: false };
      const createdNow = isFirst ? created : undefined;
      isFirst = false;
      said = text;
      return session.takeTurn({ ...turn, created: createdNow }, context.signal);
    },
    show: (turn) => show(turn, said),
    clock: context.clock,
    signal: context.signal,
    onFailure: values.piped.keepsGoing ? onFailure : undefined,
  }).finally(leave);
  return failure ? exitCodeOf(failure) : 0;
}

function isJson({ output: { json, jsonl } }: PipedValues): boolean {
  return json || jsonl;
}

/** Prints a turn and, if they are to be shown, its tool calls. */
function turnPrinter(
  { settings, client }: Session,
  values: PipedValues,
  context: Context,
): (turn: Turn, said: string) => Promise<void> {
  const { output } = values;
  const { stdout } = context;
  const { notify } = noticesOn(context, output);
  const isTraced = tracePreference(settings, output) === true;
  return async (turn, said) => {
    const toolCalls = () => findToolCalls({ ...turn, text: said }, { client, context, notify });
    if (isJson(values)) {
      await write(stdout, jsonLine(turnJson(turn, isTraced ? await toolCalls() : undefined)));
      return;
    }
    await write(stdout, text(turn, context));
    if (!isTraced) return;
    printToolCalls((await toolCalls()) ?? [], context, appearanceFor(output, context));
  };
}

/** Made safe on a terminal, untouched in a pipe. */
function text({ reply }: Turn, { stdout }: Context): string {
  return `${stdout.isTTY ? sanitize(reply) : reply}\n`;
}

function report(error: AppError, asJson: boolean, { stderr }: Context): void {
  stderr.write(asJson ? jsonLine(errorJson(error)) : `${errorLines(error).join('\n')}\n`);
}

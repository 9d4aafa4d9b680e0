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
import { loadFailedSend } from '../../turn/deliver.js';
import { checkedMessage } from '../../turn/message-text.js';
import { turnJson } from '../../turn/turn-report.js';
import type { ChatValues } from '../options/chat.js';
import { chosenConversation } from '../options/conversation.js';
import { appearanceFor, noticesOn, tracePreference } from '../options/output.js';
import { proseLines } from '../options/prose.js';
import { findToolCalls, printToolCalls } from '../options/tool-calls.js';

/** Lines from a pipe, one turn each. Gives the exit code. */
export async function pipedChat(
  account: Account,
  values: ChatValues,
  context: Context,
): Promise<number> {
  if (!values.ending.temporary) return takeLines(sessionOf(account), values, context);
  const { TemporaryConversations } = await import('./ending.js');
  const own = new TemporaryConversations(account, context);
  const report = await reporterFor(values, context);
  let failures: AppError[] = [];
  try {
    const code = await takeLines(sessionOf(own.account), values, context);
    if (code !== 0) return code;
  } finally {
    ({ failures } = await own.deleteAll());
    for (const failure of failures) report(failure);
  }
  return failures[0] ? exitCodeOf(failures[0]) : 0;
}

async function takeLines(session: Session, values: ChatValues, context: Context): Promise<number> {
  const report = await reporterFor(values, context);
  const chosen = await chosenConversation(values.conversation, { session, context });
  const { conversationId, created, ...input } = chosen;
  let isFirst = true;
  let said = '';
  const show = await turnPrinter(session, values, context);
  // The writer of the pipe may never end: when we are done, its lines are not awaited.
  const leave = (): unknown => context.stdin.destroy();
  const running = runPipedChat({
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
    onFailure: values.piped.keepsGoing ? report : undefined,
  }).finally(leave);
  loadFailedSend();
  const failure = await running;
  return failure ? exitCodeOf(failure) : 0;
}

function isJson({ output: { json, jsonl } }: Pick<ChatValues, 'output'>): boolean {
  return json || jsonl;
}

/** Prints a turn and, if they are to be shown, its tool calls. */
async function turnPrinter(
  { settings, client }: Session,
  values: ChatValues,
  context: Context,
): Promise<(turn: Turn, said: string) => Promise<void>> {
  const { target, output, appearance } = values;
  const { stdout } = context;
  const { notify } = await noticesOn(context, { ...target, ...output, ...appearance });
  const isTraced = tracePreference(settings, output) === true;
  return async (turn, said) => {
    const toolCalls = () => findToolCalls({ ...turn, text: said }, { client, context, notify });
    if (isJson(values)) {
      const object = turnJson(turn, isTraced ? await toolCalls() : undefined);
      // A line of `--jsonl` says what it is, as those of `send` do.
      await write(stdout, jsonLine(output.jsonl ? { type: 'done', ...object } : object));
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

type Report = (error: AppError) => void;

/** For people, the ids of conversation and request are shown with the first failure; with `-v`, with each. */
async function reporterFor(values: ChatValues, context: Context): Promise<Report> {
  const { stderr } = context;
  if (isJson(values)) return (error) => void stderr.write(jsonLine(errorJson(error)));
  const complain = await proseLines({ ...values.target, ...values.appearance }, context);
  let ids = true;
  return (error) => {
    for (const line of errorLines(error, { ids })) complain(line);
    ids = values.output.verbose;
  };
}

import { openAccount, sessionOf, type Account, type Session } from '../account/account.js';
import { AppError, exitCodeOf } from '../base/errors.js';
import { errorJson, errorLines } from '../base/text/error-report.js';
import { sanitize } from '../base/text/sanitize.js';
import { jsonLine } from '../base/text/well-formed.js';
import { runPipedChat } from '../chat/piped-chat.js';
import { defineCommand } from '../command-line/command.js';
import type { Context } from '../process/context.js';
import { isClosedPipe, write } from '../process/output.js';
import { readLines } from '../terminal/read-text.js';
import { loadFailedSend } from '../turn/turn.js';
import { type Turn, checkedMessage } from '../turn/events.js';
import { turnJson } from '../turn/turn-report.js';
import { CHAT_FLAGS, type ChatValues } from './options/chat.js';
import { mayAsk, noticesOn, appearanceFor, tracePreference, proseLines } from './options/output.js';
import { chosenConversation, waysIn } from './options/target.js';
import { findToolCalls, printToolCalls } from './options/tool-calls.js';

export const chat = defineCommand({
  description: 'A chat. With stdin piped, each line is one turn and the replies come out in order.',
  flags: CHAT_FLAGS,
  async run(given, context) {
    const { temporary } = given.ending;
    if (temporary) assertNew(given.conversation);
    // A conversation that is deleted at the end is not remembered.
    const target = temporary ? { ...given.target, persist: false } : given.target;
    const values = { ...given, target };
    if (mayAsk(context)) {
      const { interactiveChat } = await import('./chat/interactive.js');
      return interactiveChat(values, context);
    }
    const { output, appearance } = values;
    const notices = await noticesOn(context, { ...target, ...output, ...appearance });
    const account = await openAccount(target, { context, notices });
    try {
      return await pipedChat(account, values, context);
    } finally {
      await account.close();
    }
  },
});

/** A temporary conversation is deleted, which is only done to the chat's own. */
function assertNew(choice: ChatValues['conversation']): void {
  const [way] = waysIn(choice);
  if (way === undefined) return;
  throw new AppError('usage', `--temporary and ${way} exclude each other`, {
    hint: 'a temporary chat starts a conversation of its own, and deletes it at the end',
  });
}

/** Lines from a pipe, one turn each. Gives the exit code. */
async function pipedChat(account: Account, values: ChatValues, context: Context): Promise<number> {
  if (!values.ending.temporary) return takeLines(sessionOf(account), values, context);
  const { TemporaryConversations } = await import('./chat/ending.js');
  const own = new TemporaryConversations(account, context, values.target);
  const report = await reporterFor(values, context);
  let failures: AppError[] = [];
  // At a closed pipe, the process would end before anything is deleted.
  context.outliveReader();
  try {
    const code = await takeLines(sessionOf(own.account), values, context);
    if (code !== 0) return code;
  } catch (error) {
    if (!isClosedPipe(error)) throw error;
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

import {
  openAccount,
  sessionOf,
  type Account,
  type Notices,
  type Session,
} from '../account/account.js';
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
import {
  appearanceFor,
  mayAsk,
  noticesOn,
  proseLines,
  tracePreference,
  type ProseFlags,
} from './options/output.js';
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
    const flags = { ...target, ...values.output, ...values.appearance };
    const notices = await noticesOn(context, flags);
    const account = await openAccount(target, { context, notices });
    try {
      return await pipedChat(account, values, { context, notices, flags });
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

interface PipedOptions {
  context: Context;
  notices: Notices;
  flags: ProseFlags & ChatValues['output'];
}

/** Lines from a pipe, one turn each. Gives the exit code. */
async function pipedChat(
  account: Account,
  values: ChatValues,
  options: PipedOptions,
): Promise<number> {
  if (!values.ending.temporary) return takeLines(sessionOf(account), values, options);
  const { TemporaryConversations } = await import('./chat/ending.js');
  const { context } = options;
  const own = new TemporaryConversations(account, context, values.target);
  let failures: AppError[] = [];
  // At a closed pipe, the process would end before anything is deleted.
  context.outliveReader();
  try {
    const code = await takeLines(sessionOf(own.account), values, options);
    if (code !== 0) return code;
  } catch (error) {
    if (!isClosedPipe(error)) throw error;
  } finally {
    ({ failures } = await own.deleteAll());
    failures.forEach(await reporterFor(options));
  }
  return failures[0] ? exitCodeOf(failures[0]) : 0;
}

async function takeLines(
  session: Session,
  values: ChatValues,
  options: PipedOptions,
): Promise<number> {
  const { clock, signal, stdin } = options.context;
  const chooser = { session, context: options.context };
  const chosen = await chosenConversation(values.conversation, chooser);
  const { conversationId, created, ...input } = chosen;
  let isFirst = true;
  let text = '';
  const report = await reporterFor(options);
  const show = turnPrinter(session, values, options);
  const running = runPipedChat({
    lines: readLines(stdin),
    conversationId,
    takeTurn(line, id) {
      text = checkedMessage(line);
      const turn = { ...input, conversationId: id, text, stream: false };
      const createdNow = isFirst ? created : undefined;
      isFirst = false;
      return session.takeTurn({ ...turn, created: createdNow }, signal);
    },
    show: (turn) => show({ ...turn, text }),
    clock,
    signal,
    onFailure: values.piped.keepsGoing ? report : undefined,
    // The writer of the pipe may never end: when we are done, its lines are not awaited.
  }).finally(() => void stdin.destroy());
  loadFailedSend();
  const failure = await running;
  return failure ? exitCodeOf(failure) : 0;
}

/** Prints a turn and, if they are to be shown, its tool calls. */
function turnPrinter(
  { settings, client }: Session,
  { output }: ChatValues,
  { context, notices: { notify } }: PipedOptions,
): (turn: Turn & { text: string }) => Promise<void> {
  const { stdout } = context;
  const isTraced = tracePreference(settings, output) === true;
  return async (turn) => {
    const toolCalls = () => findToolCalls(turn, { client, context, notify });
    if (output.json || output.jsonl) {
      const object = turnJson(turn, isTraced ? await toolCalls() : undefined);
      // A line of `--jsonl` says what it is, as those of `send` do.
      await write(stdout, jsonLine(output.jsonl ? { type: 'done', ...object } : object));
      return;
    }
    // Made safe on a terminal, untouched in a pipe.
    await write(stdout, `${stdout.isTTY ? sanitize(turn.reply) : turn.reply}\n`);
    if (!isTraced) return;
    printToolCalls((await toolCalls()) ?? [], context, appearanceFor(output, context));
  };
}

/** For people, the ids of conversation and request are shown with the first failure; with `-v`, with each. */
async function reporterFor({ flags, context }: PipedOptions): Promise<(error: AppError) => void> {
  const { stderr } = context;
  if (flags.json || flags.jsonl) return (error) => void stderr.write(jsonLine(errorJson(error)));
  const complain = await proseLines(flags, context);
  let ids = true;
  return (error) => {
    for (const line of errorLines(error, { ids })) complain(line);
    ids = flags.verbose;
  };
}

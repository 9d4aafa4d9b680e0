import { openAccount, sessionOf } from '../account/account.js';
import { AppError } from '../base/errors.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import { jsonLine } from '../base/text/well-formed.js';
import { defineCommand, type ValuesOf } from '../command-line/command.js';
import type { ToolCallResult } from '../conversations/transcript.js';
import type { Context, Output } from '../process/context.js';
import { write } from '../process/output.js';
import type { Appearance } from '../terminal/appearance.js';
import type { Spinner } from '../terminal/status-line.js';
import { type ReplyEvent, startedEarly, type Turn } from '../turn/events.js';
import { withNotices, turnJson, createReplyText } from '../turn/turn-report.js';
import { chosenConversation, CONVERSATION, TRACE, TURN_TARGET } from './options/target.js';
import { messageFrom } from './options/message.js';
import {
  APPEARANCE,
  appearanceFor,
  isWatched,
  noticesOn,
  RAW_WARNING,
  tracePreference,
  TURN_OUTPUT,
  proseLines,
} from './options/output.js';

const WITHOUT_WORDS = 'give one: telnyx-chat send hello; or chat: telnyx-chat';

export const send = defineCommand({
  description:
    'Sends one message and prints the reply. Without words, the message is read from stdin.',
  arguments: { message: { help: 'what to say; - stands for stdin' } },
  flags: {
    target: { ...TURN_TARGET, trace: TRACE },
    output: TURN_OUTPUT,
    conversation: CONVERSATION,
    appearance: APPEARANCE,
  },
  async run({ operands, target, output, conversation, appearance: looks }, context) {
    const notices = await noticesOn(context, { ...target, ...output, ...looks });
    const account = await openAccount(target, { context, notices });
    try {
      const session = sessionOf(account);
      const { client, settings } = session;
      const text = await messageFrom(operands, context, WITHOUT_WORDS);
      const chosen = await chosenConversation(conversation, { session, context });
      const stream = isStreamed(output, context);
      const events = session.takeTurn({ ...chosen, text, stream }, context.signal);
      const wrap = settings.wrap.value;
      const appearance = appearanceFor({ ...output, ...looks, wrap }, context);
      const toolCalls: FindToolCalls = async (turn) => {
        const { findToolCalls } = await lateToolCalls();
        return findToolCalls({ ...turn, text }, { client, context, notify: notices.notify });
      };
      const isTraced = tracePreference(settings, output);
      const printing = { output, appearance, toolCalls: isTraced ? toolCalls : undefined };
      await showTurn(events, printing, context);
    } finally {
      await account.close();
    }
  },
});

type OutputValues = ValuesOf<typeof TURN_OUTPUT>;
type FindToolCalls = (turn: Turn) => Promise<ToolCallResult[] | null>;

interface Printing {
  output: OutputValues;
  appearance: Appearance;
  /** Given when they are to be shown. */
  toolCalls: FindToolCalls | undefined;
}

const lateToolCalls = () => import('./options/tool-calls.js');

function isStreamed({ stream, json, jsonl }: OutputValues, { stdout }: Context): boolean {
  return stream && (jsonl || (stdout.isTTY === true && !json));
}

/** A failure to show the reply names the conversation too. */
async function showTurn(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<void> {
  const { output, appearance, toolCalls } = printing;
  const isJson = output.json || output.jsonl;
  let conversationId: string | undefined;
  let turn: Turn | undefined;
  async function* noting(): AsyncGenerator<ReplyEvent> {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      if (event.type === 'done') ({ turn } = event);
      yield event;
    }
  }
  try {
    await (isJson ? showJson : showText)(noting(), printing, context);
  } catch (error) {
    throw error instanceof AppError ? error.with({ conversationId }) : error;
  }
  if (isJson || !turn) return;
  if (toolCalls) {
    const { printToolCalls } = await lateToolCalls();
    printToolCalls((await toolCalls(turn)) ?? [], context, appearance);
  }
  const isShown = context.stderr.isTTY === true && !output.quiet;
  if (isShown) context.stderr.write(`conversation: ${sanitizeLine(turn.conversationId)}\n`);
}

/** With `-v`, stderr reports retries and searches. */
async function withRetryNotices(
  events: AsyncGenerator<ReplyEvent>,
  { output, appearance }: Printing,
  context: Context,
): Promise<AsyncGenerator<ReplyEvent>> {
  if (!output.verbose) return events;
  const print = await proseLines(appearance, context);
  return withNotices(events, (line) => print(sanitizeLine(line)));
}

/** An object for the turn, or with `--jsonl` one for each event that a program can use. */
async function showJson(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<void> {
  const { jsonl } = printing.output;
  const reply = createReplyText();
  const print = (object: object): Promise<void> => write(context.stdout, jsonLine(object));
  for await (const event of await withRetryNotices(events, printing, context)) {
    const text = reply.isReplaced(event) ? '' : reply.next(event);
    const { type } = event;
    if (jsonl && type === 'start') await print({ type, conversation_id: event.conversationId });
    if (jsonl && type === 'delta') await print({ type, text });
    if (type !== 'done') continue;
    // A recovered reply continues where its stream was cut.
    if (jsonl && event.turn.recovered && text !== '') await print({ type: 'delta', text });
    const toolCalls = await printing.toolCalls?.(event.turn);
    await print({ ...(jsonl && { type }), ...turnJson(event.turn, toolCalls) });
  }
}

/** The reply as a person reads it on a terminal; in a pipe, untouched and with one newline. */
async function showText(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<void> {
  const { output, appearance } = printing;
  const { stdout, stderr } = context;
  const started = startedEarly(events);
  if (appearance.raw && stdout.isTTY && !output.quiet) {
    (await proseLines(appearance, context))(RAW_WARNING);
  }
  const isAnimated = isWatched(context, output) && appearance.animation && !output.verbose;
  const { openSpinner } = isAnimated ? await import('../terminal/status-line.js') : {};
  const spinner = await openSpinner?.(stderr);
  if (!stdout.isTTY && !appearance.markdown)
    return showUntouched(await withRetryNotices(started, printing, context), spinner, stdout);
  const { printRendered } = await import('../terminal/reply-printer.js');
  const { verbose } = output;
  await printRendered(started, { appearance, spinner, verbose }, context);
}

async function showUntouched(
  events: AsyncGenerator<ReplyEvent>,
  spinner: Spinner | undefined,
  stdout: Output,
): Promise<void> {
  const reply = createReplyText();
  let isLineOpen = false;
  spinner?.start();
  try {
    for await (const event of events) {
      const shown = reply.next(event);
      if (shown !== '') spinner?.stop();
      if (shown !== '') await write(stdout, shown);
      isLineOpen ||= shown !== '' || event.type === 'done';
    }
  } finally {
    spinner?.stop();
    if (isLineOpen) await write(stdout, '\n');
  }
}

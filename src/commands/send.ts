import { openSession, type Notices, type Session } from '../account/account.js';
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
  isSilent,
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
  async run({ operands, target, output, conversation, appearance }, context) {
    const looks = { ...target, ...output, ...appearance };
    const notices = await noticesOn(context, looks);
    const session = await openSession(target, { context, notices });
    try {
      const text = await messageFrom(operands, context, WITHOUT_WORDS);
      const chosen = await chosenConversation(conversation, { session, context });
      const input = { ...chosen, text, stream: isStreamed(output, context) };
      const events = session.takeTurn(input, context.signal);
      const tools = tracePreference(session.settings, output)
        ? toolCallFinder(text, session, { notices, context })
        : undefined;
      const wrap = session.settings.wrap.value;
      await showTurn(events, { ...output, ...appearance, wrap, tools }, context);
    } finally {
      await session.close();
    }
  },
});

type FindToolCalls = (turn: Turn) => Promise<ToolCallResult[] | null>;

type Printing = ValuesOf<typeof TURN_OUTPUT> &
  ValuesOf<typeof APPEARANCE> & {
    wrap: boolean;
    /** Given when they are to be shown. */
    tools: FindToolCalls | undefined;
  };

function toolCallFinder(
  text: string,
  { client }: Session,
  { notices: { notify }, context }: { notices: Notices; context: Context },
): FindToolCalls {
  return async (turn) => {
    const { findToolCalls } = await lateToolCalls();
    return findToolCalls({ ...turn, text }, { client, context, notify });
  };
}

const lateToolCalls = () => import('./options/tool-calls.js');

function isStreamed(
  { stream, json, jsonl }: ValuesOf<typeof TURN_OUTPUT>,
  { stdout }: Context,
): boolean {
  return stream && (jsonl || (stdout.isTTY === true && !json));
}

/** A failure to show the reply names the conversation too. */
async function showTurn(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<void> {
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
    await show(noting(), printing, context);
  } catch (error) {
    throw error instanceof AppError ? error.with({ conversationId }) : error;
  }
  if (printing.json || printing.jsonl || !turn) return;
  await showToolCalls(turn, printing, context);
  const isShown = context.stderr.isTTY === true && !printing.quiet;
  if (isShown) context.stderr.write(`conversation: ${sanitizeLine(turn.conversationId)}\n`);
}

async function showToolCalls(turn: Turn, printing: Printing, context: Context): Promise<void> {
  if (!printing.tools) return;
  const calls = await printing.tools(turn);
  const { printToolCalls } = await lateToolCalls();
  printToolCalls(calls ?? [], context, appearanceFor(printing, context));
}

async function show(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<void> {
  const { stdout, stderr } = context;
  if (printing.jsonl || printing.json) {
    return showJson(await withRetryNotices(events, printing, context), printing, context);
  }
  const appearance = appearanceFor(printing, context);
  const started = startedEarly(events);
  if (appearance.raw && stdout.isTTY && !isSilent(printing)) {
    (await proseLines(printing, context))(RAW_WARNING);
  }
  const isAnimated = isWatched(context, printing) && appearance.animation && !printing.verbose;
  const { openSpinner } = isAnimated ? await import('../terminal/status-line.js') : {};
  const spinner = await openSpinner?.(stderr);
  await showText(started, { ...printing, appearance, spinner }, context);
}

/** With `-v`, stderr reports retries and searches. */
async function withRetryNotices(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<AsyncGenerator<ReplyEvent>> {
  if (!printing.verbose) return events;
  const print = await proseLines(printing, context);
  return withNotices(events, (line) => print(sanitizeLine(line)));
}

/** An object for the turn, or with `--jsonl` one for each event that a program can use. */
async function showJson(
  events: AsyncGenerator<ReplyEvent>,
  { jsonl, tools }: Printing,
  { stdout }: Context,
): Promise<void> {
  const reply = createReplyText();
  const print = (object: object): Promise<void> => write(stdout, jsonLine(object));
  for await (const event of events) {
    const text = reply.isReplaced(event) ? '' : reply.next(event);
    const { type } = event;
    if (jsonl && type === 'start') await print({ type, conversation_id: event.conversationId });
    if (jsonl && type === 'delta') await print({ type, text });
    if (type !== 'done') continue;
    // A recovered reply continues where its stream was cut.
    if (jsonl && event.turn.recovered && text !== '') await print({ type: 'delta', text });
    await print({ ...(jsonl && { type }), ...turnJson(event.turn, await tools?.(event.turn)) });
  }
}

interface TextOptions extends Printing {
  appearance: Appearance;
  spinner: Spinner | undefined;
}

/** The reply as a person reads it on a terminal; in a pipe, untouched and with one newline. */
async function showText(
  events: AsyncGenerator<ReplyEvent>,
  options: TextOptions,
  context: Context,
): Promise<void> {
  const { stdout } = context;
  if (!stdout.isTTY && !options.appearance.markdown)
    return showUntouched(await withRetryNotices(events, options, context), options.spinner, stdout);
  const { printRendered } = await import('../terminal/reply-printer.js');
  await printRendered(events, options, context);
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

import { openSession } from '../account/account.js';
import { AppError } from '../base/errors.js';
import { defineCommand, type ValuesOf } from '../command-line/command.js';
import type { Context, Output } from '../process/context.js';
import { write } from '../process/write.js';
import type { Appearance } from '../terminal/appearance.js';
import type { Spinner } from '../terminal/status-line.js';
import { jsonLine } from '../text/json-line.js';
import { sanitizeLine } from '../text/sanitize.js';
import { type ReplyEvent, startedEarly } from '../turn/events.js';
import { withNotices, turnJson } from '../turn/turn-report.js';
import { createReplyText } from '../turn/reply-text.js';
import { chosenConversation, CONVERSATION } from './options/conversation.js';
import { messageFrom } from './options/message.js';
import {
  APPEARANCE,
  appearanceFor,
  isSilent,
  noticesOn,
  RAW_WARNING,
  TURN_OUTPUT,
} from './options/output.js';
import { TURN_TARGET } from './options/target.js';

const WITHOUT_WORDS = 'give one: telnyx-chat send hello; or chat: telnyx-chat';

export const send = defineCommand({
  description:
    'Sends one message and prints the reply. Without words, the message is read from stdin.',
  arguments: { message: { help: 'what to say; - stands for stdin' } },
  flags: {
    target: TURN_TARGET,
    output: TURN_OUTPUT,
    conversation: CONVERSATION,
    appearance: APPEARANCE,
  },
  async run({ operands, target, output, conversation, appearance }, context) {
    const session = await openSession(target, { context, notices: noticesOn(context, output) });
    try {
      const text = await messageFrom(operands, context, WITHOUT_WORDS);
      const chosen = await chosenConversation(conversation, { session, context });
      const input = { ...chosen, text, stream: isStreamed(output, context) };
      const events = session.takeTurn(input, context.signal);
      await showTurn(events, { ...output, ...appearance }, context);
    } finally {
      await session.close();
    }
  },
});

type Printing = ValuesOf<typeof TURN_OUTPUT> & ValuesOf<typeof APPEARANCE>;

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
  async function* noting(): AsyncGenerator<ReplyEvent> {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      yield event;
    }
  }
  try {
    await show(noting(), printing, context);
  } catch (error) {
    throw error instanceof AppError ? error.with({ conversationId }) : error;
  }
}

async function show(
  events: AsyncGenerator<ReplyEvent>,
  printing: Printing,
  context: Context,
): Promise<void> {
  const { stdout, stderr } = context;
  if (printing.jsonl) return showJsonLines(withRetryNotices(events, printing, context), context);
  if (printing.json) {
    for await (const event of withRetryNotices(events, printing, context)) {
      if (event.type === 'done') await write(stdout, jsonLine(turnJson(event.turn)));
    }
    return;
  }
  const isWatched = stderr.isTTY === true && !isSilent(printing);
  const appearance = appearanceFor(printing, context);
  if (appearance.raw && stdout.isTTY && !isSilent(printing)) stderr.write(`${RAW_WARNING}\n`);
  const started = startedEarly(events);
  const isAnimated = isWatched && appearance.animation && !printing.verbose;
  const { openSpinner } = isAnimated ? await import('../terminal/status-line.js') : {};
  const spinner = await openSpinner?.(stderr);
  const conversationId = await showText(started, { ...printing, appearance, spinner }, context);
  if (isWatched) stderr.write(`conversation: ${sanitizeLine(conversationId)}\n`);
}

/** With `-v`, stderr reports retries and searches. */
function withRetryNotices(
  events: AsyncGenerator<ReplyEvent>,
  { verbose }: Printing,
  { stderr }: Context,
): AsyncGenerator<ReplyEvent> {
  if (!verbose) return events;
  return withNotices(events, (line) => void stderr.write(`${sanitizeLine(line)}\n`));
}

/** An object for each event that a program can use. */
async function showJsonLines(
  events: AsyncGenerator<ReplyEvent>,
  { stdout }: Context,
): Promise<void> {
  const reply = createReplyText();
  const print = (object: object): Promise<void> => write(stdout, jsonLine(object));
  for await (const event of events) {
    const text = reply.isReplaced(event) ? '' : reply.next(event);
    const { type } = event;
    if (type === 'start') await print({ type, conversation_id: event.conversationId });
    if (type === 'delta') await print({ type, text });
    if (type !== 'done') continue;
    // A recovered reply continues where its stream was cut.
    if (event.turn.recovered && text !== '') await print({ type: 'delta', text });
    await print({ type, ...turnJson(event.turn) });
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
): Promise<string> {
  const { stdout } = context;
  if (!stdout.isTTY && !options.appearance.markdown)
    return showUntouched(withRetryNotices(events, options, context), options.spinner, stdout);
  const { printRendered } = await import('../terminal/reply-printer.js');
  return printRendered(events, options, context);
}

async function showUntouched(
  events: AsyncGenerator<ReplyEvent>,
  spinner: Spinner | undefined,
  stdout: Output,
): Promise<string> {
  const reply = createReplyText();
  let conversationId = '';
  let isLineOpen = false;
  spinner?.start();
  try {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      const shown = reply.next(event);
      if (shown !== '') spinner?.stop();
      if (shown !== '') await write(stdout, shown);
      isLineOpen ||= shown !== '' || event.type === 'done';
    }
  } finally {
    spinner?.stop();
    if (isLineOpen) await write(stdout, '\n');
  }
  return conversationId;
}

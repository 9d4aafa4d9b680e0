import type { Context, Output } from '../process/context.js';
import { createReplyText } from '../turn/reply-text.js';
import { startedEarly } from '../turn/start-early.js';
import type { ReplyEvent } from '../turn/events.js';
import { jsonLine } from '../text/json-line.js';
import { checkedMessage } from '../turn/message-text.js';
import { sanitizeLine } from '../text/sanitize.js';
import { turnJson } from '../turn/turn-json.js';
import { withNotices } from '../turn/notices.js';
import { AppError } from '../base/errors.js';
import { isSilent, openSession } from '../account/account.js';
import { write } from '../process/write.js';
import { turnInput } from './conversation-choice.js';
import type { Appearance } from '../terminal/appearance.js';
import { appearanceFor, messageFrom, RAW_WARNING, type ReadingOptions } from './options.js';

const WITHOUT_WORDS = 'say it: telnyx-chat send hello; or chat: telnyx-chat';

/** One turn: the message from words and stdin, the reply on stdout. */
export async function send(
  words: string[],
  options: ReadingOptions,
  context: Context,
): Promise<void> {
  const session = await openSession(options, context);
  try {
    const text = checkedMessage(await messageFrom(words, context, WITHOUT_WORDS));
    const stream =
      options.stream && (options.jsonl ?? (context.stdout.isTTY === true && !options.json));
    const input = { ...(await turnInput(options, { session, context })), text, stream };
    await showWithId(session.takeTurn(input, context.signal), options, context);
  } finally {
    await session.close();
  }
}

/** A failure to show the reply names the conversation too. */
async function showWithId(
  events: AsyncGenerator<ReplyEvent>,
  options: ReadingOptions,
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
    await show(noting(), options, context);
  } catch (error) {
    throw error instanceof AppError ? error.with({ conversationId }) : error;
  }
}

async function show(
  events: AsyncGenerator<ReplyEvent>,
  options: ReadingOptions,
  context: Context,
): Promise<void> {
  const { stdout, stderr } = context;
  if (options.jsonl) return showJsonLines(told(events, options, context), context);
  if (options.json) {
    for await (const event of told(events, options, context)) {
      if (event.type === 'done') await write(stdout, jsonLine(turnJson(event.turn)));
    }
    return;
  }
  const isWatched = stderr.isTTY === true && !isSilent(options);
  const appearance = appearanceFor(options, context);
  if (appearance.raw && stdout.isTTY && !isSilent(options)) stderr.write(`${RAW_WARNING}\n`);
  const started = told(startedEarly(events), options, context);
  const isAnimated = isWatched && appearance.animation && !options.verbose;
  const { withSpinner } = isAnimated ? await import('../terminal/spinner.js') : {};
  const watched = withSpinner ? withSpinner(started, stderr) : started;
  const conversationId = await showText(watched, appearance, context);
  if (isWatched) stderr.write(`conversation: ${sanitizeLine(conversationId)}\n`);
}

/** With `-v`, stderr tells of the trouble that a turn has. */
function told(
  events: AsyncGenerator<ReplyEvent>,
  { verbose }: ReadingOptions,
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
    // What was begun and found again goes on where it stopped.
    if (event.turn.recovered && text !== '') await print({ type: 'delta', text });
    await print({ type, ...turnJson(event.turn) });
  }
}

/** The reply as a person reads it on a terminal; in a pipe, untouched and with one newline. */
async function showText(
  events: AsyncGenerator<ReplyEvent>,
  appearance: Appearance,
  context: Context,
): Promise<string> {
  const { stdout } = context;
  if (!stdout.isTTY && !appearance.markdown) return showUntouched(events, stdout);
  const { printRendered } = await import('../terminal/reply-printer.js');
  return printRendered(events, appearance, context);
}

async function showUntouched(events: AsyncGenerator<ReplyEvent>, stdout: Output): Promise<string> {
  const reply = createReplyText();
  let conversationId = '';
  let isLineOpen = false;
  try {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      const shown = reply.next(event);
      if (shown !== '') await write(stdout, shown);
      isLineOpen ||= shown !== '' || event.type === 'done';
    }
  } finally {
    if (isLineOpen) await write(stdout, '\n');
  }
  return conversationId;
}

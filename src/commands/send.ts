import type { Context } from '../context.js';
import type { ReplyEvent } from '../core/conversation.js';
import { jsonLine } from '../core/json-line.js';
import { checkedMessage } from '../core/message-text.js';
import { createReplyText } from '../core/reply-text.js';
import { createSanitizer, sanitizeLine } from '../core/sanitize.js';
import { turnJson } from '../core/turn-json.js';
import { AppError } from '../errors.js';
import { isSilent, openSession } from '../session.js';
import { readText, write } from '../terminal/streams.js';
import { turnInput, type ConversationOptions } from './options.js';

/** One turn: the message from words and stdin, the reply on stdout. */
export async function send(
  words: string[],
  options: ConversationOptions,
  context: Context,
): Promise<void> {
  const session = await openSession(options, context);
  try {
    const text = checkedMessage(await messageFrom(words, context));
    const stream =
      options.stream && (options.jsonl ?? (context.stdout.isTTY === true && !options.json));
    const input = { ...turnInput(options, session.last), text, stream };
    await show(session.takeTurn(input, context.signal), options, context);
  } finally {
    await session.close();
  }
}

async function messageFrom(words: string[], context: Context): Promise<string> {
  // Words alone: stdin is not even looked at, it may belong to a loop around us.
  if (words.length > 0 && !words.includes('-')) return words.join(' ');
  if (words.length === 0 && context.stdin.isTTY) {
    throw new AppError('usage', 'message is required', {
      hint: 'say it: telnyx-chat send hello; or chat: telnyx-chat',
    });
  }
  const piped = (await readText(context.stdin)).replace(/\r?\n$/, '');
  return words.length === 0 ? piped : words.map((word) => (word === '-' ? piped : word)).join(' ');
}

async function show(
  events: AsyncGenerator<ReplyEvent>,
  options: ConversationOptions,
  context: Context,
): Promise<void> {
  const { stdout, stderr } = context;
  if (options.jsonl) return showJsonLines(events, context);
  if (options.json) {
    for await (const event of events) {
      if (event.type === 'done') await write(stdout, jsonLine(turnJson(event.turn)));
    }
    return;
  }
  const isWatched = stderr.isTTY === true && !isSilent(options);
  const { withSpinner } = isWatched ? await import('../terminal/spinner.js') : {};
  const watched = withSpinner ? withSpinner(events, stderr) : events;
  const conversationId = await showText(watched, context);
  if (isWatched) stderr.write(`conversation: ${sanitizeLine(conversationId)}\n`);
}

/** An object for each event that a program can use. */
async function showJsonLines(
  events: AsyncGenerator<ReplyEvent>,
  { stdout }: Context,
): Promise<void> {
  for await (const event of events) {
    if (event.type === 'start') {
      await write(stdout, jsonLine({ type: 'start', conversation_id: event.conversationId }));
    } else if (event.type === 'delta') {
      await write(stdout, jsonLine({ type: 'delta', text: event.text }));
    } else if (event.type === 'done') {
      await write(stdout, jsonLine({ type: 'done', ...turnJson(event.turn) }));
    }
  }
}

/** The reply and one newline: as it comes and made safe on a terminal, untouched in a pipe. */
async function showText(events: AsyncGenerator<ReplyEvent>, { stdout }: Context): Promise<string> {
  const text = createReplyText();
  const sanitizer = createSanitizer();
  let conversationId = '';
  let isLineOpen = false;
  try {
    for await (const event of events) {
      if (event.type === 'start') ({ conversationId } = event);
      const next = text.next(event);
      const shown = stdout.isTTY ? sanitizer.write(next) : next;
      if (shown !== '') await write(stdout, shown);
      isLineOpen ||= shown !== '';
      if (event.type === 'done') await write(stdout, `${stdout.isTTY ? sanitizer.end() : ''}\n`);
      if (event.type === 'done') isLineOpen = false;
    }
  } finally {
    if (isLineOpen) await write(stdout, '\n');
  }
  return conversationId;
}

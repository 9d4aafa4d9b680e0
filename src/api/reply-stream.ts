import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ChatEvent } from '../turn/events.js';
import { AppError } from '../base/errors.js';
import { problemIn, type Problem } from './api-error.js';
import { ON_THE_WAY_HINT } from './failures.js';
import { isObject } from './wire.js';

/**
 * A streamed reply out of the bytes of a `text/event-stream`.
 *
 * @throws AppError, delivery `unknown`, on an `error` event and when the stream ends without `done`.
 */
export async function* readReply(body: AsyncIterable<Buffer>): AsyncGenerator<ChatEvent> {
  const parser = createReplyParser();
  const pieces = body[Symbol.asyncIterator]();
  let isDone = false;
  try {
    while (!isDone) {
      const piece = await pieces.next();
      for (const event of piece.done ? parser.end() : parser.push(piece.value)) {
        isDone = event.type === 'done';
        yield event;
        if (isDone) break;
      }
      if (piece.done && !isDone) {
        throw new AppError('network', 'the reply was cut off', {
          hint: ON_THE_WAY_HINT,
          delivery: 'unknown',
        });
      }
    }
  } finally {
    // Read to its end, a finished response leaves its connection to the next request.
    if (isDone) void drain(pieces);
    else await pieces.return?.();
  }
}

async function drain(pieces: AsyncIterator<Buffer>): Promise<void> {
  try {
    while (!(await pieces.next()).done);
  } catch {
    // The reply is complete: nothing that happens to the connection now matters.
  }
}

export interface ReplyParser {
  /** Yields the events before a failure before it throws. */
  push(bytes: Buffer): Iterable<ChatEvent>;
  /** Yields what the end of the bytes completes. */
  end(): Iterable<ChatEvent>;
}

/**
 * Bytes, cut anywhere, to reply events. Telnyx names three events (`delta`, `done`, `error`) without a
 * documented shape: the name comes from `event:`, else from a property; the text from the usual
 * properties, else it is the data itself; the full text of `done` wins over the pieces.
 */
export function createReplyParser(): ReplyParser {
  const decoder = new StringDecoder('utf8');
  const queue: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => queue.push(event) });
  let isAtStart = true;
  let joined = '';

  function feed(text: string): EventSourceMessage[] {
    parser.feed(isAtStart ? text.replace(/^\uFEFF/, '') : text);
    isAtStart &&= text === '';
    return queue.splice(0);
  }

  function* understand(events: EventSourceMessage[]): Generator<ChatEvent> {
    for (const event of events) {
      const { name, text, problem } = readEvent(event);
      if (name === 'error') throw streamFailed(text, problem);
      if (name === 'done') yield { type: 'done', reply: text || joined };
      if (name !== 'delta' || !text) continue;
      joined += text;
      yield { type: 'delta', text };
    }
  }

  return {
    push: (bytes) => understand(feed(decoder.write(bytes))),
    // A server may omit the blank line after its last event; half an event is not used.
    end: () => understand(feed(`${decoder.end()}\n\n`).filter(isWhole)),
  };
}

function isWhole({ data }: EventSourceMessage): boolean {
  return isEndMark(data) || isObject(parsed(data));
}

interface ReadEvent {
  name: string;
  text: string | undefined;
  /** Only an error has one. */
  problem?: Problem;
}

function readEvent({ event, data }: EventSourceMessage): ReadEvent {
  const value = parsed(data);
  if (typeof value === 'string') return { name: named(event, undefined), text: value };
  if (!isObject(value)) return plainEvent(event, data);
  const type = stringIn(value['type'], value['event']) ?? typeByContent(value);
  return { name: named(event, type), text: textOf(value), problem: problemOf(value) };
}

/** The name of an event without one, by properties that only one kind has. */
function typeByContent(value: Record<string, unknown>): string | undefined {
  if (value['error'] || value['errors']) return 'error';
  return 'whatsapp_template' in value ? 'done' : undefined;
}

/** An error in a stream may come in the shapes of an HTTP error, or with those in `error`. */
function problemOf(value: Record<string, unknown>): Problem {
  const { error } = value;
  return problemIn(isObject(error) ? { errors: [error] } : value);
}

/** Data that is not a JSON object is the text itself, except for the end mark that other APIs send. */
function plainEvent(event: string | undefined, data: string): ReadEvent {
  if (isEndMark(data)) return { name: 'done', text: undefined };
  return { name: named(event, undefined), text: data };
}

function isEndMark(data: string): boolean {
  return data.trim() === '[DONE]';
}

/** `message` is what SSE calls an event without a name. */
function named(event: string | undefined, type: string | undefined): string {
  if (event && event !== 'message') return event;
  return type ?? 'delta';
}

function stringIn(...values: unknown[]): string | undefined {
  return values.find((value) => typeof value === 'string');
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** How deeply nested the text of an event may be. */
const MAX_DEPTH = 4;

/** The first text among the usual properties, some levels down if need be. */
function textOf(value: Record<string, unknown>, depth = 1): string | undefined {
  const candidates = [
    value['content'],
    value['delta'],
    value['text'],
    value['message'],
    value['error'],
    value['data'],
  ];
  for (const candidate of candidates) {
    if (typeof candidate === 'string') return candidate;
    const isNear = depth < MAX_DEPTH && isObject(candidate);
    const inner = isNear ? textOf(candidate, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function streamFailed(text: string | undefined, { code, message }: Problem = {}): AppError {
  const failed = 'the assistant failed during its reply';
  const detail = message ?? text;
  return new AppError('api', detail ? `${failed}: ${detail}` : failed, {
    code,
    delivery: 'unknown',
    hasEnded: true,
  });
}

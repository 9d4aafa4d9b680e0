import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ChatEvent } from '../core/conversation.js';
import { AppError } from '../errors.js';
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
        throw new AppError('network', 'the reply was cut off', { delivery: 'unknown' });
      }
    }
  } finally {
    // Read to its end, a finished answer leaves its connection to the next request.
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
  push(bytes: Buffer): ChatEvent[];
  /** What the end of the bytes still completes. */
  end(): ChatEvent[];
}

/**
 * Bytes, cut anywhere, to reply events. Telnyx names three events (`delta`, `done`, `error`) and
 * documents no shape for them: the name is taken from `event:`, else from a property; the text from
 * the usual properties, else it is the data itself; the full text of `done` wins over the pieces.
 */
export function createReplyParser(): ReplyParser {
  const decoder = new StringDecoder('utf8');
  const queue: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => queue.push(event) });
  let joined = '';

  function understand(event: EventSourceMessage): ChatEvent[] {
    const { name, text } = readEvent(event);
    if (name === 'error') throw streamFailed(text);
    if (name === 'done') return [{ type: 'done', reply: text ?? joined }];
    if (name !== 'delta' || !text) return [];
    joined += text;
    return [{ type: 'delta', text }];
  }

  return {
    push(bytes) {
      parser.feed(decoder.write(bytes));
      return queue.splice(0).flatMap(understand);
    },
    end() {
      // A server may leave out the blank line behind its last event. Half an event is not JSON.
      parser.feed(`${decoder.end()}\n\n`);
      return queue
        .splice(0)
        .filter(({ data }) => isObject(parsed(data)))
        .flatMap(understand);
    },
  };
}

interface Read {
  name: string;
  text: string | undefined;
}

function readEvent({ event, data }: EventSourceMessage): Read {
  const value = parsed(data);
  if (typeof value === 'string') return { name: named(event, undefined), text: value };
  if (!isObject(value)) return plainEvent(event, data);
  const type = 'whatsapp_template' in value ? 'done' : stringIn(value['type'], value['event']);
  return { name: named(event, type), text: textOf(value) };
}

/** Data that is no JSON object is the text itself, but for the end mark that other APIs send. */
function plainEvent(event: string | undefined, data: string): Read {
  if (data.trim() === '[DONE]') return { name: 'done', text: undefined };
  const name = named(event, undefined);
  return { name, text: name === 'done' && data === '' ? undefined : data };
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

/** The first text among the usual properties, one level down if need be. */
function textOf(value: Record<string, unknown>): string | undefined {
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
    const inner = isObject(candidate) ? textOf(candidate) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function streamFailed(detail: string | undefined): AppError {
  const message = detail
    ? `the assistant failed during its reply: ${detail}`
    : 'the assistant failed during its reply';
  return new AppError('api', message, { delivery: 'unknown' });
}

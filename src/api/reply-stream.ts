import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ChatEvent } from '../turn/events.js';
import { AppError } from '../base/errors.js';
import { createPairJoiner, wellFormed } from '../base/text/well-formed.js';
import type { Problem } from './api-error.js';
import { ON_THE_WAY_HINT } from './failures.js';
import { isWholeEvent, readEvent, type ReadEvent } from './reply-shapes.js';

/**
 * A streamed reply out of the bytes of a `text/event-stream`.
 *
 * @throws AppError, delivery `unknown`, on an `error` event and when the stream ends without `done`.
 */
export async function* readReply(
  body: AsyncIterable<Buffer>,
  onEvent?: EventWatcher,
): AsyncGenerator<ChatEvent> {
  const parser = createReplyParser(onEvent);
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
 * Bytes, cut anywhere, to reply events. The full text of `done` wins over the pieces.
 *
 * @throws AppError when the stream is over and no text was understood: nobody sent an empty reply.
 */
export function createReplyParser(onEvent: EventWatcher = () => undefined): ReplyParser {
  const decoder = new StringDecoder('utf8');
  const queue: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => queue.push(event) });
  const builder = new ReplyBuilder();
  let isAtStart = true;

  function feed(text: string): EventSourceMessage[] {
    parser.feed(isAtStart ? text.replace(/^\uFEFF/, '') : text);
    isAtStart &&= text === '';
    return queue.splice(0);
  }

  function* understand(events: EventSourceMessage[]): Generator<ChatEvent> {
    for (const { event, data } of events) {
      onEvent(event, data);
      yield* builder.add(readEvent(event, data));
    }
  }

  return {
    push: (bytes) => understand(feed(decoder.write(bytes))),
    end: function* () {
      // A server may omit the blank line after its last event; half an event is not used.
      const last = feed(`${decoder.end()}\n\n`).filter(({ data }) => isWholeEvent(data));
      yield* understand(last);
      if (builder.isOver) yield* builder.finish();
    },
  };
}

/** The reply so far, out of what its events say. */
class ReplyBuilder {
  readonly #joiner = createPairJoiner();
  #joined = '';
  #hasText = false;
  /** The last piece has come, without an event that says so. */
  isOver = false;

  *add({ type, text, isLast = false, problem }: ReadEvent): Generator<ChatEvent> {
    if (type === 'error') throw streamFailed(text, problem);
    this.#hasText ||= text !== undefined && type !== 'other';
    if (type === 'done') yield* this.finish(text);
    if (type !== 'delta') return;
    this.isOver ||= isLast;
    if (!text) return;
    // Some repeat the whole text in their last piece.
    const isWhole = isLast && this.#joined !== '' && text.startsWith(this.#joined);
    yield* this.#grow(this.#joiner.next(isWhole ? text.slice(this.#joined.length) : text));
  }

  *finish(text?: string): Generator<ChatEvent> {
    if (!this.#hasText) throw notUnderstood();
    if (!text) yield* this.#grow(this.#joiner.end());
    yield { type: 'done', reply: text ? wellFormed(text) : this.#joined };
  }

  *#grow(text: string): Generator<ChatEvent> {
    this.#joined += text;
    if (text !== '') yield { type: 'delta', text };
  }
}

/** Told of each event, before it is understood. */
export type EventWatcher = (event: string | undefined, data: string) => void;

function notUnderstood(): AppError {
  return new AppError('api', 'the reply came as a stream in which no text was understood', {
    hint: `--debug tells which events came; TELNYX_CHAT_STREAM=0 asks for replies that are not streamed`,
    delivery: 'unknown',
    hasEnded: true,
  });
}

function streamFailed(text: string | undefined, { code, message }: Problem = {}): AppError {
  const failed = 'the assistant failed during its reply';
  const detail = wellFormed(message ?? text ?? '');
  return new AppError('api', detail ? `${failed}: ${detail}` : failed, {
    code,
    delivery: 'unknown',
    hasEnded: true,
  });
}

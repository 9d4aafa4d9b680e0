import type { ServerResponse } from 'node:http';
import type { ReplyEvent } from '../../turn/events.js';
import type { Outcome } from './outcome.js';
import { StreamedText } from './streamed-text.js';

/** Between two comments that keep a silent connection open, in milliseconds. */
const KEEP_ALIVE_MS = 15_000;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // Proxies of the nginx kind would collect the pieces.
  'x-accel-buffering': 'no',
};

/**
 * A reply as server-sent events. Its head is sent with the first of them, so that a failure before
 * that still has its own status.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #text = new StreamedText();
  readonly #keepAlive: NodeJS.Timeout;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#keepAlive = setInterval(() => this.#comment(), KEEP_ALIVE_MS);
    this.#keepAlive.unref();
    response.once('close', () => clearInterval(this.#keepAlive));
  }

  /** Passes a piece of the reply on; what it gives is to be awaited before the next one. */
  take(event: ReplyEvent): Promise<void> | void {
    const text = this.#text.next(event);
    if (text !== '') return this.#write(eventText('delta', JSON.stringify({ text })));
  }

  /** The last event: `done`, or `error`. */
  end({ status, body, headers }: Outcome): void {
    clearInterval(this.#keepAlive);
    this.#open(status, headers);
    this.#response.end(eventText(status === 200 ? 'done' : 'error', body));
  }

  /** None for a reader who still has to take what came before: the server gives it up in time. */
  #comment(): void {
    if (this.#response.writableLength === 0) void this.#write(': keep-alive\n\n');
  }

  #open(status: number, headers?: Outcome['headers']): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    this.#response.writeHead(status, { ...headers, ...HEADERS });
  }

  #write(text: string): Promise<void> | void {
    this.#open(200);
    if (!this.#response.write(text) && !this.#response.destroyed) return drained(this.#response);
  }
}

function eventText(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

/** Resolves when the reader has taken what was written, or is gone: the server waits for none for ever. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { endWith, isLong, writeInPieces } from '../http/answer.js';
import type { Call } from '../state.js';
import type { Outcome } from './contract.js';

/** Comments at this interval keep a silent connection open. */
const KEEP_ALIVE_MS = 15_000;

/** Read of the reply, and held back with it, while its reader takes nothing: about as many bytes. */
const HELD_BACK_BYTES = 192 * 1024;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Keeps nginx and similar proxies from buffering.
  'x-accel-buffering': 'no',
};

/** Whether the caller asks for events, and would not rather have JSON. */
export function wantsEvents({ headers }: IncomingMessage): boolean {
  const { accept } = headers;
  // Most callers name nothing or one type.
  if (accept === undefined || accept === '*/*') return false;
  if (accept === 'text/event-stream') return true;
  const weights = weightsIn(accept);
  const ofJson = ['application/json', 'application/*', '*/*'].find((type) => weights.has(type));
  const events = weights.get('text/event-stream') ?? 0;
  return events > 0 && events >= (weights.get(ofJson ?? '') ?? 0);
}

/** The weights of the types in an `Accept` header. */
function weightsIn(accept: string): Map<string, number> {
  const entries = accept.split(',').map((entry): [string, number] => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const [, weight] =
      /^q=(.*)$/.exec(parameters.find((each) => each.startsWith('q=')) ?? '') ?? [];
    return [type, weight === undefined ? 1 : Number(weight) || 0];
  });
  return new Map(entries);
}

/** A reply as server-sent events. The head is sent with the first event, so an early failure has its own status. */
export class EventStream {
  readonly #call: Call;
  readonly #response: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;

  constructor(call: Call) {
    const { response } = call;
    this.#call = call;
    this.#response = response;
    this.#keepAlive = setInterval(() => this.#comment(), KEEP_ALIVE_MS);
    this.#keepAlive.unref();
    response.once('close', () => clearInterval(this.#keepAlive));
  }

  /** Sends a piece of the reply. A promise is to be awaited before the next piece. */
  delta(text: string): Promise<void> | void {
    return this.#write(eventText('delta', JSON.stringify({ text })));
  }

  /** Sends the last event, `done` or `error`. */
  end({ status, body, headers }: Outcome): void {
    clearInterval(this.#keepAlive);
    this.#sendHead(status, headers);
    if (this.#response.destroyed) return;
    // The body is not copied into a text of the event: it may be long.
    this.#response.write(eventStart(status === 200 ? 'done' : 'error'));
    endWith(this.#call, body, EVENT_END);
  }

  /** A reader that has not read the last event gets no comment, so that it can time out. */
  #comment(): void {
    if (this.#response.writableLength === 0) void this.#write(': keep-alive\n\n');
  }

  #sendHead(status: number, headers?: Outcome['headers']): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    this.#response.writeHead(status, { 'x-request-id': this.#call.id, ...headers, ...HEADERS });
  }

  #write(text: string): Promise<void> | void {
    this.#sendHead(200);
    const { unread, facts } = this.#call;
    const heldBytes = HELD_BACK_BYTES + (facts.reply?.length ?? 0) + text.length;
    if (isLong(text)) return writeInPieces(this.#call, text, heldBytes);
    if (this.#response.destroyed || this.#response.write(text)) return;
    return unread.taken(this.#call, heldBytes);
  }
}

const EVENT_END = '\n\n';

function eventStart(name: string): string {
  return `event: ${name}\ndata: `;
}

function eventText(name: string, data: string): string {
  return eventStart(name) + data + EVENT_END;
}

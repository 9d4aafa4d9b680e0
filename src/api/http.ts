import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../base/errors.js';
import type { Signal } from '../base/time.js';

/** Bounds of one request, in milliseconds. */
export interface Timeouts {
  /** Until the connection is open, TLS included. */
  connectMs: number;
  /** Between two pieces of a response's body. */
  silenceMs: number;
  totalMs: number;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base URL, encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: Signal;
  timeouts: Timeouts;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  requestId: string | undefined;
  body: AsyncIterable<Buffer>;
}

/** How one request went, for `--debug`, without its content. Times are milliseconds from its start. */
export interface RequestReport {
  method: string;
  path: string;
  /** HTTP status, or what went wrong. */
  outcome: string;
  /** HTTP status, or the kind of failure. */
  status: string;
  requestId?: string;
  /** Not set on a connection that was kept from an earlier request. */
  connectMs?: number;
  firstByteMs?: number;
  totalMs: number;
}

/** A larger response is not read (16 MiB). */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/**
 * A kept connection that ends this soon after a request was closed before the request came, in
 * milliseconds. Later, the server may already have been working on it.
 */
export const DIED_IDLE_MS = 1_000;
/** Between two pieces of a refusal's body, in milliseconds: the status alone says enough. */
const REFUSAL_SILENCE_MS = 3_000;

/** How long a response may pause, in milliseconds. */
export function silenceFor(status: number, { silenceMs }: Pick<Timeouts, 'silenceMs'>): number {
  return status >= 400 ? Math.min(silenceMs, REFUSAL_SILENCE_MS) : silenceMs;
}

/** Characters that have to be encoded in a segment of a path (RFC 3986). */
const OUTSIDE_SEGMENT = /[^\w\-.~!$&'()*+,;=:@]+/g;

/** One path segment. Throws on dots, which mean another path however they are encoded. */
export function segment(id: string): string {
  if (!/^\.{0,2}$/.test(id)) return id.replace(OUTSIDE_SEGMENT, encodeURIComponent);
  throw new AppError('usage', `${JSON.stringify(id)} is not an id`, { delivery: 'not_sent' });
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** `?` and pairs, without those that have no value; '' without any. */
export function queryString(query: Query | undefined): string {
  if (query === undefined) return '';
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encoded(key)}=${encoded(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Also encodes what RFC 3986 reserves and `encodeURIComponent` leaves: filters have brackets with a meaning. */
function encoded(text: string): string {
  const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

/** Kept for a reader who is slower than the sender before the sender is held back, in bytes. */
const MAX_BUFFERED = 64 * 1024;

export interface BodySource {
  /** Continues after `push` returned false. */
  resume(): void;
  /** The reader leaves before the end. */
  leave(): void;
  /** The reader begins or ends to wait for a piece. */
  onWait(isWaiting: boolean): void;
}

interface Waiting {
  resolve: (result: IteratorResult<Buffer, undefined>) => void;
  reject: (error: Error) => void;
}

const END: IteratorResult<Buffer, undefined> = { done: true, value: undefined };

/** The bytes of a response: pushed by a connection, pulled by a reader. */
export class ResponseBody implements AsyncIterableIterator<Buffer, undefined> {
  readonly #source: BodySource;
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #isHeld = false;
  #end: 'complete' | Error | undefined;
  #waiting: Waiting | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Returns false when no more may come until the source is resumed. */
  push(piece: Buffer): boolean {
    if (this.#waiting) {
      this.#stopWaiting(this.#waiting).resolve({ done: false, value: piece });
      return true;
    }
    this.#pieces.push(piece);
    this.#size += piece.length;
    this.#isHeld = this.#size > MAX_BUFFERED;
    return !this.#isHeld;
  }

  /** Ends the body, with what is buffered still to be read. */
  finish(end: 'complete' | Error): void {
    if (this.#end) return;
    this.#end = end;
    if (!this.#waiting) return;
    const waiting = this.#stopWaiting(this.#waiting);
    if (end === 'complete') waiting.resolve(END);
    else waiting.reject(end);
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#size -= piece.length;
      if (this.#isHeld && this.#size <= MAX_BUFFERED) this.#release();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#end === 'complete') return Promise.resolve(END);
    if (this.#end) return Promise.reject(this.#end);
    this.#source.onWait(true);
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    if (!this.#end) this.#source.leave();
    this.#end = 'complete';
    this.#pieces.length = 0;
    return Promise.resolve(END);
  }

  #release(): void {
    this.#isHeld = false;
    this.#source.resume();
  }

  #stopWaiting(waiting: Waiting): Waiting {
    this.#waiting = undefined;
    this.#source.onWait(false);
    return waiting;
  }
}

/** Reads a body to its end, so that its connection can carry the next request. */
export async function discard(body: AsyncIterable<Buffer>): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
}

import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { HttpRequest, RequestReport } from './http.js';

/** A shorter key would be found in words that are no key. */
const SHORTEST_SECRET = 8;

/** An API that repeats the key in its answer does not get it onto a screen or into a log. */
export function withoutKey(text: string, apiKey: string): string {
  return apiKey.length < SHORTEST_SECRET ? text : text.replaceAll(apiKey, '…');
}

/** The failure without the key, whatever part of an answer had it and however it was written there. */
export function errorWithoutKey(error: AppError, apiKey: string): AppError {
  const { kind, message, details, cause } = error;
  const { code, hint, requestId } = details;
  if (![message, code, hint, requestId].some((text) => text?.includes(apiKey))) return error;
  const clean = (text: string | undefined): string | undefined => text && withoutKey(text, apiKey);
  const cleaned = { ...details, code: clean(code), hint: clean(hint), requestId: clean(requestId) };
  return new AppError(kind, withoutKey(message, apiKey), { ...cleaned, cause });
}

/** What the server calls a request, without the key that the request had. */
export function requestIdIn(
  { 'x-request-id': named }: IncomingHttpHeaders,
  { authorization = '' }: Readonly<Record<string, string>>,
): string | undefined {
  const id = Array.isArray(named) ? named[0] : named;
  return id === undefined ? undefined : withoutKey(id, authorization.replace(/^Bearer /, ''));
}

export interface RecordOptions {
  clock: Clock;
  onRequest?: ((report: RequestReport) => void) | undefined;
}

/** What one request takes, from its making on; reported once, when it ends. */
export class RequestRecord {
  readonly #request: HttpRequest;
  readonly #options: RecordOptions;
  readonly #started: number;
  readonly #report: RequestReport;

  constructor(request: HttpRequest, options: RecordOptions) {
    this.#request = request;
    this.#options = options;
    this.#started = options.clock.monotonic();
    const { method, path } = request;
    this.#report = { method, path: withoutQuery(path), outcome: '', totalMs: 0 };
  }

  /** Milliseconds so far. */
  get elapsed(): number {
    return this.#options.clock.monotonic() - this.#started;
  }

  get isEnded(): boolean {
    return this.#report.outcome !== '';
  }

  /** It has a connection that was made for it. */
  connected(): void {
    this.#report.connectMs = this.elapsed;
  }

  /** The head of its answer is there. Gives the server's name for the request. */
  answered(headers: IncomingHttpHeaders): string | undefined {
    this.#report.firstByteMs = this.elapsed;
    const requestId = requestIdIn(headers, this.#request.headers);
    if (requestId !== undefined) this.#report.requestId = requestId;
    return requestId;
  }

  /** Status, or what went wrong. */
  end(outcome: string): void {
    if (this.isEnded) return;
    this.#report.outcome = outcome;
    this.#report.totalMs = this.elapsed;
    this.#options.onRequest?.(this.#report);
  }
}

/** A query can hold names and numbers of people. */
function withoutQuery(path: string): string {
  return path.split('?', 1)[0] ?? path;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { HttpRequest, RequestReport } from './http.js';

/** A shorter key would also be found in ordinary words. */
const MIN_SECRET_LENGTH = 8;

/** Keeps an API that repeats the key in its response from getting it onto a screen or into a log. */
export function withoutKey(text: string, apiKey: string): string {
  return apiKey.length < MIN_SECRET_LENGTH ? text : text.replaceAll(apiKey, '…');
}

/** The failure without the key, whatever part of a response had it. */
export function errorWithoutKey(error: AppError, apiKey: string): AppError {
  const { message, details } = error;
  const { code, hint, requestId } = details;
  if (![message, code, hint, requestId].some((text) => text?.includes(apiKey))) return error;
  const clean = (text: string | undefined): string | undefined => text && withoutKey(text, apiKey);
  return error.but({
    message: withoutKey(message, apiKey),
    code: clean(code),
    hint: clean(hint),
    requestId: clean(requestId),
  });
}

/** The server's name for a request, without the key that the request carried. */
function requestIdIn(
  { 'x-request-id': header }: IncomingHttpHeaders,
  { authorization = '' }: Readonly<Record<string, string>>,
): string | undefined {
  const id = Array.isArray(header) ? header[0] : header;
  return id === undefined ? undefined : withoutKey(id, authorization.slice('Bearer '.length));
}

export interface RecordOptions {
  clock: Clock;
  onRequest?: ((report: RequestReport) => void) | undefined;
}

/** How one request goes, from its start; reported once, when it ends. */
export class RequestRecord {
  readonly #request: HttpRequest;
  readonly #options: RecordOptions;
  readonly #started: number;
  readonly #found: Pick<RequestReport, 'connectMs' | 'firstByteMs' | 'requestId'> = {};
  isEnded = false;

  constructor(request: HttpRequest, options: RecordOptions) {
    this.#request = request;
    this.#options = options;
    this.#started = options.clock.monotonic();
  }

  /** Milliseconds so far. */
  get elapsed(): number {
    return this.#options.clock.monotonic() - this.#started;
  }

  /** A connection was opened for the request. */
  connected(): void {
    this.#found.connectMs = this.elapsed;
  }

  /** The head of its response has arrived. Returns the server's name for the request. */
  responded(headers: IncomingHttpHeaders): string | undefined {
    const requestId = requestIdIn(headers, this.#request.headers);
    if (!this.#options.onRequest) return requestId;
    this.#found.firstByteMs = this.elapsed;
    if (requestId !== undefined) this.#found.requestId = requestId;
    return requestId;
  }

  /** `outcome`: the status, or what went wrong; `status`: the status, or the kind of failure. */
  end(outcome: string, status: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    const { onRequest } = this.#options;
    if (!onRequest) return;
    const { method, path } = this.#request;
    const totalMs = this.elapsed;
    onRequest({ method, path: withoutQuery(path), outcome, status, totalMs, ...this.#found });
  }
}

/** A query can hold people's names and numbers. */
function withoutQuery(path: string): string {
  const at = path.indexOf('?');
  return at < 0 ? path : path.slice(0, at);
}

import type { Socket } from 'node:net';
import { AppError, type Delivery } from '../errors.js';
import { AnswerBody } from './answer-body.js';
import { MAX_ANSWER_BYTES, seconds, withoutQuery, type ExchangeOptions } from './exchange.js';
import type { HttpRequest, HttpResponse, RequestReport } from './http.js';
import { networkError } from './network-error.js';
import { requestIdIn } from './secrets.js';
import { headersOf, inNodesWords } from './undici-words.js';

/** One connection of the pool, used by one exchange at a time. */
export interface Connection {
  /** Undefined while it is not open. */
  readonly socket: Socket | undefined;
  /** Requests sent over the socket so far. */
  sent: number;
  send(outgoing: Outgoing, exchange: PooledExchange): void;
  /** Back to the pool. */
  release(): void;
  /** Ends it, also while it opens. */
  destroy(): void;
}

export interface Outgoing {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** One request over a pooled connection and its answer: bounds and failures as those of Exchange. */
export class PooledExchange {
  readonly #request: HttpRequest;
  readonly #connection: Connection;
  readonly #options: ExchangeOptions;
  readonly #started: number;
  readonly #report: RequestReport;
  readonly #total: NodeJS.Timeout;
  #connecting: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #abort: ((reason: Error) => void) | undefined;
  #resume: () => void = () => undefined;
  /** Of a kept connection: what it had received before this request. */
  #receivedBefore: number | undefined;
  #mayHaveArrived = false;
  #status = 0;
  #size = 0;
  #body: AnswerBody | undefined;
  #resolve: (response: HttpResponse) => void = () => undefined;
  #reject: (error: AppError) => void = () => undefined;
  /** Why it failed. */
  #reason: AppError | undefined;

  constructor(request: HttpRequest, connection: Connection, options: ExchangeOptions) {
    this.#request = request;
    this.#connection = connection;
    this.#options = options;
    this.#started = options.clock.monotonic();
    const { method, path, timeouts } = request;
    this.#report = { method, path: withoutQuery(path), outcome: '', totalMs: 0 };
    this.#total = setTimeout(
      () => this.#fail('timeout', `no answer within ${seconds(timeouts.totalMs)}`),
      timeouts.totalMs,
    );
  }

  /** Sends the request and waits for the head of its answer. */
  response(path: string): Promise<HttpResponse> {
    const { signal, timeouts, method, headers, body } = this.#request;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      signal.addEventListener('abort', this.#onAbort);
      if (signal.aborted) this.#onAbort();
      else {
        if (!this.#connection.socket) this.#boundConnecting(timeouts.connectMs);
        this.#connection.send({ method, path, headers, body }, this);
      }
    });
  }

  #boundConnecting(ms: number): void {
    const message = `no connection to ${this.#options.host} within ${seconds(ms)}`;
    this.#connecting = setTimeout(() => this.#fail('timeout', message), ms);
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#request.signal as { reason: unknown };
    const kind = reason instanceof AppError ? reason.kind : 'interrupted';
    this.#fail(kind, reason instanceof AppError ? reason.message : 'interrupted');
  };

  /** The connection is open and the request about to be written. */
  onConnect(abort: (reason: Error) => void): void {
    if (this.#reason) {
      abort(this.#reason);
      return;
    }
    clearTimeout(this.#connecting);
    this.#abort = abort;
    this.#mayHaveArrived = true;
    const { socket, sent } = this.#connection;
    if (sent === 0) this.#report.connectMs = this.#elapsed();
    else this.#receivedBefore = socket?.bytesRead;
    this.#connection.sent++;
  }

  onHeaders(status: number, rawHeaders: readonly Buffer[], resume: () => void): boolean {
    if (status < 200) return true; // Early hints: the answer is still to come.
    this.#resume = resume;
    this.#report.firstByteMs = this.#elapsed();
    const headers = headersOf(rawHeaders);
    const requestId = requestIdIn(headers, this.#request.headers);
    if (requestId !== undefined) this.#report.requestId = requestId;
    const body = new AnswerBody(this);
    this.#status = status;
    this.#body = body;
    this.#resolve({ status, headers, requestId, body });
    return true;
  }

  onData(piece: Buffer): boolean {
    this.#size += piece.length;
    if (this.#size > MAX_ANSWER_BYTES) {
      this.#fail('api', 'the answer is larger than 16 MiB');
      return false;
    }
    return this.#body?.push(piece) ?? true;
  }

  onComplete(): void {
    this.#settle(String(this.#status));
    this.#connection.release();
    this.#body?.finish('whole');
  }

  onError(error: Error): void {
    this.#connection.release();
    this.#tell((this.#reason ??= this.#failure(error)));
  }

  /** Of the body: its reader was slow and is not any more. */
  resume(): void {
    this.#resume();
  }

  /** Of the body: its reader wants no more of it. */
  leave(): void {
    this.#settle('left unread');
    this.#abort?.(new Error('left unread'));
  }

  /** Of the body: silence is measured only while its reader waits for the next piece. */
  onWait(isWaiting: boolean): void {
    const { silenceMs, totalMs } = this.#request.timeouts;
    clearTimeout(this.#silence);
    if (!isWaiting || silenceMs >= totalMs) return;
    const message = `the answer stopped for ${seconds(silenceMs)}`;
    this.#silence = setTimeout(() => this.#fail('timeout', message), silenceMs);
  }

  #fail(kind: AppError['kind'], message: string): void {
    const reason = (this.#reason ??= new AppError(kind, message, { delivery: this.#delivery() }));
    // Without a connection yet, there is nothing to abort but the opening of one.
    if (this.#abort) this.#abort(reason);
    else this.#connection.destroy();
    this.#tell(reason);
  }

  #tell(reason: AppError): void {
    this.#settle(reason.message);
    this.#reject(reason);
    this.#body?.finish(reason);
  }

  #failure(error: Error): AppError {
    const { host } = this.#options;
    if (/bad upgrade/.test(error.message)) {
      return new AppError('network', `${host} wants to speak another protocol`, {
        delivery: this.#delivery(),
      });
    }
    return networkError(inNodesWords(error, this.#body !== undefined), host, this.#delivery()).with(
      {
        diedIdle: this.#diedIdle() || undefined,
      },
    );
  }

  #diedIdle(): boolean {
    const { socket } = this.#connection;
    return this.#receivedBefore !== undefined && socket?.bytesRead === this.#receivedBefore;
  }

  #delivery(): Delivery {
    return this.#mayHaveArrived ? 'unknown' : 'not_sent';
  }

  /** Ends all watching and reports the request, once. */
  #settle(outcome: string): void {
    if (this.#report.outcome !== '') return;
    this.#report.outcome = outcome;
    this.#report.totalMs = this.#elapsed();
    clearTimeout(this.#total);
    clearTimeout(this.#connecting);
    clearTimeout(this.#silence);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#options.onRequest?.(this.#report);
  }

  #elapsed(): number {
    return this.#options.clock.monotonic() - this.#started;
  }
}

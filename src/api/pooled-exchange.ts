import type { AppError, Delivery } from '../base/errors.js';
import { AnswerBody } from './answer-body.js';
import {
  DIED_IDLE_MS,
  MAX_ANSWER_BYTES,
  silenceFor,
  type HttpRequest,
  type HttpResponse,
} from './http.js';
import type { ExchangeOptions } from './exchange.js';
import type { Connection, Requester } from './http1/connection.js';
import type { ConnectionPool } from './http1/connection-pool.js';
import { requestBytes } from './http1/request-text.js';
import type { ResponseHead } from './http1/response-head.js';
import {
  networkError,
  ANSWER_TOO_LARGE,
  answerStopped,
  calledOff,
  endedBy,
  noAnswer,
  noConnection,
  otherProtocol,
  type RequestEnd,
} from './failures.js';
import { RequestRecord } from './request-record.js';

interface PooledOptions extends ExchangeOptions {
  /** The path of the base URL. */
  prefix: string;
}

/** One request over a pooled connection and its answer: bounds and failures as those of Exchange. */
export class PooledExchange implements Requester {
  readonly #request: HttpRequest;
  readonly #pool: ConnectionPool;
  readonly #options: PooledOptions;
  readonly #record: RequestRecord;
  #connection: Connection | undefined;
  #total: NodeJS.Timeout | undefined;
  #connecting: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** Of a kept connection: what it had received before this request, and until when it may die idle. */
  #receivedBefore: number | undefined;
  #idleUntil = 0;
  #mayHaveArrived = false;
  /** Whether the reader takes what comes. */
  isReady = true;
  #status = 0;
  #size = 0;
  #body: AnswerBody | undefined;
  #resolve: (response: HttpResponse) => void = () => undefined;
  #reject: (error: AppError) => void = () => undefined;
  /** Why it failed. */
  #reason: AppError | undefined;

  constructor(request: HttpRequest, pool: ConnectionPool, options: PooledOptions) {
    this.#request = request;
    this.#pool = pool;
    this.#options = options;
    this.#record = new RequestRecord(request, options);
  }

  /** Sends the request and waits for the head of its answer. */
  response(): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#send();
    });
  }

  #send(): void {
    const { signal, timeouts } = this.#request;
    const bytes = this.#bytes();
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) {
      this.#onAbort();
      return;
    }
    this.#total = setTimeout(this.#onTotal, timeouts.totalMs);
    this.#sendOver(this.#pool.take(), bytes);
  }

  #bytes(): string | Buffer {
    const { method, path, headers, body } = this.#request;
    const { host, prefix } = this.#options;
    return requestBytes(host, { method, path: prefix + path, headers, body });
  }

  #sendOver(connection: Connection, bytes: string | Buffer): void {
    this.#connection = connection;
    if (!connection.isOpen) this.#boundConnecting(this.#request.timeouts.connectMs);
    connection.send(bytes, this);
  }

  readonly #onTotal = (): void => {
    this.#fail(noAnswer(this.#request.timeouts.totalMs));
  };

  #boundConnecting(ms: number): void {
    this.#connecting = setTimeout(() => this.#fail(noConnection(this.#options.host, ms)), ms);
  }

  readonly #onAbort = (): void => {
    this.#fail(calledOff(this.#request.signal));
  };

  onOpen(): void {
    clearTimeout(this.#connecting);
    this.#mayHaveArrived = true;
    const { sent = 0, received } = this.#connection ?? {};
    if (sent === 0) this.#record.connected();
    else {
      this.#receivedBefore = received;
      this.#idleUntil = this.#record.elapsed + DIED_IDLE_MS;
    }
  }

  onHead({ status, headers }: ResponseHead): void {
    const requestId = this.#record.answered(headers);
    if (status === 101) {
      this.#fail(otherProtocol(this.#options.host));
      return;
    }
    const body = new AnswerBody(this);
    this.#status = status;
    this.#body = body;
    this.#resolve({ status, headers, requestId, body });
  }

  onData(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > MAX_ANSWER_BYTES) this.#fail(ANSWER_TOO_LARGE);
    // What it is in is filled anew with what comes next.
    else if (!this.#body?.push(Buffer.from(piece))) this.isReady = false;
  }

  onComplete(): void {
    this.#settle(String(this.#status));
    this.#body?.finish('whole');
  }

  onError(error: Error): void {
    // A kept connection that ends before anything is written says nothing of the request.
    const isUnused = !this.#mayHaveArrived && (this.#connection?.sent ?? 0) > 0;
    if (isUnused) this.#sendOver(this.#pool.take(), this.#bytes());
    else this.#tell((this.#reason ??= this.#failure(error)));
  }

  /** Of the body: its reader was slow and is not any more. */
  resume(): void {
    this.isReady = true;
    if (!this.#record.isEnded) this.#connection?.resume();
  }

  /** Of the body: its reader wants no more of it. */
  leave(): void {
    this.#settle('left unread');
    this.#connection?.destroy();
  }

  /** Of the body: silence is measured only while its reader waits for the next piece. */
  onWait(isWaiting: boolean): void {
    const { totalMs } = this.#request.timeouts;
    const silenceMs = silenceFor(this.#status, this.#request.timeouts);
    clearTimeout(this.#silence);
    if (!isWaiting || silenceMs >= totalMs) return;
    this.#silence = setTimeout(() => this.#fail(answerStopped(silenceMs)), silenceMs);
  }

  #fail(end: RequestEnd): void {
    const reason = (this.#reason ??= endedBy(end, this.#delivery()));
    this.#connection?.destroy();
    this.#tell(reason);
  }

  #tell(reason: AppError): void {
    this.#settle(reason.message);
    this.#reject(reason);
    this.#body?.finish(reason);
  }

  #failure(error: Error): AppError {
    const isUnanswered = this.#receivedBefore === this.#connection?.received;
    const diedIdle = (isUnanswered && this.#record.elapsed <= this.#idleUntil) || undefined;
    return networkError(error, this.#options.host, this.#delivery()).with({ diedIdle });
  }

  #delivery(): Delivery {
    return this.#mayHaveArrived ? 'unknown' : 'not_sent';
  }

  /** Ends all watching and reports the request, once. */
  #settle(outcome: string): void {
    if (this.#record.isEnded) return;
    clearTimeout(this.#total);
    clearTimeout(this.#connecting);
    clearTimeout(this.#silence);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#record.end(outcome);
  }
}

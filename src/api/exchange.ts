import type { IncomingHttpHeaders } from 'node:http';
import type { AppError, Delivery } from '../base/errors.js';
import {
  connectTimeout,
  interruptedBy,
  networkError,
  otherProtocol,
  responseTooLarge,
  silenceTimeout,
  totalTimeout,
} from './failures.js';
import {
  DIED_IDLE_MS,
  MAX_RESPONSE_BYTES,
  silenceFor,
  type HttpRequest,
  type HttpResponse,
  ResponseBody,
  type BodySource,
} from './http.js';
import type { BodyReading, ReadBudget } from './read-budget.js';
import { RequestRecord, type RecordOptions } from './request-record.js';

export interface ExchangeOptions extends RecordOptions {
  /** The server's name in messages. */
  host: string;
  /** Limits all bodies that are read over the transport together; undefined: each has only its own limit. */
  budget?: ReadBudget | undefined;
}

/** Carries one request over a connection, and tells the exchange what happens. */
export interface Carrier {
  /** Throws a TypeError on what HTTP cannot carry. */
  send(): void;
  /** Ends the request together with its connection. */
  abort(reason: Error): void;
  /** Continues after `onData` returned false. */
  resume(): void;
  /** Bytes received over the connection so far. */
  readonly received: number;
}

/** One request and its response: bounded in time and size, with every failure as an AppError. */
export class Exchange implements BodySource, BodyReading {
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #record: RequestRecord;
  readonly #budget: ReadBudget | undefined;
  #carrier: Carrier | undefined;
  #total: NodeJS.Timeout | undefined;
  #connecting: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** From here on the request may reach the server. */
  #isWritten = false;
  /** On a kept connection: bytes received before this request, and until when it may die idle. */
  #receivedBefore: number | undefined;
  #idleUntil = 0;
  #status = 0;
  /** Bytes of the body so far. */
  size = 0;
  #body: ResponseBody | undefined;
  #isAwaited = false;
  #resolve: (response: HttpResponse) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  /** The first failure: later ones only follow from it. */
  #reason: AppError | undefined;

  constructor(request: HttpRequest, options: ExchangeOptions) {
    this.#request = request;
    this.#options = options;
    this.#record = new RequestRecord(request, options);
    this.#budget = options.budget;
  }

  /** Sends the request and waits for the head of its response. */
  response(carrier: Carrier): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#start(carrier);
    });
  }

  #start(carrier: Carrier): void {
    const { signal, timeouts } = this.#request;
    if (signal.aborted) {
      this.#onAbort();
      return;
    }
    this.#carrier = carrier;
    carrier.send();
    if (this.isEnded) return;
    signal.addEventListener('abort', this.#onAbort);
    const { totalMs } = timeouts;
    this.#total = setTimeout(() => this.fail(totalTimeout(totalMs)), totalMs);
  }

  readonly #onAbort = (): void => {
    this.fail(interruptedBy(this.#request.signal));
  };

  get isEnded(): boolean {
    return this.#record.isEnded;
  }

  get hasHead(): boolean {
    return this.#body !== undefined;
  }

  /** A connection is being opened for the request. */
  onConnecting(): void {
    if (this.isEnded || this.#connecting) return;
    const { connectMs } = this.#request.timeouts;
    this.#connecting = setTimeout(() => {
      this.fail(connectTimeout(this.#options.host, connectMs));
    }, connectMs);
  }

  /** The connection is open, and the request is about to be written. */
  onWrite({ isKept }: { isKept: boolean }): void {
    clearTimeout(this.#connecting);
    this.#isWritten = true;
    if (isKept) {
      this.#receivedBefore = this.#carrier?.received;
      this.#idleUntil = this.#record.elapsed + DIED_IDLE_MS;
    } else this.#record.connected();
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    const requestId = this.#record.responded(headers);
    if (status === 101) {
      this.fail(otherProtocol(this.#options.host));
      return;
    }
    const body = new ResponseBody(this);
    this.#status = status;
    this.#body = body;
    this.#resolve({ status, headers, requestId, body });
  }

  /** Returns false when no more may come until the carrier is resumed. */
  onData(piece: Buffer): boolean {
    this.size += piece.length;
    if (this.size > MAX_RESPONSE_BYTES) {
      this.fail(responseTooLarge());
      return false;
    }
    const isTaken = this.#body?.push(piece) ?? true;
    if (isTaken) return this.#mayGoOn();
    this.#budget?.holdBack(this);
    return false;
  }

  /** The body is long, and read without waiting for others. */
  get isReadFast(): boolean {
    return this.#budget?.isFirst(this) ?? true;
  }

  goOn(): void {
    this.#watchSilence();
    if (!this.isEnded) this.#carrier?.resume();
  }

  onComplete(): void {
    // A body that ends with its connection looks complete when we end that.
    if (this.isEnded) return;
    this.#settle(String(this.#status), String(this.#status));
    this.#body?.finish('complete');
  }

  onError(error: Error): void {
    if (!this.isEnded) this.#end((this.#reason ??= this.#failure(error)));
  }

  fail(error: AppError): void {
    if (this.isEnded) return;
    const reason = (this.#reason ??= error.with({ delivery: this.#delivery() }));
    this.#carrier?.abort(reason);
    this.#end(reason);
  }

  resume(): void {
    if (!this.isEnded && this.#mayGoOn()) this.#carrier?.resume();
  }

  #mayGoOn(): boolean {
    return this.#budget?.mayGoOn(this) ?? true;
  }

  leave(): void {
    if (this.isEnded) return;
    this.#settle('left unread', String(this.#status));
    this.#carrier?.abort(new Error('left unread'));
  }

  /** Silence counts only while the reader waits for the next piece. */
  onWait(isWaiting: boolean): void {
    this.#isAwaited = isWaiting;
    this.#watchSilence();
  }

  /** Silence does not count either while the body waits for others. */
  #watchSilence(): void {
    const { timeouts } = this.#request;
    const silenceMs = silenceFor(this.#status, timeouts);
    clearTimeout(this.#silence);
    if (!this.#isAwaited || silenceMs >= timeouts.totalMs || this.#budget?.isWaiting(this)) return;
    this.#silence = setTimeout(() => this.fail(silenceTimeout(silenceMs)), silenceMs);
  }

  #end(reason: AppError): void {
    this.#settle(reason.message, reason.kind);
    this.#reject(reason);
    this.#body?.finish(reason);
  }

  #failure(error: Error): AppError {
    const isUnanswered = this.#receivedBefore === this.#carrier?.received;
    const diedIdle = (isUnanswered && this.#record.elapsed <= this.#idleUntil) || undefined;
    return networkError(error, this.#options.host).with({ delivery: this.#delivery(), diedIdle });
  }

  #delivery(): Delivery {
    return this.#isWritten ? 'unknown' : 'not_sent';
  }

  /** Ends all watching and reports the request, once. */
  #settle(outcome: string, status: string): void {
    this.#budget?.leave(this);
    clearTimeout(this.#total);
    clearTimeout(this.#connecting);
    clearTimeout(this.#silence);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#record.end(outcome, status);
  }
}

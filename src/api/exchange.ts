import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type Delivery } from '../base/errors.js';
import {
  DIED_IDLE_MS,
  MAX_ANSWER_BYTES,
  silenceFor,
  type HttpRequest,
  type HttpResponse,
} from './http.js';
import {
  networkError,
  ANSWER_TOO_LARGE,
  answerStopped,
  calledOff,
  endedBy,
  noAnswer,
  noConnection,
  otherProtocol,
  proxyRefused,
  type RequestEnd,
} from './failures.js';
import { RequestRecord, type RecordOptions } from './request-record.js';

export interface ExchangeOptions extends RecordOptions {
  /** For messages. */
  host: string;
}

/** One request and its answer: bounded in time and size, with every failure as an AppError. */
export class Exchange {
  readonly #outgoing: ClientRequest;
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #record: RequestRecord;
  readonly #timers: NodeJS.Timeout[] = [];
  /** The connection was open, so the request may have arrived. */
  #mayHaveArrived = false;
  /** Of a kept connection: what it had received before this request, and until when it may die idle. */
  #receivedBefore: number | undefined;
  #idleUntil = 0;
  /** We ended it ourselves. */
  #isEnded = false;
  /** Why it failed. */
  #reason: AppError | undefined;
  #rejectHead: (error: AppError) => void = () => undefined;

  constructor(outgoing: ClientRequest, request: HttpRequest, options: ExchangeOptions) {
    this.#outgoing = outgoing;
    this.#request = request;
    this.#options = options;
    this.#record = new RequestRecord(request, options);
  }

  /** Sends the request and waits for the head of its answer. */
  response(): Promise<HttpResponse> {
    const { signal, timeouts, body } = this.#request;
    const promise = new Promise<HttpResponse>((resolve, reject) => {
      this.#rejectHead = reject;
      this.#outgoing.on('response', (incoming) => resolve(this.#answer(incoming)));
    });
    this.#outgoing.on('error', (error) => {
      this.#rejectHead(this.#settle(this.#failure(error)));
    });
    this.#outgoing.on('upgrade', (_, socket) => {
      // Node leaves such a connection to us.
      socket.on('error', () => undefined);
      this.#fail(otherProtocol(this.#options.host));
    });
    this.#outgoing.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) this.#fail(proxyRefused(statusCode));
    });
    this.#bound(timeouts.totalMs, () => this.#fail(noAnswer(timeouts.totalMs)));
    this.#watchConnection(timeouts.connectMs);
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
    this.#outgoing.end(body);
    return promise;
  }

  readonly #onAbort = (): void => {
    this.#fail(calledOff(this.#request.signal));
  };

  /** The bound begins before there is a socket: a proxy may keep us waiting for one. */
  #watchConnection(ms: number): void {
    const timer = this.#bound(ms, () => this.#fail(noConnection(this.#options.host, ms)));
    const opened = (): void => {
      this.#mayHaveArrived = true;
      clearTimeout(timer);
    };
    this.#outgoing.on('socket', (socket) => {
      if (socket.destroyed) return;
      if (!isOpening(socket)) {
        this.#receivedBefore = socket.bytesRead;
        this.#idleUntil = this.#record.elapsed + DIED_IDLE_MS;
        opened();
        return;
      }
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
        this.#record.connected();
        opened();
      });
    });
  }

  #answer(incoming: IncomingMessage): HttpResponse {
    const requestId = this.#record.answered(incoming.headers);
    const status = incoming.statusCode ?? 0;
    return { status, headers: incoming.headers, requestId, body: this.#body(incoming, status) };
  }

  /** The answer's bytes; silence is measured only while we wait for the next piece. */
  async *#body(incoming: IncomingMessage, status: number): AsyncGenerator<Buffer> {
    let isWaiting = true;
    let size = 0;
    const silenceMs = silenceFor(status, this.#request.timeouts);
    const silence = this.#bound(silenceMs, () => {
      if (isWaiting) this.#fail(answerStopped(silenceMs));
    });
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) throw endedBy(ANSWER_TOO_LARGE, 'unknown');
        isWaiting = false;
        yield chunk;
        isWaiting = true;
        silence.refresh();
      }
      // A body that only the end of its connection ends looks whole when we end that.
      if (this.#isEnded && this.#reason) throw this.#reason;
      this.#settle(String(status));
    } catch (error) {
      throw this.#settle(this.#failure(error));
    } finally {
      this.#settle('left unread');
    }
  }

  #fail(end: RequestEnd): void {
    this.#isEnded = true;
    this.#reason ??= endedBy(end, this.#delivery());
    this.#outgoing.destroy(this.#reason);
    // Without a socket yet, a destroyed request says nothing.
    this.#rejectHead(this.#settle(this.#reason));
  }

  #failure(error: unknown): AppError {
    // What went wrong first: the rest only follows from it.
    return (this.#reason ??=
      error instanceof AppError
        ? error
        : networkError(error, this.#options.host, this.#delivery()).with({
            diedIdle: this.#diedIdle() || undefined,
          }));
  }

  #diedIdle(): boolean {
    const { socket } = this.#outgoing;
    const isUnanswered = socket !== null && socket.bytesRead === this.#receivedBefore;
    return isUnanswered && this.#record.elapsed <= this.#idleUntil;
  }

  #delivery(): Delivery {
    return this.#mayHaveArrived ? 'unknown' : 'not_sent';
  }

  /** Ends all watching and reports the request, once. Gives back what it was given. */
  #settle<T extends AppError | string>(outcome: T): T {
    if (this.#record.isEnded) return outcome;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#record.end(typeof outcome === 'string' ? outcome : outcome.message);
    return outcome;
  }

  #bound(ms: number, onEnd: () => void): NodeJS.Timeout {
    const timer = setTimeout(onEnd, ms);
    this.#timers.push(timer);
    return timer;
  }
}

function isOpening(socket: Socket): boolean {
  return socket.connecting || ('secureConnecting' in socket && socket.secureConnecting === true);
}

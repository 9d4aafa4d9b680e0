import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/conversation.js';
import { AppError, type Delivery } from '../errors.js';
import type { HttpRequest, HttpResponse, RequestReport } from './http.js';
import { networkError, NO_HTTP_HINT, ON_THE_WAY_HINT } from './network-error.js';
import { requestIdIn } from './secrets.js';

/** Largest answer that is read, in bytes (16 MiB). */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * A kept connection that ends within so long of a request was closed before it came, in milliseconds:
 * later, the server may have been at work on it.
 */
export const DIED_IDLE_MS = 1_000;
/** Between two pieces of what comes with a refusal, in milliseconds: its status says enough. */
const REFUSAL_SILENCE_MS = 3_000;

export interface ExchangeOptions {
  /** For messages. */
  host: string;
  clock: Clock;
  onRequest?: ((report: RequestReport) => void) | undefined;
}

/** One request and its answer: bounded in time and size, with every failure as an AppError. */
export class Exchange {
  readonly #outgoing: ClientRequest;
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #started: number;
  readonly #report: RequestReport;
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
    this.#started = options.clock.monotonic();
    this.#report = {
      method: request.method,
      path: withoutQuery(request.path),
      outcome: '',
      totalMs: 0,
    };
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
      this.#fail('network', `${this.#options.host} wants to speak another protocol`, NO_HTTP_HINT);
    });
    this.#outgoing.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) this.#failProxy(statusCode);
    });
    this.#boundTotal(timeouts.totalMs);
    this.#watchConnection(timeouts.connectMs);
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
    this.#outgoing.end(body);
    return promise;
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#request.signal as { reason: unknown };
    const kind = reason instanceof AppError ? reason.kind : 'interrupted';
    this.#fail(kind, reason instanceof AppError ? reason.message : 'interrupted');
  };

  #boundTotal(ms: number): void {
    this.#bound(ms, () => this.#fail('timeout', `no answer within ${seconds(ms)}`));
  }

  /** The bound begins before there is a socket: a proxy may keep us waiting for one. */
  #watchConnection(ms: number): void {
    const timer = this.#bound(ms, () =>
      this.#fail(
        'timeout',
        `no connection to ${this.#options.host} within ${seconds(ms)}`,
        ON_THE_WAY_HINT,
      ),
    );
    const opened = (): void => {
      this.#mayHaveArrived = true;
      clearTimeout(timer);
    };
    this.#outgoing.on('socket', (socket) => {
      if (socket.destroyed) return;
      if (!isOpening(socket)) {
        this.#receivedBefore = socket.bytesRead;
        this.#idleUntil = this.#elapsed() + DIED_IDLE_MS;
        opened();
        return;
      }
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
        this.#report.connectMs = this.#elapsed();
        opened();
      });
    });
  }

  #answer(incoming: IncomingMessage): HttpResponse {
    this.#report.firstByteMs = this.#elapsed();
    const requestId = requestIdIn(incoming.headers, this.#request.headers);
    if (requestId !== undefined) this.#report.requestId = requestId;
    const status = incoming.statusCode ?? 0;
    return { status, headers: incoming.headers, requestId, body: this.#body(incoming, status) };
  }

  /** The answer's bytes; silence is measured only while we wait for the next piece. */
  async *#body(incoming: IncomingMessage, status: number): AsyncGenerator<Buffer> {
    let isWaiting = true;
    let size = 0;
    const silenceMs = silenceFor(status, this.#request.timeouts);
    const silence = this.#bound(silenceMs, () => {
      if (!isWaiting) return;
      this.#fail('timeout', `the answer stopped for ${seconds(silenceMs)}`, ON_THE_WAY_HINT);
    });
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES)
          throw new AppError('api', 'the answer is larger than 16 MiB', { delivery: 'unknown' });
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

  #failProxy(status: number): void {
    const hint =
      status === 407
        ? 'put the login into the proxy URL: http://name:password@host:port'
        : 'check the proxy URL: what listens there may be no proxy, or not let you through';
    const answer = Number.isInteger(status) ? `${status}` : 'something that is not HTTP';
    this.#fail('network', `the proxy answered ${answer}`, hint);
  }

  #fail(kind: AppError['kind'], message: string, hint?: string): void {
    this.#isEnded = true;
    this.#reason ??= new AppError(kind, message, { hint, delivery: this.#delivery() });
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
    return isUnanswered && this.#elapsed() <= this.#idleUntil;
  }

  #delivery(): Delivery {
    return this.#mayHaveArrived ? 'unknown' : 'not_sent';
  }

  /** Ends all watching and reports the request, once. Gives back what it was given. */
  #settle<T extends AppError | string>(outcome: T): T {
    if (this.#report.outcome !== '') return outcome;
    this.#report.outcome = typeof outcome === 'string' ? outcome : outcome.message;
    this.#report.totalMs = this.#elapsed();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#options.onRequest?.(this.#report);
    return outcome;
  }

  #bound(ms: number, onEnd: () => void): NodeJS.Timeout {
    const timer = setTimeout(onEnd, ms);
    this.#timers.push(timer);
    return timer;
  }

  #elapsed(): number {
    return this.#options.clock.monotonic() - this.#started;
  }
}

function isOpening(socket: Socket): boolean {
  return socket.connecting || ('secureConnecting' in socket && socket.secureConnecting === true);
}

/** How long an answer may stop for, in milliseconds. */
export function silenceFor(status: number, { silenceMs }: { silenceMs: number }): number {
  return status >= 400 ? Math.min(silenceMs, REFUSAL_SILENCE_MS) : silenceMs;
}

/** A query can hold names and numbers of people. */
export function withoutQuery(path: string): string {
  return path.split('?', 1)[0] ?? path;
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

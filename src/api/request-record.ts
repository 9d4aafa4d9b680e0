import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../core/conversation.js';
import type { HttpRequest, RequestReport } from './http.js';
import { requestIdIn } from './secrets.js';

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

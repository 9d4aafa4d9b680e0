import type { IncomingHttpHeaders } from 'node:http';

/** Bounds of one request, in milliseconds. */
export interface Timeouts {
  /** Until the connection is open, TLS included. */
  connectMs: number;
  /** Between two pieces of an answer's body. */
  silenceMs: number;
  totalMs: number;
}

export interface HttpRequest {
  method: string;
  /** Below the base URL, encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
  timeouts: Timeouts;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  requestId: string | undefined;
  body: AsyncIterable<Buffer>;
}

/** What one request took, for `--debug`: nothing of its content. Times are milliseconds from its start. */
export interface RequestReport {
  method: string;
  path: string;
  /** HTTP status, or what went wrong. */
  outcome: string;
  requestId?: string;
  /** Not set on a connection that was kept from an earlier request. */
  connectMs?: number;
  firstByteMs?: number;
  totalMs: number;
}

/** Largest answer that is read, in bytes (16 MiB). */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * A kept connection that ends within so long of a request was closed before it came, in milliseconds:
 * later, the server may have been at work on it.
 */
export const DIED_IDLE_MS = 1_000;
/** Between two pieces of what comes with a refusal, in milliseconds: its status says enough. */
const REFUSAL_SILENCE_MS = 3_000;

/** How long an answer may stop for, in milliseconds. */
export function silenceFor(status: number, { silenceMs }: Pick<Timeouts, 'silenceMs'>): number {
  return status >= 400 ? Math.min(silenceMs, REFUSAL_SILENCE_MS) : silenceMs;
}

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

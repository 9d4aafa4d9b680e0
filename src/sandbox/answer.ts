import type { Clock } from '../base/time.js';

/** One event of a streamed reply. */
export interface StreamEvent {
  event: 'delta' | 'done' | 'error';
  data: unknown;
}

export interface WholeAnswer {
  type: 'whole';
  status: number;
  headers: Record<string, string>;
  /** '' for no body at all. */
  body: string;
}

export interface StreamAnswer {
  type: 'stream';
  events: StreamEvent[];
  /** Milliseconds that the deltas share out among themselves. */
  spreadMs: number;
  /** How the answer stops after its last event: `reset` breaks the connection off. */
  ending: 'end' | 'reset';
}

/** An answer as a sound API gives it. */
export type SoundAnswer = WholeAnswer | StreamAnswer;

export type Bytes = AsyncIterable<string | Buffer> | Iterable<string | Buffer>;

/** An answer down to its bytes, which need not be a sound one. Without a length it is chunked. */
export interface BytesAnswer {
  type: 'bytes';
  status: number;
  /** Several values are several headers. */
  headers: Record<string, string | string[]>;
  chunks: (clock: Clock, gone: AbortSignal) => Bytes;
  /** What follows the last byte: the end, a broken connection, or nothing until the client leaves. */
  ending: 'end' | 'reset' | 'stall';
}

/**
 * What a request gets; `reset` is a connection broken off without a byte, `stall` one that stays open
 * without a byte until the client leaves.
 */
export type Answer = SoundAnswer | BytesAnswer | { type: 'reset' } | { type: 'stall' };

export function json(body: unknown, status = 200): WholeAnswer {
  const headers = { 'content-type': 'application/json' };
  return { type: 'whole', status, headers, body: JSON.stringify(body) };
}

export function empty(status: number, headers: Record<string, string> = {}): WholeAnswer {
  return { type: 'whole', status, headers, body: '' };
}

export function isSuccess(answer: Answer): boolean {
  return answer.type === 'stream' || (answer.type === 'whole' && answer.status < 300);
}

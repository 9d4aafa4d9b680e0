import type { Timeouts } from './http.js';

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

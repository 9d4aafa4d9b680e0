import type { Clock } from '../core/conversation.js';

/** What the disk is waited for with: another process, somebody who reads a pipe. */
export interface Waiting {
  clock: Clock;
  signal: AbortSignal;
}

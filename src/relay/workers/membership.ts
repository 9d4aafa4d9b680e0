import cluster from 'node:cluster';
import { viaPrimary, type ViaPrimary } from '../coordination/ipc/worker.js';
import { channelTo, isDrain } from './channel-to.js';

/** What a worker process has of its primary. */
export interface Membership {
  coordination: ViaPrimary;
  /** Aborts when the primary asks to end. */
  drain: AbortSignal;
  /** Lets the process end. */
  leave: () => void;
}

/** Undefined in a process that is no worker. */
export function membership(): Membership | undefined {
  const { worker } = cluster;
  if (!worker) return undefined;
  const drain = new AbortController();
  worker.on('message', (message: unknown) => {
    if (isDrain(message)) drain.abort();
  });
  return {
    coordination: viaPrimary(channelTo(worker)),
    drain: drain.signal,
    leave: () => worker.disconnect(),
  };
}

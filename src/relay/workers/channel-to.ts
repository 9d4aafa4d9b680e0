import type { Worker } from 'node:cluster';
import type { Channel } from '../coordination/ipc/channel.js';

/** Asks a worker to finish what runs and to end: a signal may come to it twice. */
export const DRAIN = { relay: 'drain' };

export function isDrain(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && Reflect.get(message, 'relay') === 'drain'
  );
}

/** The channel between the primary and a worker, on either side. */
export function channelTo(worker: Worker): Channel {
  return {
    send(message) {
      // What is lost with the other side is told by its end.
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    onMessage: (take) => void worker.on('message', take),
    onClose(tell) {
      worker.once('disconnect', tell);
      // One that dies before it has confirmed a socket sent to it never disconnects, as Node sees it.
      worker.process.once('close', tell);
    },
  };
}

import { CoordinationError, MOST_WAITING, type Lease, type TurnOrder } from '../coordination.js';

/** A queue for each conversation of which a turn runs. */
export class TurnQueues implements TurnOrder {
  /** Who waits; a conversation is in here while one of its turns runs. */
  readonly #queues = new Map<string, (() => void)[]>();

  enter(conversationId: string, signal: AbortSignal): Promise<Lease> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const queue = this.#queues.get(conversationId);
    if (queue) return this.#wait(conversationId, queue, signal);
    this.#queues.set(conversationId, []);
    return Promise.resolve(this.#lease(conversationId));
  }

  #wait(conversationId: string, queue: (() => void)[], signal: AbortSignal): Promise<Lease> {
    if (queue.length >= MOST_WAITING) {
      return Promise.reject(new CoordinationError('queue_full', 'too many turns are waiting'));
    }
    return new Promise((resolve, reject) => {
      const comeIn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(this.#lease(conversationId));
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(comeIn), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(comeIn);
    });
  }

  #lease(conversationId: string): Lease {
    let hasLeft = false;
    return {
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.#callNext(conversationId);
      },
    };
  }

  #callNext(conversationId: string): void {
    const next = this.#queues.get(conversationId)?.shift();
    if (next) next();
    else this.#queues.delete(conversationId);
  }
}

import {
  CoordinationError,
  MAX_WAITING_TURNS,
  type Lease,
  type TurnOrder,
} from '../coordination.js';

/** A queue for each conversation with a running turn. */
export class TurnQueues implements TurnOrder {
  /** The turns that wait, by conversation. A conversation has an entry while one of its turns runs. */
  readonly #queues = new Map<string, (() => void)[]>();

  enter(conversationId: string, signal: AbortSignal): Promise<Lease> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const queue = this.#queues.get(conversationId);
    if (queue) return this.#wait(conversationId, queue, signal);
    this.#queues.set(conversationId, []);
    return Promise.resolve(this.#lease(conversationId));
  }

  #wait(conversationId: string, queue: (() => void)[], signal: AbortSignal): Promise<Lease> {
    if (queue.length >= MAX_WAITING_TURNS) {
      return Promise.reject(new CoordinationError('queue_full', 'too many turns are waiting'));
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', cancel);
        resolve(this.#lease(conversationId));
      };
      const cancel = (): void => {
        queue.splice(queue.indexOf(start), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', cancel, { once: true });
      queue.push(start);
    });
  }

  #lease(conversationId: string): Lease {
    let hasLeft = false;
    return {
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.#startNext(conversationId);
      },
    };
  }

  #startNext(conversationId: string): void {
    const next = this.#queues.get(conversationId)?.shift();
    if (next) next();
    else this.#queues.delete(conversationId);
  }
}

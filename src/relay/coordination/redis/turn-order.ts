import type { Lease, TurnOrder } from '../coordination.js';
import { QueuedTurn, type RedisContext } from './queued-turn.js';

/** A queue in Redis for each conversation with a running turn. */
export class RedisTurnOrder implements TurnOrder {
  readonly #context: RedisContext;
  /** The turns of this process that wait, by their tickets. */
  readonly #waiting = new Map<string, QueuedTurn>();

  constructor(context: RedisContext) {
    this.#context = context;
  }

  async enter(conversationId: string, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const epoch = this.#context.session.current();
    const turn = new QueuedTurn(this.#context, epoch, conversationId);
    this.#waiting.set(turn.ticket, turn);
    const onAbort = (): void => turn.cancel(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await turn.enter();
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(turn.ticket);
    }
  }

  /** Another process reports that this ticket is now first in its queue. */
  wake(ticket: string): void {
    this.#waiting.get(ticket)?.start();
  }

  /** Reports sent while the connection was down are lost, so every waiting turn checks its place. */
  checkAll(): void {
    for (const turn of this.#waiting.values()) turn.check();
  }
}

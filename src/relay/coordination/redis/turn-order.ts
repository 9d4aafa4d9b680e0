import type { Lease, TurnOrder } from '../coordination.js';
import { Place, type Means } from './place.js';

/** A queue in Redis for each conversation of which a turn runs. */
export class RedisTurnOrder implements TurnOrder {
  readonly #means: Means;
  readonly #waiting = new Map<string, Place>();

  constructor(means: Means) {
    this.#means = means;
  }

  async enter(conversationId: string, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const tenure = this.#means.session.current();
    const place = new Place(this.#means, tenure, conversationId);
    this.#waiting.set(place.ticket, place);
    const giveUp = (): void => place.giveUp(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await place.enter();
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(place.ticket);
    }
  }

  /** Whoever left says that this ticket is the first now. */
  wake(ticket: string): void {
    this.#waiting.get(ticket)?.comeIn();
  }

  /** What was said meanwhile was missed. */
  lookAll(): void {
    for (const place of this.#waiting.values()) place.look();
  }
}

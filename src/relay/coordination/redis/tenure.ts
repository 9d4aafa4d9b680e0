import type { CoordinationError } from '../coordination.js';

/** One session, from its opening to its loss. */
export class Tenure {
  readonly id: string;
  /** How much the server has answered under it: it may never say less. */
  seen = 0;
  /** Reading of the monotonic clock. */
  endsAt = 0;
  readonly #held = new Set<(reason: CoordinationError) => void>();
  #tickets = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** A name for what is asked for under it, used by nobody else ever. */
  nextTicket(): string {
    return `${this.id}:${++this.#tickets}`;
  }

  /** Tells when it is lost; gives what ends that. */
  onEnd(tell: (reason: CoordinationError) => void): () => void {
    this.#held.add(tell);
    return () => void this.#held.delete(tell);
  }

  end(reason: CoordinationError): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const tell of held) tell(reason);
  }
}

import type { CoordinationError } from '../coordination.js';

/** One session from its opening to its loss. After a loss the process opens another one. */
export class SessionEpoch {
  readonly id: string;
  /** The highest command count that the server has answered; a lower one later means lost data. */
  seenCount = 0;
  /** Reading of the monotonic clock. */
  endsAt = 0;
  readonly #listeners = new Set<(reason: CoordinationError) => void>();
  #tickets = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** A ticket that no other process and no other epoch ever has. */
  nextTicket(): string {
    return `${this.id}:${++this.#tickets}`;
  }

  /** Calls the listener when the session is lost. Returns a function that removes it. */
  onEnd(listener: (reason: CoordinationError) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  end(reason: CoordinationError): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(reason);
  }
}

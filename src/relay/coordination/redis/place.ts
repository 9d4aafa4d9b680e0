import { CoordinationError, MOST_WAITING, type Lease } from '../coordination.js';
import type { Connection, Reply } from './connection.js';
import type { Keys } from './keys.js';
import type { Outbox } from './outbox.js';
import { ENTER, LEAVE, LOOK } from './scripts/turn-scripts.js';
import type { Script } from './scripts/script.js';
import type { Session } from './session.js';
import type { Tenure } from './tenure.js';

/**
 * Who waits is told when it is their turn. Should that get lost, the first of those who wait looks
 * after so many milliseconds, the second after twice as many.
 */
const LOOK_MS = 2_000;

export interface Means {
  connection: Connection;
  session: Session;
  outbox: Outbox;
  keys: Keys;
  /** As ORPHAN_MS. */
  orphanMs: number;
}

/** One turn's place in the queue of its conversation, from asking for it to leaving. */
export class Place {
  readonly ticket: string;
  readonly #means: Means;
  readonly #tenure: Tenure;
  readonly #queue: string;
  readonly #lost = new AbortController();
  readonly #settled: Promise<Lease>;
  #resolve: (lease: Lease) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  readonly #forget: () => void;
  #nextLook: NodeJS.Timeout | undefined;
  #state: 'waits' | 'in' | 'left' = 'waits';

  constructor(means: Means, tenure: Tenure, conversationId: string) {
    this.#means = means;
    this.#tenure = tenure;
    this.#queue = means.keys.queue(conversationId);
    this.ticket = tenure.nextTicket();
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#forget = tenure.onEnd((reason) => {
      this.#lost.abort(reason);
      this.giveUp(reason);
    });
  }

  /** Resolves when all that came before have left, unless the place is given up. */
  enter(): Promise<Lease> {
    void this.#ask(ENTER, [MOST_WAITING + 1]);
    return this.#settled;
  }

  /** It is the first of its queue. */
  comeIn(): void {
    if (this.#state !== 'waits') return;
    try {
      // What tells us may have been under way for long.
      if (this.#means.session.current() !== this.#tenure) return;
    } catch {
      return; // It was given up over this.
    }
    clearTimeout(this.#nextLook);
    this.#state = 'in';
    this.#resolve({ lost: this.#lost.signal, leave: () => this.#leave() });
  }

  giveUp(reason: Error): void {
    if (this.#state !== 'waits') return;
    this.#reject(reason);
    this.#leave();
  }

  look(): void {
    if (this.#state === 'waits') void this.#ask(LOOK);
  }

  async #ask(script: Script, more: number[] = []): Promise<void> {
    clearTimeout(this.#nextLook);
    const { session } = this.#means;
    try {
      const args = [this.ticket, ...this.#terms, ...more];
      this.#take(await session.run(this.#tenure, script, this.#queue, args));
    } catch (error) {
      // Who waits already goes on waiting as long as the session lasts.
      if (script === ENTER) this.giveUp(error as CoordinationError);
      else this.#lookAfter(LOOK_MS);
    }
  }

  #take([status, , place, overMs]: Reply): void {
    if (status === 'in') this.comeIn();
    else if (status === 'full') this.giveUp(full());
    else if (status === 'gone') this.giveUp(gone());
    else this.#lookAfter(Math.min(LOOK_MS * Number(place), Number(overMs) + 1));
  }

  #lookAfter(ms: number): void {
    clearTimeout(this.#nextLook);
    if (this.#state === 'waits') this.#nextLook = setTimeout(() => this.look(), ms);
  }

  #leave(): void {
    if (this.#state === 'left') return;
    this.#state = 'left';
    clearTimeout(this.#nextLook);
    this.#forget();
    const { connection, outbox, keys } = this.#means;
    const args = [this.ticket, ...this.#terms];
    void outbox.send(() => connection.run(LEAVE, [this.#queue, keys.quiet], args));
  }

  get #terms(): (string | number)[] {
    const { keys, orphanMs } = this.#means;
    return [orphanMs, keys.sessions, keys.channels];
  }
}

function full(): CoordinationError {
  return new CoordinationError('queue_full', 'too many turns are waiting');
}

function gone(): CoordinationError {
  return new CoordinationError('unavailable', 'the place in the queue is lost');
}

import type { Signal } from '../../../base/time.js';
import {
  type Lease,
  type TurnOrder,
  CoordinationError,
  MAX_WAITING_TURNS,
} from '../coordination.js';
import type { Connection, Reply, PendingCommands } from './connection.js';
import { type Keys, type Script, CHECK, ENTER, LEAVE } from './scripts.js';
import type { SessionEpoch, Session } from './session.js';

export interface RedisContext {
  connection: Connection;
  session: Session;
  pending: PendingCommands;
  keys: Keys;
  /** As ORPHAN_MS. */
  orphanMs: number;
}

/** A queue in Redis for each conversation with a running turn. */
export class RedisTurnOrder implements TurnOrder {
  readonly #context: RedisContext;
  /** The turns of this process that wait, by their tickets. */
  readonly #waiting = new Map<string, QueuedTurn>();

  constructor(context: RedisContext) {
    this.#context = context;
  }

  async enter(conversationId: string, signal: Signal): Promise<Lease> {
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

/**
 * A waiting turn is woken by a message. In case that one is lost, the first in the queue checks its place
 * after this many milliseconds, the second after twice as many, and so on.
 */
const CHECK_MS = 2_000;

/** One turn in the queue of its conversation, from asking to leaving. */
class QueuedTurn {
  readonly ticket: string;
  readonly #context: RedisContext;
  readonly #epoch: SessionEpoch;
  readonly #queue: string;
  readonly #lost = new AbortController();
  readonly #entered: Promise<Lease>;
  #resolve: (lease: Lease) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  readonly #stopListening: () => void;
  #nextCheck: NodeJS.Timeout | undefined;
  #state: 'waiting' | 'running' | 'left' = 'waiting';

  constructor(context: RedisContext, epoch: SessionEpoch, conversationId: string) {
    this.#context = context;
    this.#epoch = epoch;
    this.#queue = context.keys.queue(conversationId);
    this.ticket = epoch.nextTicket();
    this.#entered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#stopListening = epoch.onEnd((reason) => {
      this.#lost.abort(reason);
      this.cancel(reason);
    });
  }

  /** Resolves when all earlier turns have left; rejects when this one is cancelled before. */
  enter(): Promise<Lease> {
    void this.#ask(ENTER, [MAX_WAITING_TURNS + 1]);
    return this.#entered;
  }

  /** To be called when the turn is the first of its queue. */
  start(): void {
    if (this.#state !== 'waiting') return;
    try {
      // The message that wakes may be old: the session can have ended since.
      if (this.#context.session.current() !== this.#epoch) return;
    } catch {
      return; // The end of the session has cancelled this turn.
    }
    clearTimeout(this.#nextCheck);
    this.#state = 'running';
    this.#resolve({ lost: this.#lost.signal, leave: () => this.#leave() });
  }

  cancel(reason: Error): void {
    if (this.#state !== 'waiting') return;
    this.#reject(reason);
    this.#leave();
  }

  /** Asks Redis for the turn's place in the queue. */
  check(): void {
    if (this.#state === 'waiting') void this.#ask(CHECK);
  }

  async #ask(script: Script, more: number[] = []): Promise<void> {
    clearTimeout(this.#nextCheck);
    const { session } = this.#context;
    try {
      const args = [this.ticket, ...this.#sharedArgs, ...more];
      this.#handle(await session.run(this.#epoch, script, this.#queue, args));
    } catch (error) {
      // A ticket that is in the queue stays valid as long as its session.
      if (script === ENTER) this.cancel(error as CoordinationError);
      else this.#checkAfter(CHECK_MS);
    }
  }

  #handle([status, , place, blockedMs]: Reply): void {
    if (status === 'in') this.start();
    else if (status === 'full') this.cancel(queueFull());
    else if (status === 'gone') this.cancel(ticketLost());
    else this.#checkAfter(Math.min(CHECK_MS * Number(place), Number(blockedMs) + 1));
  }

  #checkAfter(ms: number): void {
    clearTimeout(this.#nextCheck);
    if (this.#state === 'waiting') this.#nextCheck = setTimeout(() => this.check(), ms);
  }

  #leave(): void {
    if (this.#state === 'left') return;
    this.#state = 'left';
    clearTimeout(this.#nextCheck);
    this.#stopListening();
    const { session, pending, keys } = this.#context;
    const args = [this.ticket, ...this.#sharedArgs];
    void pending.send(() => session.runOutside(LEAVE, [this.#queue, keys.quiet], args));
  }

  get #sharedArgs(): (string | number)[] {
    const { keys, orphanMs } = this.#context;
    return [orphanMs, keys.sessions, keys.channels];
  }
}

function queueFull(): CoordinationError {
  return new CoordinationError('queue_full', 'too many turns are waiting');
}

function ticketLost(): CoordinationError {
  return new CoordinationError('unavailable', 'the place in the queue is lost');
}

import {
  type Lease,
  type TurnOrder,
  type TurnStop,
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
  /** The turns of this process that wait or run, by their tickets. */
  readonly #turns = new Map<string, QueuedTurn>();

  constructor(context: RedisContext) {
    this.#context = context;
  }

  async enter(conversationId: string, stop: TurnStop): Promise<Lease> {
    stop.throwIfAborted();
    const turn = new QueuedTurn(this.#context, conversationId, stop);
    this.#turns.set(turn.ticket, turn);
    return turn.enter(() => this.#turns.delete(turn.ticket));
  }

  /** Another process reports that this ticket is now first in its queue. */
  wake(ticket: string): void {
    this.#turns.get(ticket)?.start();
  }

  /** Reports sent while the connection was down are lost, so every waiting turn checks its place. */
  checkAll(): void {
    for (const turn of this.#turns.values()) turn.check();
  }

  /** The session to which they belong is lost. */
  stopAll(reason: CoordinationError): void {
    for (const turn of [...this.#turns.values()]) turn.stop.abort(reason);
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
  readonly stop: TurnStop;
  readonly #context: RedisContext;
  readonly #epoch: SessionEpoch;
  readonly #queue: string;
  #resolve: (lease: Lease) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #onLeave: () => void = () => undefined;
  #nextCheck: NodeJS.Timeout | undefined;
  #state: 'waiting' | 'running' | 'left' = 'waiting';

  constructor(context: RedisContext, conversationId: string, stop: TurnStop) {
    this.#context = context;
    this.#epoch = context.session.current();
    this.#queue = context.keys.queue(conversationId);
    this.ticket = this.#epoch.nextTicket();
    this.stop = stop;
  }

  /** Resolves when all earlier turns have left; rejects when this one is stopped before. */
  enter(onLeave: () => void): Promise<Lease> {
    this.#onLeave = onLeave;
    this.stop.addEventListener('abort', () => this.#cancel(this.stop.reason as Error));
    void this.#ask(ENTER, [MAX_WAITING_TURNS + 1]);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
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
    this.#resolve({ leave: () => this.#leave() });
  }

  #cancel(reason: Error): void {
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
      if (script === ENTER) this.#cancel(error as CoordinationError);
      else this.#checkAfter(CHECK_MS);
    }
  }

  #handle([status, , place, blockedMs]: Reply): void {
    if (status === 'in') this.start();
    else if (status === 'full') this.#refuse('queue_full', 'too many turns are waiting');
    else if (status === 'gone') this.#refuse('unavailable', 'the place in the queue is lost');
    else this.#checkAfter(Math.min(CHECK_MS * Number(place), Number(blockedMs) + 1));
  }

  #refuse(kind: CoordinationError['kind'], message: string): void {
    this.#cancel(new CoordinationError(kind, message));
  }

  #checkAfter(ms: number): void {
    clearTimeout(this.#nextCheck);
    if (this.#state === 'waiting') this.#nextCheck = setTimeout(() => this.check(), ms);
  }

  #leave(): void {
    if (this.#state === 'left') return;
    this.#state = 'left';
    clearTimeout(this.#nextCheck);
    this.#onLeave();
    const { session, pending, keys } = this.#context;
    const args = [this.ticket, ...this.#sharedArgs];
    void pending.send(() => session.runOutside(LEAVE, [this.#queue, keys.quiet], args));
  }

  get #sharedArgs(): (string | number)[] {
    const { keys, orphanMs } = this.#context;
    return [orphanMs, keys.sessions, keys.channels];
  }
}

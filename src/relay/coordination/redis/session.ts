import type { Clock } from '../../../base/time.js';
import { CoordinationError } from '../coordination.js';
import type { Connection, Reply } from './connection.js';
import { CLOSE, OPEN, RENEW, type Script, type Keys } from './scripts.js';

/** One session from its opening to its loss. After a loss the process opens another one. */
export class SessionEpoch {
  readonly id: string;
  /** The highest command count that the server has answered; a lower one later means lost data. */
  seenCount = 0;
  /** Reading of the monotonic clock. */
  endsAt = 0;
  #tickets = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** A ticket that no other process and no other epoch ever has. */
  nextTicket(): string {
    return `${this.id}:${++this.#tickets}`;
  }
}

/**
 * A process that does not renew its session for this long counts as dead, in milliseconds. It leaves time to
 * lose one renewal, to reconnect and to renew. A dead process blocks its conversations for this time and ORPHAN_MS.
 */
export const LEASE_MS = 6_000;
const RENEWALS_PER_LEASE = 4;

export interface SessionOptions {
  connection: Connection;
  keys: Keys;
  clock: Pick<Clock, 'monotonic'>;
  /** A name of this process that no other process ever has. */
  instance: string;
  leaseMs: number;
  /** As ORPHAN_MS. */
  orphanMs: number;
  /** Called when a session has opened: the first one, and each one after a loss. */
  onOpened: (epoch: SessionEpoch) => void;
  onLost: (reason: CoordinationError) => void;
  /** Called after each renewal, and after `onOpened`. */
  onRenewed: () => void;
}

/**
 * Tells Redis that this process is alive. All turns and keys that the process holds there belong to its
 * session, so one renewal keeps them all. A lost session never comes back: a new epoch is opened.
 */
export class Session {
  readonly #options: SessionOptions;
  #epoch: SessionEpoch | undefined;
  #previous: SessionEpoch | undefined;
  #count = 0;
  #renewing: Promise<number> | undefined;
  readonly #renewals: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const renew = (): void => void this.renew().catch(() => undefined);
    this.#renewals = setInterval(renew, options.leaseMs / RENEWALS_PER_LEASE);
  }

  /** The epoch under which turns and keys are held. Throws `unavailable` when there is none. */
  current(): SessionEpoch {
    const epoch = this.#epoch;
    // After a process was suspended, this code may run before the expiry timer.
    if (epoch && !this.#isOver(epoch)) return epoch;
    if (epoch) this.#lose(epoch);
    throw new CoordinationError('unavailable', 'Redis does not know of this process');
  }

  /** Runs a script IN_SESSION. Rejects with `unavailable`, also when the session is lost meanwhile. */
  async run(
    { id, seenCount }: SessionEpoch,
    script: Script,
    key: string,
    args: (string | number)[],
  ): Promise<Reply> {
    const { connection, keys } = this.#options;
    const names = [keys.session(id), keys.quiet, key];
    const reply = await connection.run(script, names, [seenCount, ...args]);
    const epoch = this.current();
    if (epoch.id !== id || !this.#isKnown(epoch, reply)) throw sessionLost();
    if (reply[0] === 'quiet') {
      throw new CoordinationError('unavailable', 'Redis has lost whose turns are running');
    }
    return reply;
  }

  /** Runs a script with COUNT_OUTSIDE, whose reply is {'ok', count}. Rejects with `unavailable`. */
  async runOutside(script: Script, names: string[], args: (string | number)[]): Promise<void> {
    const { connection, keys } = this.#options;
    const epoch = this.#epoch;
    const session = keys.session(epoch?.id ?? 'none');
    const seenCount = epoch?.seenCount ?? 0;
    const [, count] = await connection.run(script, [...names, session], [...args, seenCount]);
    if (epoch) epoch.seenCount = Math.max(epoch.seenCount, Number(count));
  }

  /** Gives the milliseconds until turns may begin. Rejects with `unavailable`. */
  renew(): Promise<number> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Frees everything that the process holds. */
  async close(): Promise<void> {
    const { connection, keys } = this.#options;
    const epoch = this.#epoch;
    this.#isClosed = true;
    clearInterval(this.#renewals);
    if (!epoch) return;
    this.#lose(epoch);
    await connection.run(CLOSE, [keys.session(epoch.id)], []).catch(() => undefined);
  }

  async #renew(): Promise<number> {
    const { clock, connection, keys, leaseMs, onRenewed } = this.#options;
    this.#assertOpen();
    const epoch = this.#epoch;
    if (!epoch || this.#isOver(epoch)) return this.#open();
    const sentAt = clock.monotonic();
    const names = [keys.session(epoch.id), keys.quiet];
    const reply = await connection.run(RENEW, names, [epoch.seenCount, leaseMs, this.#keepMs]);
    if (!this.#isKnown(epoch, reply)) return this.#open();
    this.#extend(epoch, sentAt);
    onRenewed();
    return Number(reply[2]);
  }

  async #open(): Promise<number> {
    const { clock, connection, keys, instance, leaseMs, onOpened, onRenewed } = this.#options;
    // A renewal may have been under way: a new session would take the closed one for lost data.
    this.#assertOpen();
    if (this.#epoch) this.#lose(this.#epoch);
    const sentAt = clock.monotonic();
    const epoch = new SessionEpoch(`${instance}.${++this.#count}`);
    const previous = this.#previous;
    const names = [keys.session(epoch.id), keys.quiet, keys.session((previous ?? epoch).id)];
    const args = [previous?.seenCount ?? 0, leaseMs, this.#keepMs, this.#quietMs(sentAt)];
    const reply = await connection.run(OPEN, names, args);
    this.#assertOpen();
    this.#epoch = epoch;
    this.#isKnown(epoch, reply);
    this.#extend(epoch, sentAt);
    onOpened(epoch);
    onRenewed();
    return Number(reply[2]);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw sessionLost();
  }

  /** The server keeps a session that is over until its orphans are over too. */
  get #keepMs(): number {
    const { leaseMs, orphanMs } = this.#options;
    return 2 * leaseMs + orphanMs;
  }

  /**
   * The time until every turn is over that may have been running when the server lost its data. Another process
   * may have renewed its session up to one interval later than this one.
   */
  #quietMs(now: number): number {
    const { leaseMs, orphanMs } = this.#options;
    const endsAt = this.#previous?.endsAt ?? -Infinity;
    return Math.max(0, Math.ceil(endsAt + leaseMs / RENEWALS_PER_LEASE + orphanMs - now));
  }

  #isOver({ endsAt }: SessionEpoch): boolean {
    return this.#options.clock.monotonic() >= endsAt;
  }

  /** Whether the server still knows the session, by its reply; ends the epoch if not. */
  #isKnown(epoch: SessionEpoch, [status, count]: Reply): boolean {
    if (status === 'forgot' || status === 'over') this.#lose(epoch);
    else epoch.seenCount = Math.max(epoch.seenCount, Number(count));
    return this.#epoch === epoch;
  }

  /** The server counts the lease from when it got the command, so from `sentAt` it is over here first. */
  #extend(epoch: SessionEpoch, sentAt: number): void {
    epoch.endsAt = sentAt + this.#options.leaseMs;
    clearTimeout(this.#expiry);
    const leftMs = epoch.endsAt - this.#options.clock.monotonic();
    this.#expiry = setTimeout(() => this.#lose(epoch), Math.max(0, leftMs));
  }

  #lose(epoch: SessionEpoch): void {
    if (this.#epoch !== epoch) return;
    clearTimeout(this.#expiry);
    this.#epoch = undefined;
    this.#previous = epoch;
    this.#options.onLost(sessionLost());
  }
}

function sessionLost(): CoordinationError {
  return new CoordinationError('unavailable', 'what was held in Redis is lost');
}

import type { Clock } from '../../../base/time.js';
import { CoordinationError } from '../coordination.js';
import type { Connection, Reply } from './connection.js';
import type { Keys } from './keys.js';
import type { Script } from './scripts/script.js';
import { CLOSE, OPEN, RENEW } from './scripts/session-scripts.js';
import { Tenure } from './tenure.js';

/**
 * How long what a process holds stays its own without a sign of life, in milliseconds: enough for one
 * sign to get lost, the connection to be made again, and another one. So long, and ORPHAN_MS more, the
 * conversations of a process that died have to wait.
 */
export const LEASE_MS = 6_000;
/** Signs of life during that time. */
const SIGNS = 4;

export interface SessionOptions {
  connection: Connection;
  keys: Keys;
  clock: Pick<Clock, 'monotonic'>;
  /** The name of this process among all, for ever. */
  instance: string;
  leaseMs: number;
  /** As ORPHAN_MS. */
  orphanMs: number;
  /** The server knows of us, for the first time or again after it did not. */
  onOpened: (tenure: Tenure) => void;
  /** After each sign of life. */
  onRenewed: () => void;
}

/**
 * That this process is alive, as the server knows it. Whatever the process holds there is held by its
 * session: one sign of life keeps all of it. Once lost, a session never comes back; a new one is opened.
 */
export class Session {
  readonly #options: SessionOptions;
  #tenure: Tenure | undefined;
  #former: Tenure | undefined;
  #count = 0;
  #renewing: Promise<number> | undefined;
  readonly #signs: NodeJS.Timeout;
  #end: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const renew = (): void => void this.renew().catch(() => undefined);
    this.#signs = setInterval(renew, options.leaseMs / SIGNS);
  }

  /** What is held, is held under it. Throws `unavailable` when there is none. */
  current(): Tenure {
    const tenure = this.#tenure;
    // A process that was stopped gets to run before its timers do.
    if (tenure && !this.#isOver(tenure)) return tenure;
    if (tenure) this.#lose(tenure);
    throw new CoordinationError('unavailable', 'Redis does not know of this process');
  }

  /** Runs a script IN_SESSION for the key. Rejects with `unavailable` when the session ends over it. */
  async run(
    { id, seen }: Tenure,
    script: Script,
    key: string,
    args: (string | number)[],
  ): Promise<Reply> {
    const { connection, keys } = this.#options;
    const all = [keys.session(id), keys.quiet, key];
    const reply = await connection.run(script, all, [seen, ...args]);
    const tenure = this.current();
    if (tenure.id !== id || !this.#note(tenure, reply)) throw lost();
    if (reply[0] === 'quiet') throw quiet();
    return reply;
  }

  /** Gives a sign of life; gives the milliseconds until turns may begin. Rejects with `unavailable`. */
  renew(): Promise<number> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Gives up all that is held. */
  async close(): Promise<void> {
    const { connection, keys } = this.#options;
    const tenure = this.#tenure;
    this.#isClosed = true;
    clearInterval(this.#signs);
    if (!tenure) return;
    this.#lose(tenure);
    await connection.run(CLOSE, [keys.session(tenure.id)], []).catch(() => undefined);
  }

  async #renew(): Promise<number> {
    const { clock, connection, keys, leaseMs, onRenewed } = this.#options;
    if (this.#isClosed) throw lost();
    const tenure = this.#tenure;
    if (!tenure || this.#isOver(tenure)) return this.#open();
    const sentAt = clock.monotonic();
    const names = [keys.session(tenure.id), keys.quiet];
    const reply = await connection.run(RENEW, names, [tenure.seen, leaseMs, this.#keptMs]);
    if (!this.#note(tenure, reply)) return this.#open();
    this.#extend(tenure, sentAt);
    onRenewed();
    return Number(reply[2]);
  }

  async #open(): Promise<number> {
    const { clock, connection, keys, instance, leaseMs, onOpened } = this.#options;
    if (this.#tenure) this.#lose(this.#tenure);
    const sentAt = clock.monotonic();
    const tenure = new Tenure(`${instance}.${++this.#count}`);
    const before = this.#former;
    const names = [keys.session(tenure.id), keys.quiet, before ? keys.session(before.id) : ''];
    const args = [before?.seen ?? 0, leaseMs, this.#keptMs, this.#quietMs(sentAt)];
    const reply = await connection.run(OPEN, names, args);
    if (this.#isClosed) throw lost();
    this.#tenure = tenure;
    this.#note(tenure, reply);
    this.#extend(tenure, sentAt);
    onOpened(tenure);
    return Number(reply[2]);
  }

  /** What is over is remembered as long as it matters. */
  get #keptMs(): number {
    const { leaseMs, orphanMs } = this.#options;
    return 2 * leaseMs + orphanMs;
  }

  /** Until the turns are over of all who were last known when we were. */
  #quietMs(now: number): number {
    const { leaseMs, orphanMs } = this.#options;
    const endsAt = this.#former?.endsAt ?? -Infinity;
    return Math.max(0, Math.ceil(endsAt + leaseMs / SIGNS + orphanMs - now));
  }

  #isOver({ endsAt }: Tenure): boolean {
    return this.#options.clock.monotonic() >= endsAt;
  }

  /** Whether the server knows the session still. */
  #note(tenure: Tenure, [status, count]: Reply): boolean {
    if (status === 'forgot' || status === 'over') this.#lose(tenure);
    else tenure.seen = Math.max(tenure.seen, Number(count));
    return this.#tenure === tenure;
  }

  /** The server counts from when it was told, which is later than when we sent it. */
  #extend(tenure: Tenure, sentAt: number): void {
    tenure.endsAt = sentAt + this.#options.leaseMs;
    clearTimeout(this.#end);
    const leftMs = tenure.endsAt - this.#options.clock.monotonic();
    this.#end = setTimeout(() => this.#lose(tenure), Math.max(0, leftMs));
  }

  #lose(tenure: Tenure): void {
    if (this.#tenure !== tenure) return;
    clearTimeout(this.#end);
    this.#tenure = undefined;
    this.#former = tenure;
    tenure.end(lost());
  }
}

function lost(): CoordinationError {
  return new CoordinationError('unavailable', 'what was held in Redis is lost');
}

function quiet(): CoordinationError {
  return new CoordinationError('unavailable', 'Redis has lost whose turns are running');
}

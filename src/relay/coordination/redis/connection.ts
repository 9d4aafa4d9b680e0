import { Redis } from 'ioredis';
import { CoordinationError } from '../coordination.js';
import type { RedisAddress } from './address.js';
import type { RedisTls } from './certificates.js';
import { connectionOptions, tlsOptions } from './connection-options.js';
import type { Script } from './scripts.js';

/** The reply of a script: a status word, then its values. */
export type Reply = [status: string, ...rest: (string | number)[]];

export interface ConnectionSettings {
  address: RedisAddress;
  tls: RedisTls;
  /** On which messages for this process arrive. */
  channel: string;
  /** Called after each connect. */
  onReady: () => void;
  /** Called when the connection is lost or refused, and again when the reason changes. */
  onTrouble: (problem: string) => void;
  /** Called with a ticket of this process that is now first in its queue. */
  onMessage: (message: string) => void;
}

/** One connection for commands and messages. It reconnects by itself; commands meanwhile fail at once. */
export class Connection {
  readonly #redis: Redis;
  readonly #address: RedisAddress;
  readonly #events: Pick<ConnectionSettings, 'onReady' | 'onTrouble'>;
  readonly #channel: string;
  /** Why commands fail; empty while connected. */
  #problem = 'not connected yet';
  /** The reasons that were reported since the connection was lost: Sentinels and servers fail in turn. */
  readonly #reported = new Set<string>();
  /** Why the Sentinel that was asked last could not name the master. */
  #sentinelProblem = '';
  #isClosed = false;

  constructor({ address, tls, channel, ...events }: ConnectionSettings) {
    this.#redis = new Redis(connectionOptions(address, tls));
    this.#address = address;
    this.#channel = channel;
    this.#events = events;
    this.#redis.on('error', (error: unknown) => this.#fail(error));
    this.#redis.on('sentinelError', (error: Error) => void (this.#sentinelProblem = error.message));
    this.#redis.on('close', () => this.#reportTrouble());
    this.#redis.on('end', () => this.#reopen());
    this.#redis.on('ready', () => this.#prepare());
    this.#redis.on('message', (_channel: string, message: string) => events.onMessage(message));
  }

  /** Rejects when the first try to connect fails; further tries follow all the same. */
  async open(): Promise<void> {
    // While no Sentinel can be reached, ioredis keeps asking them and its promise stays pending.
    const refused = new Promise<never>((_, reject) => this.#redis.once('error', reject));
    try {
      await Promise.race([this.#redis.connect(), refused]);
    } catch {
      throw this.#unavailable();
    }
  }

  /** For the next connections; the one that is open stays. */
  useTls(tls: RedisTls): void {
    Object.assign(this.#redis.options, tlsOptions(this.#address, tls));
  }

  get isUp(): boolean {
    return this.#problem === '';
  }

  /** The server runs scripts in the order of the calls. Rejects with `unavailable`. */
  async run(script: Script, keys: string[], args: (string | number)[]): Promise<Reply> {
    if (this.#problem) throw this.#unavailable();
    try {
      // ioredis has a method of this name; all of our scripts reply in this form.
      const command = Reflect.get(this.#redis, script) as (...all: unknown[]) => Promise<Reply>;
      return await command.call(this.#redis, keys.length, ...keys, ...args);
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /** Rejects when messages for this process are not permitted. */
  async subscribe(): Promise<void> {
    await this.#redis.subscribe(this.#channel);
  }

  /** Whether the server keeps its data on disk; undefined when it does not tell. */
  async keepsData(): Promise<boolean | undefined> {
    try {
      const [, isKept] = /^aof_enabled:(\d)/m.exec(await this.#redis.info('persistence')) ?? [];
      return isKept === undefined ? undefined : isKept === '1';
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#redis.disconnect();
  }

  #prepare(): void {
    // The client is connected all the same, but to another database.
    if (this.#problem.includes('DB index')) {
      this.#reportTrouble();
      return;
    }
    this.#problem = '';
    this.#reported.clear();
    // It only saves time: waiting turns check their place by themselves.
    this.subscribe().catch(() => undefined);
    this.#events.onReady();
  }

  /** ioredis gives up for good when it hears of a failover while it is asking a Sentinel. */
  #reopen(): void {
    if (this.#isClosed) return;
    this.#reportTrouble();
    setImmediate(() => {
      if (!this.#isClosed) this.#redis.connect().catch(() => undefined);
    });
  }

  #fail(error: unknown): void {
    const problem = describe(error);
    const isOfSentinels = problem.startsWith('All sentinels');
    this.#problem = isOfSentinels ? describeSentinels(this.#sentinelProblem) : problem;
    // There is no connection whose `close` event would report it.
    if (isOfSentinels) this.#reportTrouble();
  }

  #reportTrouble(): void {
    this.#problem ||= 'the connection broke';
    // Closing is not a failure.
    if (this.#isClosed || this.#reported.has(this.#problem)) return;
    this.#reported.add(this.#problem);
    this.#events.onTrouble(this.#problem);
  }

  /** Leaves out the error's own fields, which hold keys, answers and passwords. */
  #unavailable(error?: unknown): CoordinationError {
    const why = this.#problem || describe(error);
    return new CoordinationError('unavailable', `Redis is not available: ${why}`);
  }
}

/** Commands that must reach Redis in the end: those that fail are sent again after a reconnect. */
export class PendingCommands {
  readonly #failed = new Set<() => Promise<unknown>>();

  /** Resolves when the command has run or has to wait. It may run twice, so it must be idempotent. */
  async send(command: () => Promise<unknown>): Promise<void> {
    try {
      await command();
    } catch {
      this.#failed.add(command);
    }
  }

  /** Sends all that failed, in their order. */
  async flush(): Promise<void> {
    const commands = [...this.#failed];
    this.#failed.clear();
    await Promise.all(commands.map((command) => this.send(command)));
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code || error.message;
}

function describeSentinels(problem: string): string {
  return /No such master|invalid reply: null/.test(problem)
    ? 'no Sentinel knows a master of this name'
    : `no Sentinel answers: ${problem.replace(/^.* because /, '')}`;
}

import { randomInt } from 'node:crypto';
import { Redis } from 'ioredis';
import { CoordinationError } from '../coordination.js';
import type { RedisAddress } from './address.js';
import { SCRIPTS, type Script } from './scripts.js';

/** For connecting, and for each answer of the server. */
const TIMEOUT_MS = 2_000;
/** Between two tries to connect. */
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;

/** The reply of a script: a status word, then its values. */
export type Reply = [status: string, ...rest: (string | number)[]];

export interface ConnectionEvents {
  /** Called after each connect. */
  onReady: () => void;
  /** Called once when the connection is lost or refused, with the reason. */
  onTrouble: (problem: string) => void;
  /** Called with a ticket of this process that is now first in its queue. */
  onMessage: (message: string) => void;
}

/** One connection for commands and messages. It reconnects by itself; commands meanwhile fail at once. */
export class Connection {
  readonly #redis: Redis;
  readonly #events: ConnectionEvents;
  readonly #channel: string;
  /** Why commands fail; empty while connected. */
  #problem = 'not connected yet';
  #isTroubleReported = false;

  constructor(address: RedisAddress, channel: string, events: ConnectionEvents) {
    this.#redis = new Redis(optionsFor(address));
    this.#channel = channel;
    this.#events = events;
    this.#redis.on('error', (error: unknown) => void (this.#problem = describe(error)));
    this.#redis.on('close', () => this.#reportTrouble());
    this.#redis.on('ready', () => this.#prepare());
    this.#redis.on('message', (_channel: string, message: string) => events.onMessage(message));
  }

  /** Rejects when the first try to connect fails; further tries follow all the same. */
  async open(): Promise<void> {
    try {
      await this.#redis.connect();
    } catch {
      throw this.#unavailable();
    }
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
    this.#isTroubleReported = true; // Closing is not a failure.
    this.#redis.disconnect();
  }

  #prepare(): void {
    // The client is connected all the same, but to another database.
    if (isWrongDatabase(this.#problem)) {
      this.#reportTrouble();
      return;
    }
    this.#problem = '';
    this.#isTroubleReported = false;
    // It only saves time: waiting turns check their place by themselves.
    this.subscribe().catch(() => undefined);
    this.#events.onReady();
  }

  #reportTrouble(): void {
    this.#problem ||= 'the connection broke';
    if (!this.#isTroubleReported) this.#events.onTrouble(this.#problem);
    this.#isTroubleReported = true;
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

function optionsFor(address: RedisAddress) {
  const { host, port, username, password, database, isTls, certificate = {} } = address;
  return {
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    db: database,
    ...(isTls && { tls: certificate }),
    connectionName: 'telnyx-chat',
    scripts: SCRIPTS,
    lazyConnect: true,
    // Commands fail at once without a connection, and are never repeated.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // #prepare subscribes.
    autoResubscribe: false,
    // A server that is still loading answers each command with an error.
    enableReadyCheck: false,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    retryStrategy: waitBefore,
    // After a failover the same name leads to another server.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

/** Exponential backoff, with jitter for replicas that lost the server at the same time. */
function waitBefore(retry: number): number {
  const maxMs = Math.min(MIN_RETRY_MS * 2 ** (retry - 1), MAX_RETRY_MS);
  return randomInt(Math.floor(maxMs / 2), maxMs + 1);
}

function isWrongDatabase(problem: string): boolean {
  return problem.includes('DB index');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code || error.message;
}

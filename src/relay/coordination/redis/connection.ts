import { randomInt } from 'node:crypto';
import { Redis } from 'ioredis';
import { CoordinationError } from '../coordination.js';
import type { RedisAddress } from './address.js';
import { SCRIPTS, type Script } from './scripts/script.js';

/** For one answer of the server, and for connecting, in milliseconds. */
const LONGEST_MS = 2_000;
/** Between two tries to connect, in milliseconds. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;

/** What a script gives: a word, then what belongs to it. */
export type Reply = [status: string, ...rest: (string | number)[]];

export interface ConnectionEvents {
  /** It is connected, for the first time or again. */
  onReady: () => void;
  /** It is not, and why; told once until it is connected again. */
  onTrouble: (problem: string) => void;
  /** Another process tells of one of our tickets. */
  onMessage: (message: string) => void;
}

/** One connection for everything. It is made again whenever it breaks; meanwhile all fails at once. */
export class Connection {
  readonly #redis: Redis;
  readonly #events: ConnectionEvents;
  readonly #channel: string;
  /** Why nothing can be asked; empty when it can. */
  #problem = 'not connected yet';
  #isTroubleTold = false;

  constructor(address: RedisAddress, channel: string, events: ConnectionEvents) {
    this.#redis = new Redis(optionsFor(address));
    this.#channel = channel;
    this.#events = events;
    this.#redis.on('error', (error: unknown) => void (this.#problem = wordsOf(error)));
    this.#redis.on('close', () => this.#tellTrouble());
    this.#redis.on('ready', () => this.#prepare());
    this.#redis.on('message', (_channel: string, message: string) => events.onMessage(message));
  }

  /** Resolves when it is connected; rejects when the first try fails. It tries on. */
  async open(): Promise<void> {
    try {
      await this.#redis.connect();
    } catch {
      throw this.#unavailable();
    }
  }

  /** Scripts asked for one after another are run in that order. Rejects with `unavailable`. */
  async run({ sha, source }: Script, keys: string[], args: (string | number)[]): Promise<Reply> {
    if (this.#problem) throw this.#unavailable();
    try {
      return asReply(await this.#redis.evalsha(sha, keys.length, ...keys, ...args));
    } catch (error) {
      if (!isUnknownScript(error)) throw this.#unavailable(error);
    }
    try {
      return asReply(await this.#redis.eval(source, keys.length, ...keys, ...args));
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  close(): void {
    this.#isTroubleTold = true; // It is no trouble.
    this.#redis.disconnect();
  }

  #prepare(): void {
    // The client goes on in another one.
    if (isWrongDatabase(this.#problem)) {
      this.#tellTrouble();
      return;
    }
    this.#problem = '';
    this.#isTroubleTold = false;
    // Without them it goes on too, with a round trip more and a look now and then.
    const pass = (): void => undefined;
    for (const { source } of SCRIPTS) this.#redis.script('LOAD', source).catch(pass);
    this.#redis.subscribe(this.#channel).catch(pass);
    this.#events.onReady();
  }

  #tellTrouble(): void {
    this.#problem ||= 'the connection broke';
    if (!this.#isTroubleTold) this.#events.onTrouble(this.#problem);
    this.#isTroubleTold = true;
  }

  /** The error's own fields are left out: there are keys, answers and passwords in them. */
  #unavailable(error?: unknown): CoordinationError {
    const why = this.#problem || wordsOf(error);
    return new CoordinationError('unavailable', `Redis is not available: ${why}`);
  }
}

function optionsFor({ host, port, username, password, database, isTls }: RedisAddress) {
  return {
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    db: database,
    ...(isTls && { tls: {} }),
    connectionName: 'telnyx-chat',
    lazyConnect: true,
    // Nothing waits for a connection: who asks is told at once, and nothing is asked twice.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // We subscribe ourselves.
    autoResubscribe: false,
    // A server that is loading says so to each command.
    enableReadyCheck: false,
    connectTimeout: LONGEST_MS,
    commandTimeout: LONGEST_MS,
    socketTimeout: LONGEST_MS,
    retryStrategy: waitBefore,
    // After a failover the same name leads to another server.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

/** Twice as long each time, and not the same for all who lost the server together. */
function waitBefore(retry: number): number {
  const most = Math.min(FIRST_RETRY_MS * 2 ** (retry - 1), LAST_RETRY_MS);
  return randomInt(Math.floor(most / 2), most + 1);
}

function isWrongDatabase(problem: string): boolean {
  return problem.includes('DB index');
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code || error.message;
}

/** Our scripts give nothing else. */
function asReply(reply: unknown): Reply {
  return reply as Reply;
}

import type { Rate, RateLimits } from '../coordination.js';
import type { Connection } from './connection.js';
import type { Keys } from './keys.js';
import { TAKE } from './scripts/limit-script.js';

const MINUTE_MICROS = 60_000_000;

/** Allowances that fill evenly, in Redis. */
export class RedisLimits implements RateLimits {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor({ connection, keys }: { connection: Connection; keys: Keys }) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async take(caller: string, { perMinute, burst }: Rate): Promise<number> {
    const args = [MINUTE_MICROS / perMinute, burst];
    const [, micros] = await this.#connection.run(TAKE, [this.#keys.limit(caller)], args);
    return Number(micros) / 1000;
  }
}

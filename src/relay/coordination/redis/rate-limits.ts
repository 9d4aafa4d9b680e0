import type { Rate, RateLimits } from '../coordination.js';
import type { Connection } from './connection.js';
import type { Keys } from './keys.js';
import { NOW, script } from './scripts/script.js';

const MINUTE_MICROS = 60_000_000;

/**
 * KEYS: limit. ARGV: cost of one request in microseconds, burst. Stores the time at which the allowance is
 * full again (generic cell rate algorithm), in microseconds. Gives {'ok', microseconds to wait}.
 */
const TAKE = script(`${NOW}
local micros = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local fullAt = math.max(micros, tonumber(redis.call('GET', KEYS[1]) or '0')) + cost
local wait = fullAt - micros - ARGV[2] * cost
if wait > 1 then return {'ok', math.ceil(wait)} end
redis.call('SET', KEYS[1], whole(fullAt), 'PX', whole(math.ceil((fullAt - micros) / 1000)))
return {'ok', 0}
`);

/** Rate limits that all replicas share. */
export class RedisRateLimits implements RateLimits {
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

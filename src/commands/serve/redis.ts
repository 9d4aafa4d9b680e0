import type { Clock } from '../../base/time.js';
import { AppError } from '../../base/errors.js';
import type { CoordinationError, Coordination } from '../../relay/coordination/coordination.js';
import {
  parseRedisUrl,
  shownAddress,
  type RedisAddress,
} from '../../relay/coordination/redis/address.js';
import type { Log } from '../../relay/operation/log.js';

export interface RedisSettings {
  address: RedisAddress;
  prefix: string;
}

/** Where replicas agree. Throws on what is no address. */
export function redisSettings(url: string | undefined, prefix: string): RedisSettings | undefined {
  return url === undefined ? undefined : { address: parseRedisUrl(url), prefix };
}

/**
 * Coordination over the Redis. One that isn't reached yet is waited for while turns are refused; one
 * that doesn't let us in is an error.
 */
export async function openRedis(
  { address, prefix }: RedisSettings,
  { clock, log }: { clock: Clock; log: Log },
): Promise<Coordination> {
  const { inRedis } = await import('../../relay/coordination/redis/in-redis.js');
  const redis = shownAddress(address);
  const onChange = (problem?: string): void => {
    if (problem === undefined) log.info({ redis }, 'connected to Redis');
    else log.warn({ redis, problem }, 'no connection to Redis: turns are refused until there is');
  };
  const coordination = inRedis({ address, prefix, clock, onChange });
  try {
    await coordination.open();
  } catch (error) {
    const { message } = error as CoordinationError;
    if (isRefusal(message)) {
      await coordination.close();
      throw new AppError('not_configured', `${message} (${redis})`, {
        hint: 'check user, password and database of --redis or TELNYX_CHAT_REDIS',
      });
    }
  }
  return coordination;
}

function isRefusal(message: string): boolean {
  return /WRONGPASS|NOAUTH|NOPERM|DB index|AUTH/.test(message);
}

import type { Clock } from '../../base/time.js';
import { AppError } from '../../base/errors.js';
import type { CoordinationError, Coordination } from '../../relay/coordination/coordination.js';
import {
  parseRedisUrl,
  publicAddress,
  type RedisAddress,
} from '../../relay/coordination/redis/address.js';
import type { Context } from '../../process/context.js';
import type { Log } from '../../relay/operation/log.js';

export interface RedisSettings {
  address: RedisAddress;
  prefix: string;
}

interface GivenRedis {
  url: string | undefined;
  prefix: string;
  /** Files of the client's certificate and its key. */
  cert: string | undefined;
  key: string | undefined;
}

/** The Redis that replicas share, if there is one. Throws a usage error on a bad URL. */
export async function redisSettings(
  { url, prefix, cert, key }: GivenRedis,
  place: Pick<Context, 'cwd' | 'home'>,
): Promise<RedisSettings | undefined> {
  if ((cert === undefined) !== (key === undefined)) {
    throw new AppError('usage', '--redis-cert and --redis-key belong together', {
      hint: 'give both, or neither',
    });
  }
  if (url === undefined) return undefined;
  const address = parseRedisUrl(url);
  if (cert === undefined || key === undefined) return { address, prefix };
  const { readPemFile } = await import('../../store/env-file.js');
  const certificate = { cert: readPemFile(cert, place), key: readPemFile(key, place) };
  return { address: { ...address, certificate }, prefix };
}

/**
 * Connects to Redis. While it can't be reached, turns are refused and the connection is tried again; refused
 * credentials are an error.
 */
export async function openRedis(
  { address, prefix }: RedisSettings,
  { clock, log }: { clock: Clock; log: Log },
): Promise<Coordination> {
  const { inRedis } = await import('../../relay/coordination/redis/in-redis.js');
  const redis = publicAddress(address);
  const onChange = (problem?: string): void => {
    if (problem === undefined) log.info({ redis }, 'connected to Redis');
    else
      log.warn(
        { redis, problem },
        'no connection to Redis: turns that need it are refused until there is',
      );
  };
  const coordination = inRedis({ address, prefix, clock, onChange });
  try {
    await coordination.open();
    if ((await coordination.keepsData()) === false) {
      log.warn({ redis }, 'this Redis forgets stored answers when it restarts: set appendonly yes');
    }
  } catch (error) {
    const { message } = error as CoordinationError;
    if (isAccessRefused(message)) {
      await coordination.close();
      throw new AppError('not_configured', `${message} (${redis})`, {
        hint: message.includes('NOPERM')
          ? `give it to the user: ACL SETUSER <name> ~${prefix}* &${prefix}* +@all`
          : 'check user, password and database of --redis or TELNYX_CHAT_REDIS',
      });
    }
  }
  return coordination;
}

function isAccessRefused(message: string): boolean {
  return /WRONGPASS|NOAUTH|NOPERM|DB index|AUTH/.test(message);
}

import { AppError } from '../../base/errors.js';
import type { Clock } from '../../base/time.js';
import type { Context } from '../../process/context.js';
import type { CoordinationError } from '../../relay/coordination/coordination.js';
import {
  parseRedisUrl,
  publicAddress,
  type RedisAddress,
} from '../../relay/coordination/redis/address.js';
import { assertCertificates, type RedisTls } from '../../relay/coordination/redis/certificates.js';
import type { InRedis } from '../../relay/coordination/redis/in-redis.js';
import type { Log } from '../../relay/operation/log.js';
import { readPemFile } from '../../store/settings-files.js';
import type { Place } from '../../store/paths.js';

export interface RedisSettings {
  address: RedisAddress;
  prefix: string;
  tls: RedisTls;
  /** Reads the files of the certificates again; undefined without such files. */
  readTls: (() => RedisTls) | undefined;
}

interface RedisFlags {
  url: string | undefined;
  prefix: string;
  files: RedisTlsFiles;
}

/** The Redis that replicas share, if there is one. Throws a usage error on a bad URL or certificate. */
export function redisSettings(
  { url, prefix, files }: RedisFlags,
  place: Pick<Context, 'cwd' | 'home'>,
): RedisSettings | undefined {
  const { ca, cert, key } = files;
  if ((cert === undefined) !== (key === undefined)) {
    throw new AppError('usage', '--redis-cert and --redis-key belong together', {
      hint: 'give both, or neither',
    });
  }
  const address = url === undefined ? undefined : parseRedisUrl(url);
  if (ca === undefined && cert === undefined)
    return address && { address, prefix, tls: {}, readTls: undefined };
  if (!address?.isTls) {
    throw new AppError('usage', `${flagsOf(files)} without a Redis over TLS`, {
      hint: 'give its address as rediss:// or rediss+sentinel:// (TELNYX_CHAT_REDIS or --redis)',
    });
  }
  const readTls = (): RedisTls => readRedisTls(files, place);
  return { address, prefix, tls: readTls(), readTls };
}

/**
 * Connects to Redis. While it can't be reached, turns are refused and the connection is tried again; refused
 * credentials are an error.
 */
export async function openRedis(
  { address, prefix, tls }: RedisSettings,
  { clock, log }: { clock: Clock; log: Log },
): Promise<InRedis> {
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
  const coordination = inRedis({ address, tls, prefix, clock, onChange });
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
        hint: accessHint(message, prefix),
      });
    }
  }
  return coordination;
}

/** Reads the certificates again. If they cannot be used, the old ones stay in use. */
export function reloadCertificates({ readTls }: RedisSettings, redis: InRedis, log: Log): void {
  if (!readTls) return;
  try {
    redis.useTls(readTls());
    log.info({}, 'read the certificates for Redis again');
  } catch (error) {
    log.error(
      { problem: (error as Error).message },
      'could not read the certificates for Redis again',
    );
  }
}

function isAccessRefused(message: string): boolean {
  return /WRONGPASS|NOAUTH|NOPERM|DB index|AUTH|no Sentinel knows/.test(message);
}

function accessHint(message: string, prefix: string): string {
  const where = '--redis or TELNYX_CHAT_REDIS';
  if (message.includes('no Sentinel knows')) return `check the name of the master in ${where}`;
  if (message.includes('Sentinel')) return `check ?sentinel_password= of ${where}`;
  return message.includes('NOPERM')
    ? `give it to the user: ACL SETUSER <name> ~${prefix}* &${prefix}* +@all`
    : `check user, password and database of ${where}`;
}

/** Files of the authorities to trust, of the client's certificate and of its key. */
interface RedisTlsFiles {
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

/** The texts of these files. Throws a usage error on one that is missing or broken, or a key of another certificate. */
function readRedisTls(files: RedisTlsFiles, place: Place): RedisTls {
  const tls: RedisTls = Object.fromEntries(
    givenFiles(files).map(([name, file]) => [name, readPemFile(file, place)]),
  );
  try {
    assertCertificates(tls);
  } catch (error) {
    throw new AppError('usage', `cannot use ${flagsOf(files)}: ${(error as Error).message}`, {
      hint: 'the files are PEM, and the key belongs to the certificate',
    });
  }
  return tls;
}

function flagsOf(files: RedisTlsFiles): string {
  return givenFiles(files)
    .map(([name]) => `--redis-${name}`)
    .join(', ');
}

function givenFiles(files: RedisTlsFiles): [name: string, file: string][] {
  const all = Object.entries({ ...files });
  return all.filter((each): each is [string, string] => each[1] !== undefined);
}

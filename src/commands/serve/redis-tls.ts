// Loaded late: for `serve --redis` with certificates of its own.
import { AppError } from '../../base/errors.js';
import { assertCertificates, type RedisTls } from '../../relay/coordination/redis/connection-options.js';
import type { RedisAddress } from '../../relay/coordination/redis/address.js';
import { readPemFile } from '../../store/env-file.js';
import type { Place } from '../../store/paths.js';

/** Files of the authorities to trust, of the client's certificate and of its key. */
export interface RedisTlsFiles {
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

/** The address. Throws a usage error if it has no TLS: the files would be ignored. */
export function tlsAddress(files: RedisTlsFiles, address: RedisAddress | undefined): RedisAddress {
  if (address?.isTls) return address;
  throw new AppError('usage', `${flagsOf(files)} without a Redis over TLS`, {
    hint: 'give its address as rediss:// or rediss+sentinel:// (TELNYX_CHAT_REDIS or --redis)',
  });
}

/** Their texts. Throws a usage error on a file that is missing or broken, or a key of another certificate. */
export function readRedisTls(files: RedisTlsFiles, place: Place): RedisTls {
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

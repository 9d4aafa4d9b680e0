// Loaded late: for `serve --redis` with certificates of its own.
import { AppError } from '../../base/errors.js';
import { assertCertificates } from '../../relay/coordination/redis/certificates.js';
import type { RedisTls } from '../../relay/coordination/redis/connection-options.js';
import { readPemFile } from '../../store/env-file.js';
import type { Place } from '../../store/paths.js';

/** Files of the authorities to trust, of the client's certificate and of its key. */
export interface RedisTlsFiles {
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

/** Reads the files. Throws a usage error on a file that is missing or broken, or a key of another certificate. */
export function readRedisTls(files: RedisTlsFiles, place: Place): RedisTls {
  const given = Object.entries(files).filter(([, file]) => file !== undefined);
  const tls: RedisTls = Object.fromEntries(
    given.map(([name, file]) => [name, readPemFile(String(file), place)]),
  );
  try {
    assertCertificates(tls);
  } catch (error) {
    const flags = given.map(([name]) => `--redis-${name}`).join(', ');
    throw new AppError('usage', `cannot use ${flags}: ${(error as Error).message}`, {
      hint: 'the files are PEM, and the key belongs to the certificate',
    });
  }
  return tls;
}

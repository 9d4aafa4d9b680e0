import { AppError } from '../../../base/errors.js';

/** Address and credentials of a Redis or Valkey. */
export interface RedisAddress {
  host: string;
  port: number;
  username?: string | undefined;
  password?: string | undefined;
  database: number;
  isTls: boolean;
  /** PEM texts that the server asks of its clients. */
  certificate?: { cert: string; key: string } | undefined;
}

const DEFAULT_PORT = 6379;

/**
 * `redis[s]://[[user]:password@]host[:port][/database]`.
 * @throws AppError that does not repeat the text, which may hold a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname, search, hash } = urlOf(text);
  const [, database] = /^\/?(\d{0,5})$/.exec(pathname) ?? [];
  if (!/^rediss?:$/.test(protocol) || !hostname || database === undefined || search || hash) {
    throw badAddress();
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    username: decoded(username),
    password: decoded(password),
    database: Number(database),
    isTls: protocol === 'rediss:',
  };
}

/** The URL without user and password. */
export function publicAddress({ host, port, database, isTls }: RedisAddress): string {
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return `${isTls ? 'rediss' : 'redis'}://${shownHost}:${port}/${database}`;
}

function urlOf(text: string): URL {
  try {
    return new URL(text.trim());
  } catch {
    throw badAddress();
  }
}

function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw badAddress();
  }
}

function badAddress(): AppError {
  return new AppError('usage', 'bad address of Redis', {
    hint: 'redis://host:6379, or rediss://user:password@host:6379/0 with TLS; special characters of a password as %40 and the like',
  });
}

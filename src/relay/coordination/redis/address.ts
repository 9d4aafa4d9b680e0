import { AppError } from '../../../base/errors.js';

/** Where a Redis or Valkey is, and how to get in. */
export interface RedisAddress {
  host: string;
  port: number;
  username?: string | undefined;
  password?: string | undefined;
  database: number;
  isTls: boolean;
}

const DEFAULT_PORT = 6379;

/**
 * `redis[s]://[[user]:password@]host[:port][/database]`.
 * @throws AppError that does not repeat it: there may be a password in it.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname, search, hash } = urlOf(text);
  const [, database] = /^\/?(\d{0,5})$/.exec(pathname) ?? [];
  if (!/^rediss?:$/.test(protocol) || !hostname || database === undefined || search || hash) {
    throw bad();
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

/** Without what lets one in. */
export function shownAddress({ host, port, database, isTls }: RedisAddress): string {
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return `${isTls ? 'rediss' : 'redis'}://${shownHost}:${port}/${database}`;
}

function urlOf(text: string): URL {
  try {
    return new URL(text.trim());
  } catch {
    throw bad();
  }
}

function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw bad();
  }
}

function bad(): AppError {
  return new AppError('usage', 'bad address of Redis', {
    hint: 'redis://host:6379, or rediss://user:password@host:6379/0 with TLS; special characters of a password as %40 and the like',
  });
}

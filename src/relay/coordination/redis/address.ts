import { AppError } from '../../../base/errors.js';

/** Addresses and credentials of a Redis or Valkey. */
export interface RedisAddress {
  /** Of the server, or of the Sentinels that know which server is the master. */
  endpoints: Endpoint[];
  username?: string | undefined;
  password?: string | undefined;
  database: number;
  isTls: boolean;
  sentinel?: SentinelSettings | undefined;
}

export interface Endpoint {
  host: string;
  port: number;
}

export interface SentinelSettings {
  /** Name of the master that the Sentinels watch. */
  master: string;
  /** Credentials for the Sentinels themselves. */
  username?: string | undefined;
  password?: string | undefined;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
const SENTINEL_HINT =
  'redis+sentinel://host:26379,other:26379/master/0, or rediss+sentinel://user:password@… with TLS; ?sentinel_password=… where the Sentinels ask for one';

/**
 * `redis[s]://[[user]:password@]host[:port][/database]`, or with Sentinels
 * `redis[s]+sentinel://[[user]:password@]host[:port][,host[:port]…]/master[/database]`.
 * @throws AppError that does not repeat the text, which may hold a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const [, scheme, rest = ''] = /^(rediss?\+sentinel):\/\/(.*)$/i.exec(text.trim()) ?? [];
  if (scheme === undefined) return serverAddress(text);
  try {
    return sentinelAddress(scheme, rest);
  } catch {
    throw badAddress().but({ hint: SENTINEL_HINT });
  }
}

/** The URL without users and passwords. */
export function publicAddress({ endpoints, database, isTls, sentinel }: RedisAddress): string {
  const scheme = `${isTls ? 'rediss' : 'redis'}${sentinel ? '+sentinel' : ''}`;
  const hosts = endpoints.map(shownEndpoint).join();
  const master = sentinel ? `${sentinel.master}/` : '';
  return `${scheme}://${hosts}/${master}${database}`;
}

function shownEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function serverAddress(text: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname, search, hash } = urlOf(text);
  const [, database] = /^\/?(\d{0,5})$/.exec(pathname) ?? [];
  if (!/^rediss?:$/.test(protocol) || !hostname || database === undefined || search || hash) {
    throw badAddress();
  }
  return {
    endpoints: [endpointOf(hostname, port, REDIS_PORT)],
    username: decoded(username),
    password: decoded(password),
    database: Number(database),
    isTls: protocol === 'rediss:',
  };
}

/** URL has no list of hosts, so each host is parsed alone. */
function sentinelAddress(scheme: string, rest: string): RedisAddress {
  const [, user = '', hosts = '', master, database = '', query = ''] =
    /^(?:([^@/?#]*)@)?([^@/?#]+)\/([\w.-]+)(?:\/(\d{0,5}))?(?:\?([^#]*))?$/.exec(rest) ?? [];
  if (master === undefined) throw badAddress();
  const [urls, { username, password }] = [
    hosts.split(',').map((host) => urlOf(`redis://${host}`)),
    urlOf(`redis://${user ? `${user}@` : ''}localhost`),
  ];
  if (urls.some(({ hostname }) => hostname === '')) throw badAddress();
  return {
    endpoints: urls.map(({ hostname, port }) => endpointOf(hostname, port, SENTINEL_PORT)),
    username: decoded(username),
    password: decoded(password),
    database: Number(database),
    isTls: scheme.toLowerCase().startsWith('rediss'),
    sentinel: { master, ...sentinelCredentials(query) },
  };
}

function sentinelCredentials(query: string): Partial<SentinelSettings> {
  // Unlike in a form, a plus is a plus, as it is in the rest of the URL.
  const values = new URLSearchParams(query.replaceAll('+', '%2B'));
  for (const name of values.keys()) {
    if (!/^sentinel_(username|password)$/.test(name)) throw badAddress();
  }
  return {
    username: values.get('sentinel_username') ?? undefined,
    password: values.get('sentinel_password') ?? undefined,
  };
}

function endpointOf(hostname: string, port: string, defaultPort: number): Endpoint {
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? defaultPort : Number(port),
  };
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

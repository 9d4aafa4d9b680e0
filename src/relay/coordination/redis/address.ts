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
const SERVER_HINT =
  'redis://host:6379, or rediss://user:password@host:6379/0 with TLS; special characters of a password as %40 and the like';
const SENTINEL_HINT =
  'redis+sentinel://host:26379,other:26379/master/0, or rediss+sentinel://user:password@… with TLS; ?sentinel_password=… where the Sentinels ask for one';

/**
 * `redis[s]://[[user]:password@]host[:port][/database]`, or with Sentinels
 * `redis[s]+sentinel://[[user]:password@]host[:port][,host[:port]…]/master[/database]`.
 * @throws AppError that does not repeat the text, which may hold a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = text.trim();
  const [, scheme, rest = ''] = /^(rediss?\+sentinel):\/\/(.*)$/i.exec(url) ?? [];
  try {
    return scheme === undefined ? serverAddress(new URL(url)) : sentinelAddress(scheme, rest);
  } catch {
    const hint = scheme === undefined ? SERVER_HINT : SENTINEL_HINT;
    throw new AppError('usage', 'bad address of Redis', { hint });
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

function serverAddress(url: URL): RedisAddress {
  const { protocol, pathname, search, hash } = url;
  const [, database] = /^\/?(\d{0,5})$/.exec(pathname) ?? [];
  if (!/^rediss?:$/.test(protocol) || database === undefined || search || hash)
    throw new Error('no address of Redis');
  return {
    endpoints: [endpointOf(url, REDIS_PORT)],
    ...credentialsIn(url),
    database: Number(database),
    isTls: protocol === 'rediss:',
  };
}

/** URL has no list of hosts, so each host is parsed alone. */
function sentinelAddress(scheme: string, rest: string): RedisAddress {
  const [, user = '', hosts = '', master, database = '', query = ''] =
    /^([^@/?#]*@)?([^@/?#]+)\/([\w.-]+)(?:\/(\d{0,5}))?(?:\?([^#]*))?$/.exec(rest) ?? [];
  if (master === undefined) throw new Error('no address of Redis');
  const urls = hosts.split(',').map((host) => new URL(`redis://${host.trim()}`));
  return {
    endpoints: urls.map((url) => endpointOf(url, SENTINEL_PORT)),
    ...credentialsIn(new URL(`redis://${user}localhost`)),
    database: Number(database),
    isTls: scheme.toLowerCase().startsWith('rediss'),
    sentinel: { master, ...sentinelCredentials(query) },
  };
}

function sentinelCredentials(query: string): Partial<SentinelSettings> {
  // Unlike in a form, a plus is a plus, as it is in the rest of the URL.
  const values = new URLSearchParams(query.replaceAll('+', '%2B'));
  for (const name of values.keys()) {
    if (!/^sentinel_(username|password)$/.test(name)) throw new Error('no address of Redis');
  }
  return {
    username: values.get('sentinel_username') ?? undefined,
    password: values.get('sentinel_password') ?? undefined,
  };
}

function endpointOf({ hostname, port }: URL, defaultPort: number): Endpoint {
  if (hostname === '') throw new Error('no address of Redis');
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? defaultPort : Number(port),
  };
}

function credentialsIn({ username, password }: URL): Pick<RedisAddress, 'username' | 'password'> {
  return {
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
  };
}

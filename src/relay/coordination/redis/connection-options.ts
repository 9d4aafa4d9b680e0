import { randomInt } from 'node:crypto';
import { SentinelConnector, type Redis } from 'ioredis';
import type { RedisAddress } from './address.js';
import type { RedisTls } from './certificates.js';
import { SCRIPTS } from './scripts.js';

/** For connecting, and for each answer of a server. */
const TIMEOUT_MS = 2_000;
/** Between two tries to connect. */
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;
/** Between two tries to reach a Sentinel that reports failovers. */
const SENTINEL_RETRY_MS = 5_000;

export function connectionOptions(address: RedisAddress, tls: RedisTls) {
  const { username, password, database } = address;
  return {
    ...targetOptions(address),
    ...tlsOptions(address, tls),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    db: database,
    connectionName: 'telnyx-chat',
    scripts: SCRIPTS,
    lazyConnect: true,
    // Commands fail at once without a connection, and are never repeated.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // The connection subscribes when it is ready.
    autoResubscribe: false,
    // A server that is still loading answers each command with an error.
    enableReadyCheck: false,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    retryStrategy: waitBefore,
    // After a failover the same name leads to another server.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

/** The part that changes with the certificates. */
export function tlsOptions({ isTls, sentinel }: RedisAddress, tls: RedisTls) {
  if (!isTls) return {};
  return sentinel ? { tls, sentinelTLS: tls, enableTLSForSentinelMode: true } : { tls };
}

function targetOptions({ endpoints, sentinel }: RedisAddress) {
  if (!sentinel) return { ...endpoints[0] };
  const { master, username, password } = sentinel;
  return {
    Connector: SilentSentinelConnector,
    sentinels: endpoints,
    name: master,
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    sentinelCommandTimeout: TIMEOUT_MS,
    sentinelRetryStrategy: waitBefore,
    // Leaves a former master even if it still answers.
    failoverDetector: true,
    sentinelReconnectStrategy: () => SENTINEL_RETRY_MS,
  };
}

type ConnectToSentinel = (...args: unknown[]) => Redis;

/** Without a listener, ioredis prints the errors of its connections to Sentinels; only here can one be added. */
class SilentSentinelConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
    const connect = Reflect.get(this, 'connectToSentinel') as ConnectToSentinel;
    const silently: ConnectToSentinel = (...args) =>
      connect.apply(this, args).on('error', () => undefined);
    Reflect.set(this, 'connectToSentinel', silently);
  }
}

/** Exponential backoff, with jitter for replicas that lost the server at the same time. */
function waitBefore(retry: number): number {
  const maxMs = Math.min(MIN_RETRY_MS * 2 ** (retry - 1), MAX_RETRY_MS);
  return randomInt(Math.floor(maxMs / 2), maxMs + 1);
}

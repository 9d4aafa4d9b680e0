import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { redisCli, redisServer, started, tlsFlags, type RedisServer } from './redis-server.js';
import { closedPort } from './socket-server.js';
import { tcpProxy, type TcpProxy } from './tcp-proxy.js';

/** Of the servers' default user, and of the Sentinel. */
export const PASSWORD = 's3rver-s3cret';
export const SENTINEL_PASSWORD = 's3ntinel+s3cret';

export interface WatchedRedis {
  /** That of the master, and no other's: a Sentinel of another test knows no such master. */
  name: string;
  /** `host:port` of a Sentinel that is away, and of the one that watches. */
  hosts: string;
  sentinelPort: number;
  master: RedisServer;
  replica: RedisServer;
  /** The replica hears of the master through it. */
  link: TcpProxy;
  /** Makes the replica the master though the other one lives. */
  failOver(): Promise<void>;
}

interface WatchOptions {
  isTls?: boolean;
  /** More arguments of both servers. */
  args?: string[];
}

/** A master, its replica and a Sentinel that takes the master for dead after half a second; they end with the test. */
export async function watchedRedis({ isTls = false, args = [] }: WatchOptions = {}) {
  const server = async (...more: string[]): Promise<RedisServer> => {
    const credentials = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
    const kept = [
      '--appendonly',
      'yes',
      '--repl-diskless-sync-delay',
      '0',
      ...(isTls ? ['--tls-replication', 'yes'] : []),
    ];
    const redis = await redisServer({ isTls, args: [...credentials, ...kept, ...args, ...more] });
    onTestFinished(() => redis.remove());
    return redis;
  };
  const master = await server();
  const link = await tcpProxy(master.port);
  const replica = await server('--replicaof', '127.0.0.1', String(link.port));
  await until(async () => /state=online/.test(await asDefault(master, 'INFO', 'replication')));
  const name = `chat.redis-${randomUUID()}`;
  const sentinelPort = await sentinel(name, master, isTls);
  const ask = (...words: string[]): Promise<string> => {
    const flags = ['-a', SENTINEL_PASSWORD, '--no-auth-warning', '-p', String(sentinelPort)];
    return redisCli([...(isTls ? tlsFlags(master.folder) : []), ...flags, 'SENTINEL', ...words]);
  };
  await until(async () => (await ask('REPLICAS', name)).split('\n').includes(`${replica.port}`));
  // No server of another test ever gets a port below 1024.
  const hosts = `127.0.0.1:9,localhost:${sentinelPort}`;
  // Refused as long as the Sentinel has not heard of the replica lately.
  const failOver = () => until(async () => (await ask('FAILOVER', name)).startsWith('OK'));
  return { name, hosts, sentinelPort, master, replica, link, failOver } satisfies WatchedRedis;
}

/** Starts a Sentinel for the master. Gives its port. */
async function sentinel(
  name: string,
  { folder, port: watched }: RedisServer,
  isTls: boolean,
): Promise<number> {
  const port = await closedPort();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const tls = [
    ...['port 0', `tls-port ${port}`, 'tls-replication yes', 'tls-auth-clients no'],
    ...[`tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`],
  ];
  const lines = [
    ...['bind 127.0.0.1', `dir ${folder}`, `requirepass ${SENTINEL_PASSWORD}`],
    ...(isTls ? tls : [`port ${port}`]),
    `sentinel monitor ${name} 127.0.0.1 ${watched} 1`,
    `sentinel auth-pass ${name} ${PASSWORD}`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 10000`,
  ];
  const config = join(folder, 'sentinel.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  const child = await started('redis-server', [config, '--sentinel']);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return port;
}

export function asDefault(server: RedisServer, ...words: string[]): Promise<string> {
  return server.command('-a', PASSWORD, '--no-auth-warning', ...words);
}

/** Asks again and again: there is nobody who would tell. */
export async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

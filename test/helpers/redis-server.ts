import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { installed } from './installed.js';
import { closedPort } from './socket-server.js';
import { CERTIFICATE, PRIVATE_KEY } from './tls-certificate.js';

export interface RedisServer {
  port: number;
  /** Of it and the certificate that it shows, if it speaks TLS. */
  folder: string;
  /** Database 0, without a password unless one was asked for in the arguments. */
  url: string;
  /** As the machine going down does; what was kept in memory is gone, unless it was to be kept on disk. */
  kill(): Promise<void>;
  /** Again on the same port, in the same folder. */
  start(): Promise<void>;
  /** Stops and goes on, the connections left open. */
  freeze(): void;
  thaw(): void;
  /** Runs a command on the server, and gives what redis-cli prints. */
  command(...words: string[]): Promise<string>;
  /** Ends it and takes its folder away. */
  remove(): Promise<void>;
}

const NAMES = ['redis-server', 'valkey-server'] as const;

/** Those of the two that are installed. */
export const REDIS_SERVERS: string[] = NAMES.filter(installed);

if (REDIS_SERVERS.length === 0) {
  console.warn(
    'skipped: tests of serve --redis (neither redis-server nor valkey-server is installed)',
  );
}

/** A real server on a free port of loopback, its files in a folder of its own. */
export async function redisServer({
  program = REDIS_SERVERS[0] ?? 'redis-server',
  args = [] as string[],
  isTls = false,
} = {}): Promise<RedisServer> {
  const port = await closedPort();
  const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-redis-'));
  let child: ChildProcess | undefined;
  const end = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill('SIGKILL');
    await once(ending, 'exit');
  };
  const start = async (): Promise<void> => {
    const listening = isTls
      ? ['--port', '0', '--tls-port', String(port), ...certified(folder)]
      : ['--port', String(port)];
    const fixed = ['--bind', '127.0.0.1', '--save', '', '--loglevel', 'notice'];
    child = await started(program, [...fixed, ...listening, '--dir', folder, ...args]);
  };
  await start();
  return {
    ...{ port, folder, start },
    url: isTls ? `rediss://localhost:${port}` : `redis://127.0.0.1:${port}`,
    kill: end,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async command(...words) {
      return redisCli([...(isTls ? tlsFlags(folder) : []), '-p', String(port), ...words], program);
    },
    async remove() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What redis-cli prints. */
export async function redisCli(args: string[], program = 'redis-server'): Promise<string> {
  const { stdout } = await promisify(execFile)(program.replace('server', 'cli'), args);
  return stdout.trim();
}

/** For redis-cli: the certificate in the folder is to be trusted. */
export function tlsFlags(folder: string): string[] {
  return ['--tls', '--cacert', join(folder, 'cert.pem')];
}

/** Resolves when it serves. */
export async function started(program: string, args: string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (/ready to accept connections|Sentinel ID is/i.test(line)) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`${program} ended:\n${said.join('\n')}`);
}

/** Arguments for the certificate of `localhost`, put into the folder unless there is one. */
function certified(folder: string): string[] {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  if (!existsSync(cert)) {
    writeFileSync(cert, CERTIFICATE);
    writeFileSync(key, PRIVATE_KEY);
  }
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
  return [...files, '--tls-auth-clients', 'no'];
}

// Replicas of the relay on fixed ports, a Redis and an nginx before them, each in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from './sandbox.mjs';

const DEPLOY = fileURLToPath(new URL('../docs/deploy.md', import.meta.url));

export async function openReplicas(sandbox) {
  const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-rolling-'));
  const [redisPort, nginxPort, ...ports] = await freePorts(4);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TELNYX_API_KEY: 'KEY-soak',
    TELNYX_ASSISTANT_ID: sandbox.assistant,
    TELNYX_BASE_URL: sandbox.url,
    TELNYX_CHAT_REDIS: `redis://127.0.0.1:${redisPort}`,
  };
  const redis = spawned('redis-server', ['--port', redisPort, '--save', '', '--dir', folder]);
  await listening(redisPort);
  const replicas = await Promise.all(ports.map((port) => openReplica(port, env)));
  writeFileSync(join(folder, 'nginx.conf'), nginxConfig(folder, nginxPort, ports));
  const nginx = spawned('nginx', ['-p', folder, '-e', 'error.log', '-c', 'nginx.conf']);
  await listening(nginxPort);
  return {
    port: nginxPort,
    replicas,
    async close() {
      await Promise.all(replicas.map(({ end }) => end('SIGTERM')));
      await Promise.all([ended(nginx), ended(redis)]);
      if (process.env.KEEP)
        writeFileSync(process.env.KEEP, readFileSync(join(folder, 'error.log')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One replica, which can be ended and started again. */
async function openReplica(port, env) {
  let child;
  const start = async () => {
    const argv = ['serve', '--port', port, '--log-level', 'warn'];
    child = spawned(process.execPath, [PROGRAM, ...argv], { env });
    await listening(port);
    while ((await fetch(`http://127.0.0.1:${port}/ready`)).status !== 200);
  };
  await start();
  return { start, end: (signal) => ended(child, signal) };
}

/** The block of docs/deploy.md, for these ports and without its TLS. */
function nginxConfig(folder, port, replicaPorts) {
  const [, block] = /```nginx\n([^]*?)```/.exec(readFileSync(DEPLOY, 'utf8'));
  const http = block
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^ *ssl_.*\n/gm, '')
    .replace('127.0.0.1:8081', `127.0.0.1:${replicaPorts[0]}`)
    .replace('127.0.0.1:8082', `127.0.0.1:${replicaPorts[1]}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off; worker_processes 1; pid nginx.pid; error_log error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${join(folder, name)};`).join(' ')}
${http}
}
`;
}

/** Debian keeps nginx where an ordinary PATH does not look. */
const PATH = `${process.env.PATH}:/usr/sbin`;

const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function spawned(program, argv, { env = { PATH } } = {}) {
  const child = spawn(program, argv.map(String), {
    env: { ...env, PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Its exit code, or the signal that ended it. */
async function ended(child, signal = 'SIGTERM') {
  child.kill(signal);
  const [code, by] = await once(child, 'exit');
  return code ?? by;
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listening(port) {
  for (let accepts = false; !accepts;) {
    accepts = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (!accepts) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Programs beside the load: the stand-in for the API, and the relays, each of these on one core.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The last core, so that the others are for the load; Linux alone can say which. */
const PINNED =
  process.platform === 'linux' ? ['taskset', '-c', String(availableParallelism() - 1)] : [];
/** In which /proc counts a process's time, in seconds. */
const TICK_S = 0.01;

export const RELAYS = {
  bare: [here('bare.mjs')],
  ours: [here('../../bin/telnyx-chat.js'), 'serve', '--port', '0'],
};

/** The stand-in for the API: its base URLs, without and with TLS. */
export async function startUpstream() {
  const child = fork(here('upstream.mjs'));
  const [{ http, https }] = await once(child, 'message');
  const connections = async () => {
    child.send('connections');
    const [{ connections: count }] = await once(child, 'message');
    return count;
  };
  const urls = { http: `http://127.0.0.1:${http}/v2`, https: `https://localhost:${https}/v2` };
  return { urls, connections, stop: () => child.disconnect() };
}

/** A relay on a core of its own. Its log is written to where it costs nobody else anything. */
export async function startRelay(argv, { env, nodeFlags = [] }) {
  const [command, ...args] = [...PINNED, process.execPath, ...nodeFlags, ...argv];
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      const [, found] = /^relay: \S+:(\d+)\n/.exec(text) ?? [];
      if (found) resolve(Number(found));
    });
    child.on('exit', (code) => reject(new Error(`the relay ended with ${code}`)));
  });
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { port, stop, usage: () => usageOf(child.pid) };
}

/** Seconds of its core that a process has used, and its memory in MiB. */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const [, kB] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) * TICK_S, rssMiB: kB / 1024 };
}

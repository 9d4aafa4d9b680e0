import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { BIN } from './built-program.js';
import type { Stats } from '../../src/sandbox/control.js';
import { start } from '../sandbox/start.js';
import { realClock } from './real-clock.js';
import { upstream } from './relay.js';
import { temporaryFolder } from './temporary-folder.js';

/** The built program serving in a process of its own. */
export interface Replica {
  url: string;
  pid: number;
  /** Its exit code and all that it wrote to stderr; null when a signal ended it. */
  ended: Promise<{ code: number | null; stderr: string }>;
  /** Resolves when the signal has been sent, and when it ends the process, that is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** What it wrote to stderr so far. */
  log(): string;
}

/** `telnyx-chat serve` on a free port; killed when the test ends. */
export async function replica(argv: string[], env: Record<string, string>): Promise<Replica> {
  const home = temporaryFolder();
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', ...argv], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (log += text));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr: log }));
  });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await once(child, 'close');
  };
  onTestFinished(() => kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^relay: (\S+)$/.exec(line) ?? [];
    if (url !== undefined) return { url, pid: child.pid ?? 0, ended, kill, log: () => log };
  }
  throw new Error(`serve ended: ${log}`);
}

/** Two of them that share a Redis, before one sandbox. */
export async function twoReplicas(redisUrl: string, latencyMs: number) {
  const sandbox = await start({ clock: realClock(), latencyMs });
  const env = { ...upstream(sandbox.url, sandbox.assistantId), TELNYX_CHAT_REDIS: redisUrl };
  const argv = ['--redis-prefix', `${crypto.randomUUID()}:`, '--log-level', 'warn'];
  const [one, other] = await Promise.all([replica(argv, env), replica(argv, env)]);
  const stats = async (): Promise<Stats> => {
    const response = await fetch(sandbox.url.replace('/v2', '/_sandbox/stats'));
    return (await response.json()) as Stats;
  };
  return { one, other, stats };
}

/** What the user said in a conversation, as the sandbox has stored it. */
export function userTexts(conversation: Stats['conversations'][number] | undefined): string[] {
  const said = conversation?.messages.filter(({ role }) => role === 'user') ?? [];
  return said.map(({ text }) => text ?? '');
}

/** The user's turns that ran while another one did. */
export function overlapping({ messages }: Stats['conversations'][number]): string[] {
  const isSaid = (index: number): boolean => messages[index]?.role === 'user';
  return messages.flatMap(({ text }, index) =>
    isSaid(index) && isSaid(index - 1) ? [text ?? ''] : [],
  );
}

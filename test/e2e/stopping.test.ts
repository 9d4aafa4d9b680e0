import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN } from '../helpers/built-program.js';
import { processContext } from '../../src/process/context.js';
import { account } from '../helpers/account.js';
import { temporaryFolder } from '../helpers/run-cli.js';

const { clock } = processContext(process);

/** Seconds that each phase goes on for: far longer than a test may take. */
const TIMEOUT = 120;
const WAIT = 60;

/** What a `send` is doing: the faults that hold it there, and the requests it has made by then. */
const PHASES: Record<string, { script: string[]; rules?: string[]; requests: number }> = {
  'the conversation is created': {
    script: ['create_conversation/stall_before'],
    requests: 1,
  },
  'a reply is awaited': { script: ['stall_after'], requests: 2 },
  'a reply comes': { script: ['drip@200'], requests: 2 },
  'another try is awaited': { script: [`status_429_retry_after@${WAIT}`], requests: 2 },
  'the turn is searched': { script: ['reset_after'], rules: ['list_lag:1'], requests: 3 },
};

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

const RUNS = Object.entries(PHASES).flatMap(([phase, faults]) =>
  SIGNALS.flatMap(([signal, code]) =>
    [[], ['--json'], ['--jsonl']].map((flags) => ({
      ...{ phase, faults, signal, code, flags },
      delivery: phase.includes('created') || phase.includes('try') ? 'not run' : 'unknown',
    })),
  ),
);

describe('a stop', () => {
  it.each(RUNS)(
    'by $signal while $phase, with $flags',
    async ({ faults, signal, code, flags, delivery }) => {
      const { sandbox, env } = await account({ faultSettings: faults, clock });
      const home = temporaryFolder();
      const argv = ['send', ...flags, '--timeout', String(TIMEOUT), 'hello'];
      const child = spawn(process.execPath, [BIN, ...argv], {
        env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const exit = once(child, 'exit');
      const output = [text(child.stdout), text(child.stderr)] as const;
      await expect
        .poll(() => requestsTo(sandbox), { timeout: 10_000 })
        .toBeGreaterThanOrEqual(faults.requests);
      child.kill(signal);
      expect(await exit).toEqual([code, null]);
      const [stdout, stderr] = await Promise.all(output);
      if (flags.length === 0) {
        // A reply that was begun has its line ended; there is nothing else.
        expect(stdout === '' || stdout.endsWith('\n')).toBe(true);
        return;
      }
      const lines = stdout.split('\n');
      expect(lines.pop()).toBe('');
      lines.forEach((line) => expect(JSON.parse(line)).not.toHaveProperty('reply'));
      if (flags.includes('--json')) expect(stdout).toBe('');
      const { error } = JSON.parse(stderr) as { error: Record<string, unknown> };
      expect(error['delivery'] === 'unknown').toBe(delivery === 'unknown');
    },
  );
});

/** SIGHUP, the last one to get a handler. */
const HANDLED = 1n;

describe.runIf(process.platform === 'linux')('a stop while stdin is read', () => {
  it.each([...SIGNALS, ['SIGHUP', 129] as const])('by %s ends it with %i', async (signal, code) => {
    const { sandbox, env } = await account();
    const child = spawn(process.execPath, [BIN, 'send', 'Explain this:', '-'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: temporaryFolder(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    child.stdin.write('a first line\n');
    await expect.poll(() => caughtSignals(child.pid) & HANDLED).toBe(HANDLED);
    child.kill(signal);
    expect(await exit).toEqual([code, null]);
    expect(requestsTo(sandbox)).toBe(0);
  });
});

function caughtSignals(pid: number | undefined): bigint {
  const [, mask = '0'] =
    /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return BigInt(`0x${mask}`);
}

type Sandbox = Awaited<ReturnType<typeof account>>['sandbox'];

/** Those that a send makes one after another. */
function requestsTo(sandbox: Sandbox): number {
  return (['create_conversation', 'chat', 'list_messages'] as const)
    .map((operation) => sandbox.requestCount(operation))
    .reduce((sum, count) => sum + count, 0);
}

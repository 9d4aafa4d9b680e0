import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BIN } from '../helpers/built-program.js';
import { seed } from '../../src/sandbox/control.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { temporaryFolder } from '../helpers/run-cli.js';

/** Less than what is listed takes: a program that kept it all would die. */
const SMALL_HEAP = '--max-old-space-size=32 --max-semi-space-size=2';

interface Account {
  sandbox: Sandbox;
  env: Record<string, string>;
}

/** A day of 10,000 conversations, some 80 MB of JSON. */
async function busyDay(): Promise<Account> {
  const given = await account();
  const { sandbox, env } = given;
  const note = 'n'.repeat(8_000);
  const metadata = { assistant_id: sandbox.assistantId, note };
  const wanted = { conversations: 10_000, messages: 0, every_ms: 8_640, name: 'Busy', metadata };
  seed(wanted, { store: sandbox.store, now: new Date(), randomId: () => crypto.randomUUID() });
  return { sandbox, env };
}

/** A conversation of 5,000 messages, some 80 MB of text. */
async function longTalk(rules: string[] = []): Promise<Account & { id: string }> {
  const { sandbox, env } = await account({ faultSettings: { rules } });
  const wanted = { conversations: 1, messages: 5_000, every_ms: 0, name: 'Long', metadata: {} };
  const means = { store: sandbox.store, now: new Date(), randomId: () => crypto.randomUUID() };
  const [id = ''] = seed(wanted, means);
  const filler = 'm'.repeat(16_000);
  for (const message of sandbox.store.find(id)?.messages ?? [])
    message.text = `${message.text ?? ''} ${filler}`;
  return { sandbox, env, id };
}

interface Run {
  code: number | string | null;
  /** Each line's beginning. */
  lines: string[];
  stderr: string;
}

/** Runs the built program and keeps little of what it prints; `leaveAfter` lines the reader goes away. */
async function run(
  argv: string[],
  env: Record<string, string>,
  leaveAfter = Infinity,
): Promise<Run> {
  const home = temporaryFolder();
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, NODE_OPTIONS: SMALL_HEAP, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let rest = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => line.slice(0, 100)));
    if (lines.length >= leaveAfter) child.stdout.destroy();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: signal ?? code, lines, stderr };
}

describe('a day of 10,000 conversations', () => {
  it.each([
    ['as text', [], 10_000],
    ['as JSON', ['--json'], 10_002],
  ])('is listed whole in a small heap, %s', async (_, flags, count) => {
    const { sandbox, env } = await busyDay();
    const { lines, ...rest } = await run(
      ['conversations', 'list', '--limit', 'all', ...flags],
      env,
    );
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect(lines).toHaveLength(count);
    expect(new Set(lines).size).toBe(count);
    expect(sandbox.requestCount('list_conversations')).toBeLessThan(110);
  });

  it('is no longer asked for when the reader leaves', async () => {
    const { sandbox, env } = await busyDay();
    const result = await run(['conversations', 'list', '--limit', 'all'], env, 1);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(sandbox.requestCount('list_conversations')).toBeLessThan(10);
  });
});

describe('a conversation of 5,000 messages', () => {
  it.each([
    ['newest first', []],
    ['oldest first', ['list_messages/list_oldest_first:1']],
  ])('is exported whole and by time in a small heap, listed %s', async (_, rules) => {
    const { env, id } = await longTalk(rules);
    const result = await run(['conversations', 'export', id, '--format', 'txt'], env);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const said = result.lines.filter((line) => /^(question|answer) /.test(line));
    const numbers = said.map((line) => line.split(' ', 2).join(' '));
    expect(numbers).toEqual(
      Array.from(
        { length: 5_000 },
        (__, index) => `${index % 2 === 0 ? 'question' : 'answer'} ${Math.floor(index / 2) + 1}`,
      ),
    );
  });

  it('is exported as one JSON object in a small heap', async () => {
    const { env, id } = await longTalk();
    const result = await run(['conversations', 'export', id, '--json'], env);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.lines).toHaveLength(5_002);
  });

  it.each(['export', 'show'])(
    'is no longer asked for when the reader of %s leaves',
    async (command) => {
      const { sandbox, env, id } = await longTalk();
      const result = await run(['conversations', command, id], env, 20);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(sandbox.requestCount('list_messages')).toBeLessThan(10);
    },
  );
});

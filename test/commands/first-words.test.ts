import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FaultSettings } from '../../src/sandbox/faults/plan.js';
import { CALL, populatedAccount } from '../helpers/populated-account.js';
import { realClock } from '../helpers/real-clock.js';
import { runCli, temporaryFolder, type CliOptions } from '../helpers/run-cli.js';

/** An account with an unnamed call, and somebody who lists its conversations on a terminal. */
async function caller(said: string, faultSettings?: FaultSettings) {
  const given = await populatedAccount(faultSettings && { faultSettings });
  const { store } = given.sandbox;
  const thread = store.find(CALL);
  if (thread && said !== '') store.append(thread, { role: 'user', text: said });
  const home = temporaryFolder();
  mkdirSync(join(home, '.cache'), { mode: 0o700 });
  const file = join(home, '.cache', 'telnyx-chat', 'first-words.json');
  const env = { ...given.env, TELNYX_CHAT_PAGER: '', NO_COLOR: '1' };
  const run = async (argv: string[], options: CliOptions = {}): Promise<string> => {
    const terminal = { clock: given.clock, stdoutIsTTY: true, ...options };
    const { code, stdout, stderr } = await runCli(argv, { env, home, ...terminal });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const list = async (...flags: string[]): Promise<string | undefined> => {
    const stdout = await run(['conversations', 'list', ...flags]);
    return stdout.split('\n').find((line) => line.includes(CALL));
  };
  const requests = (): number => given.sandbox.requestCount('list_messages');
  return { ...given, thread, home, file, env, run, list, requests };
}

describe('the first words of unnamed conversations', () => {
  it('stand for their names in a list, and are asked for once', async () => {
    const { list, requests, file } = await caller('Is there parking?');
    expect(await list()).toContain('  Is there parking?  ');
    expect(await list('--all')).toContain('Is there parki');
    expect(requests()).toBe(1);
    const modes = [file, join(file, '..')].map((path) => (statSync(path).mode & 0o777).toString(8));
    expect(modes).toEqual(['600', '700']);
  });

  it('are harmless on a terminal', async () => {
    const { list } = await caller('\x1b[2Jboo\x07');
    expect(await list()).toMatch(/ {2}boo +/);
  });

  it.each([
    ['a pipe', ['conversations', 'list'], { stdoutIsTTY: false }],
    ['--json', ['conversations', 'list', '--json'], {}],
  ])('are not asked for on %s', async (_, argv, options) => {
    const { run, requests } = await caller('Is there parking?');
    expect(await run(argv, options)).not.toContain('parking');
    expect(requests()).toBe(0);
  });

  it('are looked for again when somebody has spoken since', async () => {
    const { list, requests, sandbox, thread, clock } = await caller('');
    expect(await list()).not.toContain('parking');
    await list();
    expect(requests()).toBe(1);
    clock.advance(1_000);
    if (thread) sandbox.store.append(thread, { role: 'user', text: 'Any parking?' });
    expect(await list()).toContain('Any parking?');
  });

  it('are not looked for with `config set cache false`, and none are kept', async () => {
    const { run, list, requests, file } = await caller('Is there parking?');
    await list();
    expect(existsSync(file)).toBe(true);
    await run(['config', 'set', 'cache', 'false']);
    expect(await list()).not.toContain('parking');
    expect({ isKept: existsSync(file), requests: requests() }).toEqual({
      isKept: false,
      requests: 1,
    });
  });

  it.each(['', '{', '[]', '{"names":{"a":1}}', '\u0000'.repeat(1_100_000)])(
    'are read again when the file is damaged (%#)',
    async (damaged) => {
      const { list, file, requests } = await caller('Is there parking?');
      await list();
      writeFileSync(file, damaged);
      expect(await list()).toContain('Is there parki');
      await list();
      expect(requests()).toBe(2);
    },
  );

  it('are forgotten with their conversation', async () => {
    const { run, list, file } = await caller('Is there parking?');
    await list();
    await run(['conversations', 'delete', CALL, '--yes', '-q']);
    expect(readFileSync(file, 'utf8')).not.toContain('parking');
  });

  it('need no place to be kept', async () => {
    const { run, home } = await caller('Is there parking?');
    const elsewhere = join(home, 'nowhere');
    const shown = await run(['conversations', 'list'], { home: elsewhere });
    expect(shown).toContain('Is there parki');
    expect(existsSync(elsewhere)).toBe(false);
  });

  it.each(['status_500_before', 'status_429'])(
    'do without when they fail with %s',
    async (kind) => {
      const { list, requests } = await caller('Is there?', { rules: [`list_messages/${kind}:1`] });
      expect(await list()).not.toContain('Is there');
      expect(requests()).toBe(1);
    },
  );

  it('keep a list from its end no longer than a moment', async () => {
    const { run } = await caller('Is there?', { rules: ['list_messages/stall_before:1'] });
    const started = performance.now();
    const shown = await run(['conversations', 'list'], { clock: realClock() });
    expect(shown).toContain(CALL);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('say what an id stands for in completion, and are no name to type', async () => {
    const { run } = await caller('Is there parking?');
    const offered = await run(['completion', 'zsh', '--', 'conversations', 'show', '']);
    const lines = offered.split('\n').filter((line) => line.includes('parking'));
    expect(lines).toEqual([`${CALL}\tIs there parking?`]);
  });
});

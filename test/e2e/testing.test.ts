import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { account } from '../helpers/account.js';
import { BIN, builtProgram } from '../helpers/built-program.js';
import { CTRL, ENTER } from '../helpers/keys.js';
import { realClock } from '../helpers/real-clock.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';

const turn = (title: string, check: string): string => `== ${title}\n> hello\n? ${check}\n`;

it('--watch runs what changed again, and goes on after a mistake, until Ctrl-C', async () => {
  const cwd = temporaryFolder();
  const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
  write('a.chat', turn('first', 'says hello'));
  write('b.chat', turn('other', 'says hello'));
  const terminal = new TerminalSession(['test', '--sandbox', '--watch'], { cwd, columns: 120 });
  const waiting = async (count: number): Promise<string[]> => {
    const shown = (): string[] => terminal.allRows();
    await terminal.until(
      () => shown().filter((line) => line.startsWith('watching for changes')).length === count,
      () => `${count} runs: ${terminal.text()}`,
    );
    const rows = shown();
    const ends = rows.flatMap((line, index) => (line.startsWith('watching') ? [index] : []));
    return rows
      .slice((ends.at(-2) ?? -1) + 1, ends.at(-1))
      .filter((line) => /^[✓✗\d]|^error/.test(line))
      .map((line) => line.replace(/ {2}\(.*/, ''))
      .sort();
  };
  expect(await waiting(1)).toEqual(['2 passed', '✓ a.chat:1  first', '✓ b.chat:1  other']);
  write('a.chat', turn('first', 'says goodbye'));
  expect(await waiting(2)).toEqual(['0 passed, 1 failed', '✗ a.chat:1  first']);
  write('a.chat', turn('first', 'sings'));
  expect(await waiting(3)).toEqual(['error: a.chat:3:3: unknown check "sings"']);
  write('a.chat', turn('first', 'says hello'));
  expect(await waiting(4)).toEqual(['1 passed', '✓ a.chat:1  first']);
  terminal.type(CTRL('c'));
  expect(await terminal.exit).toBe(130);
});

it('--watch breaks mistakes between words', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'a.chat'), turn('first', 'never calls t|ool x'));
  const terminal = new TerminalSession(['test', '--sandbox', '--watch'], { cwd, columns: 40 });
  await terminal.shows('watching for changes');
  const rows = terminal.allRows();
  const begin = rows.findIndex((row) => row.startsWith('error:'));
  expect(rows.slice(begin, begin + 4)).toEqual([
    'error: a.chat:3:20: never calls takes',
    '       one tool',
    'hint: write: never calls tool, or never',
    '      calls tool {json}',
  ]);
  terminal.type(CTRL('c'));
  expect(await terminal.exit).toBe(130);
});

it('--update asks about each new reply, and changes nothing that was not accepted', async () => {
  const cwd = temporaryFolder();
  const before =
    '# kept\n== a\n> hello\n< Hi!\n? says hello\n\n# kept too\n> What is my name?\n< Ada.\n? says name\n';
  writeFileSync(join(cwd, 'a.chat'), before);
  const terminal = new TerminalSession(['test', '--sandbox', '--update'], { cwd, columns: 120 });
  await terminal.shows('a.chat:3');
  await terminal.shows(/Accept this reply\?/);
  terminal.type(`n${ENTER}`);
  await terminal.shows('a.chat:8');
  await terminal.shows(/Accept this reply\?[^]*Accept this reply\?/);
  terminal.type(`y${ENTER}`);
  await terminal.shows('updated a.chat: 1 turn');
  expect(await terminal.exit).toBe(0);
  const name = 'You have not told me your name yet. Say "my name is …" and I will remember it.';
  expect(readFileSync(join(cwd, 'a.chat'), 'utf8')).toBe(before.replace('< Ada.', `< ${name}`));
});

it('takes its progress away before each result', async () => {
  const { env } = await account({ clock: realClock(), latencyMs: 400 });
  const cwd = temporaryFolder();
  const cases = Array.from({ length: 3 }, (_, index) => turn(`case ${index}`, 'says hello'));
  writeFileSync(join(cwd, 'a.chat'), cases.join('\n'));
  const terminal = new TerminalSession(['test', '-j', '1'], { cwd, columns: 120, env });
  expect(await terminal.exit).toBe(0);
  expect(terminal.output).toContain('2 of 3 cases: 2 passed');
  const rows = terminal.allRows().map((row) => row.replace(/ {2}\(.*/, '').trimEnd());
  expect(rows.filter((row) => /[✓✗]|passed/.test(row))).toEqual([
    '✓ a.chat:1  case 0',
    '✓ a.chat:5  case 1',
    '✓ a.chat:9  case 2',
    '3 passed',
  ]);
}, 30_000);

it('Ctrl-C ends within a second; what passed is deleted, and the reports are written', async () => {
  const { sandbox, env } = await account({ clock: realClock() });
  const cwd = temporaryFolder();
  const cases = Array.from({ length: 3 }, (_, index) => turn(`case ${index}`, 'says hello'));
  writeFileSync(join(cwd, 'a.chat'), cases.join('\n'));
  sandbox.setFaults({ script: ['none', 'stall_before'] });
  const words = ['test', '-j', '1', '--report', 'json=run.json'];
  const terminal = new TerminalSession(words, { cwd, columns: 120, env });
  await terminal.shows('✓ a.chat:1');
  await vi.waitFor(() => expect(sandbox.requestCount('chat')).toBe(2), 5_000);
  const started = performance.now();
  terminal.type(CTRL('c'));
  expect(await terminal.exit).toBe(130);
  expect(performance.now() - started).toBeLessThan(1_000);
  const report = JSON.parse(readFileSync(join(cwd, 'run.json'), 'utf8')) as {
    cases: { title: string; verdict: string; runs: { conversation: string }[] }[];
  };
  expect(report.cases.map(({ title, verdict }) => [title, verdict])).toEqual([
    ['case 0', 'passed'],
    ['case 1', 'error'],
  ]);
  const left = sandbox.store.list().map(({ conversation }) => conversation.id);
  expect(left).toEqual([report.cases[1]?.runs[0]?.conversation]);
  expect(terminal.flow()).toContain(`conversation ${left[0]}`);
});

describe('what cannot be written', () => {
  const PASSES = turn('first', 'says hello') + turn('second', 'says hello');

  /** Runs `telnyx-chat test` in a shell, with an account; `"$@"` is the command. */
  async function tested(script: string, words: string[], text = PASSES) {
    const { sandbox, env } = await account({ clock: realClock() });
    const home = temporaryFolder();
    writeFileSync(join(home, 'a.chat'), text);
    const command: [string, ...string[]] = ['bash', '-c', script, 'bash', process.execPath, BIN];
    const result = await builtProgram(['test', ...words], { env, home, command });
    const read = (name: string): string => readFileSync(join(home, name), 'utf8');
    return { ...result, sandbox, read };
  }

  it.each([
    ['one at a time', ['-j', '1'], PASSES, 1],
    ['side by side', ['-j', '2'], PASSES, 1],
    ['when a case failed, which goes before', [], `${PASSES}${turn('third', 'says bye')}`, 9],
  ])(
    'on stdout ends no case: conversations are deleted, reports written; %s',
    async (_, flags, text, expected) => {
      const words = [...flags, '--report', 'json=run.json'];
      const { code, stderr, sandbox, read } = await tested('"$@" >/dev/full', words, text);
      expect([code, stderr]).toEqual([
        expected,
        'error: the output cannot be written: ENOSPC: no space left on device, write\n',
      ]);
      expect(JSON.parse(read('run.json'))).toMatchObject({ counts: { passed: 2 } });
      expect(sandbox.store.list()).toHaveLength(expected === 9 ? 1 : 0);
    },
  );

  // The program starts once the pipe's reader is gone.
  const GONE = '{ trap "" PIPE; while printf x 2>/dev/null; do :; done; "$@"; echo "$?" >&2; } | :';

  it.each([
    [['--json']],
    [['--report', 'junit=-']],
    [['--report', 'tap=-']],
    [['--report', 'md=-']],
    [['-q', '--report', 'json=/dev/stdout']],
  ])('is no failure when its reader has left: %j', async (words) => {
    expect(await tested(GONE, words)).toMatchObject({ stderr: '0\n' });
    expect(await tested(GONE, words, turn('first', 'says bye'))).toMatchObject({ stderr: '9\n' });
  });
});

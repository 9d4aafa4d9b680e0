import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProgram } from '../helpers/built-program.js';
import { heldTurns, openChat, type ChatOptions } from '../helpers/chat.js';
import { CTRL, ENTER } from '../helpers/keys.js';
import { childrenOf, underShell } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

const FOCUS_IN = '\x1b[I';
const FOCUS_OUT = '\x1b[O';
const BELL = /(?<!\x1b\][^\x07\x1b]*)\x07/g;

/** A clock that SIGUSR2 puts forward by 11 seconds. */
function leapingClock(): Record<string, string> {
  const file = join(temporaryFolder(), 'leap.cjs');
  writeFileSync(
    file,
    `const now = process.hrtime; let leap = 0;
     process.hrtime = Object.assign((...past) => { const [s, ns] = now(...past); return [s + leap, ns] }, now);
     process.on('SIGUSR2', () => { leap += 11 });`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}

/** A turn that is said to take 11 seconds, in a chat that gets these keys before it. */
async function longTurn(keys: string, options: ChatOptions = {}) {
  const { intercept, arrived, release } = heldTurns();
  const command = underShell('trap "" USR2; "$0" "$@"; read -r _');
  const env = { ...leapingClock(), ...options.env };
  const chat = await openChat({ ...options, intercept, env, command });
  const [pid = 0] = childrenOf(chat.terminal.pid);
  chat.terminal.type(keys);
  await chat.terminal.pause();
  await chat.say('hello', 'waiting');
  await arrived;
  process.kill(pid, 'SIGUSR2');
  await chat.terminal.shows(/waiting for the assistant 1\d/);
  release();
  await chat.terminal.shows(/can\sdo\.\n+>$/);
  return chat;
}

const bells = (output: string): number => output.match(BELL)?.length ?? 0;

describe.each(SIZES)('a long reply at %i×%i', (...size) => {
  it('rings in a window without focus, and the report of it is typed nowhere', async () => {
    const { terminal } = await longTurn(FOCUS_OUT, { size });
    await terminal.until(
      () => bells(terminal.output) === 1,
      () => 'a bell',
    );
    terminal.type(FOCUS_IN);
    await terminal.pause();
    terminal.type('x');
    await terminal.ends(['> x▏']);
    expect(terminal.text()).toContain('> hello\n');
  });

  it('is a notice where the terminal shows them', async () => {
    const { terminal } = await longTurn(FOCUS_OUT, { size, env: { TERM: 'xterm-kitty' } });
    await terminal.until(
      () => terminal.output.includes('\x1b]9;telnyx-chat: the assistant has answered\x07'),
      () => 'a notice',
    );
    expect(bells(terminal.output)).toBe(0);
  });

  it.each([
    ['with focus', FOCUS_OUT + FOCUS_IN],
    ['that has told nothing of it', ''],
  ])('is silent in a window %s', async (_, keys) => {
    const { terminal, say } = await longTurn(keys, { size });
    await say('/info', 'p95');
    expect(bells(terminal.output)).toBe(0);
  });
});

describe('reports of the focus', () => {
  const ON = '\x1b[?1004h';
  const OFF = '\x1b[?1004l';

  it('are on at the prompt, and off in a picker, in an editor program and after the chat', async () => {
    const { terminal, say } = await openChat({ env: { EDITOR: 'true' } });
    const until = (expected: string[]): Promise<void> => {
      const reports = (): string[] => terminal.output.match(/\x1b\[\?1004[hl]/g) ?? [];
      const isSo = (): boolean => reports().join('') === expected.join('');
      return terminal.until(isSo, () => JSON.stringify(reports()));
    };
    await until([ON]);
    await say('/assistant', 'Which assistant?');
    await until([ON, OFF]);
    terminal.type(CTRL('c'));
    await until([ON, OFF, ON]);
    terminal.type(CTRL('x'));
    await until([ON, OFF, ON, OFF, ON]);
    terminal.type(CTRL('d'));
    await terminal.exit;
    // The end of the process writes it once more, in case that nothing else has.
    await until([ON, OFF, ON, OFF, ON, OFF, OFF]);
  });

  it('are not asked for when nothing is to be announced, or no sequence is understood', async () => {
    const dumb = await openChat({ env: { TERM: 'dumb' } });
    const home = temporaryFolder();
    await builtProgram(['config', 'set', 'notify', 'false'], { home });
    const off = await openChat({ home });
    expect([dumb, off].filter(({ terminal }) => terminal.output.includes('1004'))).toEqual([]);
  });
});

describe.each(SIZES)('the title of the window at %i×%i', (...size) => {
  it('names conversation and assistant, and is put back', async () => {
    const { terminal, say } = await openChat({ size, argv: [] });
    await terminal.shows('greeting:');
    await say('When do you open?', /You said[^]*\n>$/);
    await terminal.pause();
    await say('/name Opening hours', /named Opening[^]*\n>$/);
    await terminal.pause();
    await say('/new', /starts a new\s+conversation\n+>$/);
    await terminal.pause();
    await say('/assistant assistant-sandbox-quiet', /Quiet Sandbox[^]*\n>$/);
    expect(terminal.titles).toEqual([
      'Sandbox Assistant',
      'When do you open? – Sandbox Assistant',
      'Opening hours – Sandbox Assistant',
      'Sandbox Assistant',
      'Quiet Sandbox Assistant',
    ]);
    terminal.type('/exit' + ENTER);
    await terminal.exit;
    expect(terminal.output.match(/\x1b\[2[23];0t/g)).toEqual(['\x1b[22;0t', '\x1b[23;0t']);
    expect(terminal.output.lastIndexOf('\x1b[23;0t')).toBeGreaterThan(
      terminal.output.lastIndexOf('\x1b]2;'),
    );
  });

  it.each([
    ['for a screen reader', { argv: ['--screen-reader'] }],
    ['on a dumb terminal', { argv: [], env: { TERM: 'dumb' } }],
  ])('is left alone %s', async (_, options) => {
    const { terminal, say } = await openChat({ size, ...options });
    await terminal.shows('greeting:');
    await say('hello', /> hello[^]*can do\.\n+>$/);
    terminal.type('/exit' + ENTER);
    await terminal.exit;
    expect(terminal.titles).toEqual([]);
    expect(terminal.output).not.toMatch(/\x1b\[2[23];|\x1b\]/);
  });
});

it('the title is put back while the chat is stopped, and after SIGTERM', async () => {
  const command = underShell('"$0" "$@"; while read -r line; do eval "$line"; done', [
    'bash',
    '-i',
    '-c',
  ]);
  const { terminal } = await openChat({ argv: [], command });
  await terminal.shows('greeting:');
  const ops = (): string[] => terminal.output.match(/\x1b\[2[23];0t/g) ?? [];
  const until = (count: number) =>
    terminal.until(
      () => ops().length === count,
      () => `${count} changes of the title: ${JSON.stringify(ops())}`,
    );
  await until(1);
  terminal.type(CTRL('z'));
  await until(2);
  terminal.type('fg\r');
  await until(3);
  await terminal.shows(/\n>$/);
  expect(terminal.titles.at(-1)).toBe('Sandbox Assistant');
  const [pid = 0] = childrenOf(terminal.pid);
  process.kill(pid, 'SIGTERM');
  await until(4);
  expect(ops().map((each) => each[3])).toEqual(['2', '3', '2', '3']);
});

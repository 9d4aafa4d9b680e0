import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../src/chat/ports.js';
import { pick } from '../../../src/terminal/editor/picker.js';
import { CTRL, DOWN, TestTerminal, UP } from './terminal.js';

const PAGE_DOWN = '\x1b[6~';
const ESCAPE = '\x1b';

const conversations: Choice[] = [
  { value: 'c-1', cells: ['Opening hours', '2 h ago', 'phone_call', 'c-1'] },
  { value: 'c-2', cells: ['日本への旅行', '3 d ago', '', 'c-2'] },
  { value: 'c-3', cells: ['c-3', '1 y ago', 'sms', ''] },
];

const numbered = (count: number): Choice[] =>
  Array.from({ length: count }, (_, index) => ({
    value: `${index + 1}`,
    cells: [`Conversation ${index + 1}`, '1 h ago', 'sms', `id-${index + 1}`],
  }));

interface Picking {
  terminal: TestTerminal;
  picked: Promise<string | undefined>;
  end: AbortController;
}

/** A picker that has taken the terminal of an editor with a draft. */
async function picking(
  size: readonly [number, number],
  choices: readonly Choice[] = conversations,
  text = 'Which conversation?',
): Promise<Picking> {
  const terminal = new TestTerminal(size);
  void terminal.editor.read();
  terminal.editor.print('printed\n');
  await terminal.type('my draft');
  const end = new AbortController();
  const { keyboard: input, output, time } = terminal;
  const streams = { input, output, clock: time.clock, timers: time.timers };
  const options = { ...streams, signal: end.signal, color: false };
  const picked = terminal.editor.suspend(() =>
    pick({ text, noun: 'conversation', choices }, options),
  );
  picked.catch(() => undefined);
  await terminal.type('');
  return { terminal, picked, end };
}

const AFTERWARDS = ['printed', '', '> my draft▏'];

async function endsClean({ terminal }: Picking): Promise<void> {
  expect(await terminal.screen()).toEqual(AFTERWARDS);
  expect(await terminal.scrollback()).toEqual(AFTERWARDS.map((row) => row.replace('▏', '')));
}

describe('a picker', () => {
  it('shows its question, aligned choices and its keys', async () => {
    const { terminal } = await picking([80, 24]);
    expect(await terminal.screen()).toEqual([
      'printed',
      'Which conversation?',
      '> ▏',
      '› Opening hours  2 h ago  phone_call  c-1',
      '  日本への旅行   3 d ago              c-2',
      '  c-3            1 y ago  sms',
      'type to search · ↑↓ · Enter · Esc',
    ]);
  });

  it.each([
    ['Enter', ['\r'], 'c-1'],
    ['Down and Enter', [DOWN, '\r'], 'c-2'],
    ['Down, Up and Enter', [DOWN, DOWN, UP, '\r'], 'c-2'],
    ['Down beyond the end', [DOWN, DOWN, DOWN, DOWN, '\r'], 'c-3'],
    ['Up beyond the start', [UP, '\r'], 'c-1'],
    ['Ctrl-N and Ctrl-P', [CTRL('n'), CTRL('n'), CTRL('p'), '\r'], 'c-2'],
    ['words in any order', ['sms c-3', '\r'], 'c-3'],
    ['a newline key', [CTRL('j')], 'c-1'],
    ['Escape', [ESCAPE], undefined],
    ['Ctrl-C', [CTRL('c')], undefined],
    ['Ctrl-D', [CTRL('d')], undefined],
    ['Ctrl-G', ['x', CTRL('g')], undefined],
  ])('is left with %s, and nothing of it stays', async (_, keys, value) => {
    const test = await picking([80, 24]);
    await test.terminal.type(...keys);
    test.terminal.time.pass(600);
    expect(await test.picked).toBe(value);
    await endsClean(test);
  });

  it('narrows the choices down while one types, and says when none is left', async () => {
    const test = await picking([80, 24]);
    await test.terminal.type('HOURS');
    expect((await test.terminal.screen()).slice(2)).toEqual([
      '> HOURS▏',
      '› Opening hours  2 h ago  phone_call  c-1',
      'type to search · ↑↓ · Enter · Esc',
    ]);
    await test.terminal.type('x', '\r');
    expect((await test.terminal.screen()).slice(2)).toEqual([
      '> HOURSx▏',
      'no conversation matches',
      'type to search · ↑↓ · Enter · Esc',
    ]);
    await test.terminal.type(CTRL('u'), 'c-3', '\r');
    expect(await test.picked).toBe('c-3');
    await endsClean(test);
  });

  it('scrolls through hundreds of choices', async () => {
    const test = await picking([80, 24], numbered(500));
    const rows = async (): Promise<string[]> => (await test.terminal.screen()).slice(3);
    expect(await rows()).toEqual([
      '› Conversation 1    1 h ago  sms  id-1',
      ...Array.from(
        { length: 9 },
        (_, at) => `  ${`Conversation ${at + 2}`.padEnd(16)}  1 h ago  sms  id-${at + 2}`,
      ),
      'type to search · ↑↓ · Enter · Esc · 1 of 500',
    ]);
    await test.terminal.type(...Array.from({ length: 10 }, () => DOWN));
    expect((await rows())[0]).toBe('  Conversation 2    1 h ago  sms  id-2');
    expect((await rows())[9]).toBe('› Conversation 11   1 h ago  sms  id-11');
    await test.terminal.type(...Array.from({ length: 60 }, () => PAGE_DOWN));
    expect((await rows()).slice(9)).toEqual([
      '› Conversation 500  1 h ago  sms  id-500',
      'type to search · ↑↓ · Enter · Esc · 500 of 500',
    ]);
    await test.terminal.type('\r');
    expect(await test.picked).toBe('500');
    await endsClean(test);
  });

  it('fits a small window: the end of a line is cut first', async () => {
    const id = '0b0c8a4e-9a51-4bb5-a0e4-1f6f5f2f6e1a';
    const choices = [
      { value: '1', cells: ['Opening hours', '2 h ago', '', id] },
      { value: '2', cells: ['A name of so many words that it is cut', '12 min ago', '', id] },
    ];
    const { terminal } = await picking([40, 12], [...choices, ...numbered(20)]);
    expect((await terminal.screen()).slice(1)).toEqual([
      'Which conversation?',
      '> ▏',
      '› Opening hours               2 h ago',
      '  A name of so many words t…  12 min ago',
      ...Array.from({ length: 6 }, (_, at) => `  Conversation ${at + 1}              1 h ago`),
      'type to search · ↑↓ · Enter · Esc',
    ]);
  });

  it('asks a long question in lines', async () => {
    const { terminal } = await picking([24, 12], conversations, 'There is no key yet. What now?');
    expect((await terminal.screen()).slice(1)).toEqual([
      'There is no key yet.',
      'What now?',
      '> ▏',
      '› Opening hours  2 h ago',
      '  日本への旅行   3 d ago',
      '  c-3            1 y ago',
      '↑↓ · Enter · Esc',
    ]);
  });

  it('goes on after a resize, and leaves nothing', async () => {
    const test = await picking([80, 24], numbered(30));
    for (const [columns, rows] of [
      [30, 24],
      [30, 12],
      [120, 12],
      [120, 40],
      [60, 40],
      [60, 4],
      [80, 4],
      [80, 24],
    ] as const) {
      await test.terminal.resize(columns, rows);
      expect((await test.terminal.screen()).join('\n')).toContain('› ');
    }
    await test.terminal.type(DOWN, '\r');
    expect(await test.picked).toBe('2');
    expect(await test.terminal.scrollback()).toEqual(['printed', '', '> my draft']);
  });

  it('ends with the program', async () => {
    const test = await picking([80, 24]);
    const reason = new Error('stopped');
    test.end.abort(reason);
    await expect(test.picked).rejects.toBe(reason);
    await endsClean(test);
    expect(test.terminal.output.listenerCount('resize')).toBe(1);
  });

  it('is not asked when the program has ended', async () => {
    const { keyboard: input, output, time } = new TestTerminal([80, 24]);
    const signal = AbortSignal.abort(new Error('stopped'));
    const options = { input, output, clock: time.clock, signal, color: false };
    await expect(
      pick({ text: '?', noun: 'answer', choices: conversations }, options),
    ).rejects.toThrow('stopped');
  });

  it('is left when the terminal is gone', async () => {
    const test = await picking([80, 24]);
    test.terminal.keyboard.emit('end');
    expect(await test.picked).toBeUndefined();
  });
});

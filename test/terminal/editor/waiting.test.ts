import { describe, expect, it, vi } from 'vitest';
import { CTRL, LEFT, TestTerminal } from './terminal.js';

const SIZES = [
  [80, 24],
  [40, 10],
] as const;

/** An editor while a turn runs. */
async function busy(size: readonly [number, number], color = false): Promise<TestTerminal> {
  const terminal = new TestTerminal(size, { color });
  const read = terminal.editor.read();
  await terminal.type('hi', '\r');
  await read;
  return terminal;
}

describe.each(SIZES)('while a turn runs at %i×%i', (...size) => {
  it('shows a spinner and the seconds gone', async () => {
    const terminal = await busy(size);
    terminal.editor.setStatus('thinking…');
    expect(await terminal.screen()).toEqual(['> hi', '⠋ thinking…', '', '> ▏']);
    terminal.time.pass(3200);
    expect(await terminal.screen()).toEqual(['> hi', '⠹ thinking… 3s', '', '> ▏']);
    terminal.editor.setStatus(undefined);
    expect(await terminal.screen()).toEqual(['> hi', '', '> ▏']);
    expect(terminal.time.running).toBe(0);
  });

  it('keeps the draft while a reply streams in pieces', async () => {
    const terminal = await busy(size);
    await terminal.type('next q');
    for (const piece of ['Hel', 'lo, ', 'world', '!\nSecond', ' line\n']) {
      terminal.editor.print(piece);
    }
    await terminal.type('uestion', LEFT);
    expect(await terminal.screen()).toEqual([
      '> hi',
      'Hello, world!',
      'Second line',
      '',
      '> next questio▏n',
    ]);
  });

  it('streams a long line past the edge, in pieces of any length, without breaking it', async () => {
    const terminal = await busy(size);
    await terminal.type('draft');
    const line = Array.from({ length: 150 }, (_, index) => `${index} `).join('');
    for (let at = 0, length = 1; at < line.length; at += length, length = (length % 9) + 1) {
      terminal.editor.print(line.slice(at, at + length));
    }
    expect((await terminal.screen()).at(-1)).toBe('> draft▏');
    terminal.editor.print('\nend\n');
    expect(await terminal.scrollback()).toEqual(['> hi', line, 'end', '', '> draft']);
  });

  it('goes on behind a line that fills the window, in its colour', async () => {
    const terminal = await busy(size);
    terminal.editor.print(`\x1b[31m${'x'.repeat(size[0])}`);
    expect(await terminal.screen()).toEqual(['> hi', 'x'.repeat(size[0]), '', '> ▏']);
    terminal.editor.print('y\x1b[39m\n');
    expect(await terminal.screen()).toEqual(['> hi', 'x'.repeat(size[0]), 'y', '', '> ▏']);
    const cell = terminal.xterm.buffer.active.getLine(2)?.getCell(0);
    expect(cell?.getFgColor()).toBe(1);
    expect(terminal.xterm.buffer.active.getLine(4)?.getCell(0)?.isFgDefault()).toBe(true);
    terminal.editor.print('z'.repeat(size[0]));
    terminal.editor.print('\nafter\n');
    expect((await terminal.screen()).slice(-4)).toEqual(['z'.repeat(size[0]), 'after', '', '> ▏']);
  });

  it('streams emoji that the terminal measures in its own way', async () => {
    const terminal = await busy(size);
    for (const piece of ['a 👩‍', '👩‍👧', ' b ❤️', ' c', '\n']) terminal.editor.print(piece);
    expect((await terminal.rows())[1]?.replaceAll(/\u200d|\ufe0f/g, '')).toBe('a 👩👩👧 b ❤ c');
  });

  it('goes on at the right place after a resize in the middle of a line', async () => {
    const terminal = await busy(size);
    const line = 'abcdefghij'.repeat(7);
    terminal.editor.print(line);
    await terminal.resize(30, 10);
    terminal.editor.print('|');
    await terminal.resize(size[0], size[1]);
    terminal.editor.print('|\n');
    expect(await terminal.scrollback()).toEqual(['> hi', `${line}||`, '', '> ']);
  });

  it('marks a queued message that is cut to the window', async () => {
    const terminal = await busy(size);
    await terminal.type('word '.repeat(30), '\r');
    const listed = (await terminal.screen()).find((row) => row.startsWith('queued: '));
    expect(listed).toMatch(/…$/);
    expect(listed?.length).toBeLessThanOrEqual(size[0]);
  });

  it('queues what is sent, and gives it in order', async () => {
    const terminal = await busy(size);
    await terminal.type('one', '\r', 'two', '\n', 'more', '\r', 'draft');
    expect(await terminal.screen()).toEqual([
      '> hi',
      'queued: one',
      'queued: two ⏎ more',
      '',
      '> draft▏',
    ]);
    expect(await terminal.editor.read()).toEqual({ type: 'text', text: 'one' });
    expect(await terminal.editor.read()).toEqual({ type: 'text', text: 'two\nmore' });
    expect(await terminal.screen()).toEqual([
      '> hi',
      '',
      '> one',
      '',
      '> two',
      '  more',
      '',
      '> draft▏',
    ]);
  });

  it('tells of Ctrl-C, keeps the draft and holds what was queued', async () => {
    const terminal = await busy(size);
    const listener = vi.fn();
    const stop = terminal.editor.onInterrupt(listener);
    await terminal.type('queued', '\r', 'draft', CTRL('c'));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(await terminal.screen()).toEqual(['> hi', 'held: queued', '', '> draft▏']);
    stop();
    await terminal.type(CTRL('c'));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(await terminal.editor.read()).toEqual({ type: 'interrupt' });
  });

  it('passes replies through untouched when stdout is no terminal', async () => {
    const terminal = new TestTerminal(size);
    terminal.stdout.isTTY = false;
    void terminal.editor.read();
    await terminal.type('draft');
    for (const piece of ['a', 'b\n', 'c']) terminal.editor.print(piece);
    terminal.editor.print('note\n', 'stderr');
    expect(terminal.stdout.writes).toEqual(['a', 'b\n', 'c']);
    expect(await terminal.screen()).toEqual(['note', '', '> draft▏']);
  });
});

describe('cost', () => {
  it('writes a typed character as that character', async () => {
    const terminal = new TestTerminal([80, 24]);
    void terminal.editor.read();
    await terminal.type('a');
    terminal.output.writes.length = 0;
    await terminal.type('b', 'c');
    expect(terminal.output.writes).toEqual(['b', 'c']);
  });

  it('writes each print once, and no more for a long unfinished line', async () => {
    const terminal = await busy([80, 24]);
    terminal.editor.print('x'.repeat(100_001));
    terminal.stdout.writes.length = 0;
    terminal.editor.print('y');
    expect(terminal.stdout.writes).toHaveLength(1);
    expect(terminal.stdout.writes[0]?.length).toBeLessThan(60);
  });

  it('dims its notices only where colour is allowed', async () => {
    const plain = await busy([80, 24]);
    const colored = await busy([80, 24], true);
    for (const terminal of [plain, colored]) terminal.editor.setStatus('thinking…');
    expect(plain.output.writes.join('')).not.toContain('\x1b[38');
    expect(colored.output.writes.join('')).toContain('\x1b[38;5;243m⠋ thinking…');
  });
});

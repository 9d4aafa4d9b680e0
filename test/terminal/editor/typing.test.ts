import { describe, expect, it } from 'vitest';
import { CTRL, DOWN, HOME, LEFT, paste, TestTerminal, UP } from './terminal.js';

const SIZES = [
  [80, 24],
  [40, 10],
] as const;

describe.each(SIZES)('typing at %i×%i', (...size) => {
  it('sends a line and leaves it on the screen', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    await terminal.type('h', 'i', '\r');
    expect(await read).toEqual({ type: 'text', text: 'hi' });
    expect(await terminal.screen()).toEqual(['> hi', '> ▏']);
  });

  it('edits in the middle', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    await terminal.type('hello wrld', LEFT, LEFT, LEFT, 'o', HOME, 'oh ');
    expect(await terminal.screen()).toEqual(['> oh ▏hello world']);
  });

  it('keeps the cursor right past the edge of the window', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    const [columns] = size;
    await terminal.type('x'.repeat(columns - 2));
    expect(await terminal.screen()).toEqual([`> ${'x'.repeat(columns - 2)}`, '▏']);
    await terminal.type('yz', HOME, 'a');
    expect(await terminal.screen()).toEqual([`> a▏${'x'.repeat(columns - 3)}`, 'xyz']);
    await terminal.type('\r');
    expect((await read).type).toBe('text');
    expect((await terminal.scrollback())[0]).toBe(`> a${'x'.repeat(columns - 2)}yz`);
  });

  it('steps over wide characters, combined ones, and past the edge with them', async () => {
    const terminal = new TestTerminal(size);
    const [columns] = size;
    void terminal.editor.read();
    await terminal.type('日本語e\u0301', LEFT, LEFT, '中');
    expect(await terminal.screen()).toEqual(['> 日本中▏語e\u0301']);
    await terminal.type(CTRL('u'), CTRL('k'), '日'.repeat(columns / 2));
    expect(await terminal.screen()).toEqual([`> ${'日'.repeat(columns / 2 - 1)}`, '日▏']);
  });

  it('takes UTF-8 in pieces', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    const bytes = Buffer.from('日é');
    await terminal.type(...[...bytes].map((byte) => Uint8Array.of(byte)), '\r');
    expect(await read).toEqual({ type: 'text', text: '日é' });
  });

  it('makes newlines with Ctrl+J, Alt+Enter, Shift+Enter and a backslash', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    await terminal.type('a', '\n', 'b', '\x1b\r', 'c', '\x1b[13;2u', 'd', '\x1b[27;2;13~');
    await terminal.type('e\\', '\r', 'f');
    expect(await terminal.screen()).toEqual(['> a', '  b', '  c', '  d', '  e', '  f▏']);
    await terminal.type('\r');
    expect(await read).toEqual({ type: 'text', text: 'a\nb\nc\nd\ne\nf' });
    expect(await terminal.screen()).toEqual(['> a', '  b', '  c', '  d', '  e', '  f', '> ▏']);
  });

  it('sends what stands between """ lines', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    await terminal.type('"""', '\r', 'one', '\r', 'two', '\r', '"""');
    expect(await terminal.screen()).toEqual(['> """', '  one', '  two', '  """▏']);
    await terminal.type('\r');
    expect(await read).toEqual({ type: 'text', text: 'one\ntwo' });
  });

  it('ends a block also where the closing """ follow a text', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    await terminal.type('"""', '\r', 'five', '\r', 'six"""', '\r');
    expect(await read).toEqual({ type: 'text', text: 'five\nsix' });
  });

  it('sends pasted code with """ in it as it is', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    await terminal.type(paste('"""\nDoc.\n"""\nx = 1'), '\r');
    expect(await read).toEqual({ type: 'text', text: '"""\nDoc.\n"""\nx = 1' });
  });

  it('moves up and down in a draft, then through the history and back to the draft', async () => {
    const terminal = new TestTerminal(size, {
      history: { entries: () => ['first', 'second'], add: () => undefined },
    });
    void terminal.editor.read();
    await terminal.type(paste('long line\nx\nlonger line'), UP, UP);
    expect(await terminal.screen()).toEqual(['> long line▏', '  x', '  longer line']);
    await terminal.type(CTRL('a'), UP);
    expect(await terminal.screen()).toEqual(['> second▏']);
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['> first▏']);
    await terminal.type(DOWN, DOWN);
    expect(await terminal.screen()).toEqual(['> ▏long line', '  x', '  longer line']);
  });

  it('shows the part of a tall draft around the cursor', async () => {
    const terminal = new TestTerminal(size);
    const [, rows] = size;
    void terminal.editor.read();
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    await terminal.type(paste(lines.join('\n')));
    const screen = await terminal.screen();
    expect(screen.at(-1)).toBe('  line 39▏');
    expect(screen).toHaveLength(rows - 1);
    await terminal.type(...lines.map(() => UP));
    expect((await terminal.screen())[0]).toBe('> line 0▏');
  });

  it('redraws after a resize without touching what was printed', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    terminal.editor.print('printed\n');
    await terminal.type('word '.repeat(12), LEFT);
    await terminal.resize(size[0] / 2, size[1]);
    const text = (await terminal.screen()).join('');
    expect(text).toBe(`printed> ${'word '.repeat(12).slice(0, -1)}▏ `);
    await terminal.resize(size[0], size[1]);
    expect((await terminal.screen()).join('')).toBe(text);
  });
});

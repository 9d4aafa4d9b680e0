import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draft } from '../../../src/terminal/editor/draft.js';
import {
  DELETIONS,
  KILLS,
  MOVES,
  type TextBuffer,
} from '../../../src/terminal/editor/text-buffer.js';
import { graphemes, snapToBoundary } from '../../../src/base/text/width.js';
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
    expect(await terminal.screen()).toEqual(['> hi', '', '> ▏']);
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
    expect(await terminal.screen()).toEqual(['> a', '  b', '  c', '  d', '  e', '  f', '', '> ▏']);
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
    await terminal.type(paste(lines.slice(0, 20).join('\n')), '\n');
    await terminal.type(paste(lines.slice(20).join('\n')));
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

/** A buffer from text with its cursor as ▏. */
function at(marked: string): TextBuffer {
  const cursor = marked.indexOf('▏');
  return { text: marked.replace('▏', ''), cursor };
}

const marked = ({ text, cursor }: TextBuffer): string =>
  `${text.slice(0, cursor)}▏${text.slice(cursor)}`;

function press(before: string, ...keys: string[]): string {
  const draft = new Draft();
  draft.set(at(before));
  for (const key of keys) expect(draft.press(key)).toBe(true);
  return marked(draft.buffer);
}

const FAMILY = '👩‍👧‍👦';

describe('editing keys', () => {
  it.each([
    ['left', 'ab▏', 'a▏b'],
    ['left', `a${FAMILY}▏`, `a▏${FAMILY}`],
    ['left', '🇩🇪🇫🇷▏', '🇩🇪▏🇫🇷'],
    ['left', 'e\u0301▏', '▏e\u0301'],
    ['right', `▏${FAMILY}b`, `${FAMILY}▏b`],
    ['right', 'a▏\nb', 'a\n▏b'],
    ['right', 'a▏', 'a▏'],
    ['home', 'a\nbc▏d', 'a\n▏bcd'],
    ['end', 'a▏b\nc', 'ab▏\nc'],
    ['ctrl+home', 'a\nb▏', '▏a\nb'],
    ['ctrl+left', 'one two_3, ▏', 'one ▏two_3, '],
    ['ctrl+right', '▏, über alles', ', über▏ alles'],
    ['backspace', `x${FAMILY}▏`, 'x▏'],
    ['backspace', 'a\n▏b', 'a▏b'],
    ['backspace', '▏a', '▏a'],
    ['delete', '▏🇩🇪x', '▏x'],
    ['ctrl+u', 'a\nbc▏d', 'a\n▏d'],
    ['ctrl+k', 'a▏b\nc', 'a▏\nc'],
    ['ctrl+k', 'a▏\nc', 'a▏c'],
    ['ctrl+w', 'rm /tmp/x-y  ▏', 'rm ▏'],
    ['alt+backspace', 'rm /tmp/x-y▏', 'rm /tmp/x-▏'],
    ['alt+d', 'a▏ bc d', 'a▏ d'],
  ])('%s: %s → %s', (key, before, after) => {
    expect(press(before, key)).toBe(after);
  });

  it('brings back what was killed', () => {
    expect(press('one two▏', 'ctrl+w', 'ctrl+a', 'ctrl+y')).toBe('two▏one ');
    expect(press('▏aaa', 'ctrl+k', 'ctrl+y', 'ctrl+y')).toBe('aaaaaa▏');
  });

  it('undoes typed words one by one', () => {
    const draft = new Draft();
    for (const character of 'one two') draft.type(character);
    draft.press('ctrl+_');
    expect(draft.text).toBe('one');
    draft.press('ctrl+_');
    expect(draft.text).toBe('');
    draft.press('ctrl+_');
    expect(draft.text).toBe('');
  });

  it('puts a restored text before what is typed, the cursor staying there', () => {
    const draft = new Draft();
    draft.restore('sent');
    expect(marked(draft.buffer)).toBe('sent▏');
    draft.set(at('dr▏aft'));
    draft.restore('sent');
    expect(marked(draft.buffer)).toBe('sent\ndr▏aft');
  });

  it('knows no other keys', () => {
    expect(new Draft().press('f1')).toBe(false);
  });
});

const text = fc
  .array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', ' ', FAMILY, '日', 'e\u0301')),
  )
  .map((parts) => parts.join('').replaceAll('\r', ''));
const cursor = fc.nat(1000);

describe('any text and cursor', () => {
  const buffer = fc.tuple(text, cursor).map(([content, place]) => ({
    text: content,
    cursor: snapToBoundary(content, place % (content.length + 1)),
  }));

  it.each(Object.entries({ ...MOVES, ...DELETIONS, ...KILLS }))(
    '%s leaves the cursor between graphemes and invents no text',
    (_name, edit) => {
      fc.assert(
        fc.property(buffer, (before) => {
          const after = edit(before);
          const kept = after.text.length - after.cursor;
          const removed = before.text.length - after.text.length;
          expect(after.text).toBe(
            before.text.slice(0, after.cursor) + before.text.slice(before.text.length - kept),
          );
          expect(removed).toBeGreaterThanOrEqual(0);
          expect(snapToBoundary(after.text, after.cursor)).toBe(after.cursor);
        }),
      );
    },
  );

  it('is cut into the graphemes that Unicode says', () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(text, (content) => {
        const expected = [...segmenter.segment(content)].map(({ segment }) => segment);
        expect([...graphemes(content)]).toEqual(expected);
      }),
    );
  });

  it('walks by whole graphemes from end to start', () => {
    fc.assert(
      fc.property(text, (content) => {
        let at: TextBuffer = { text: content, cursor: content.length };
        const seen: string[] = [];
        for (let end = at.cursor; end > 0; end = at.cursor) {
          at = MOVES['left']!(at);
          seen.unshift(content.slice(at.cursor, end));
        }
        expect(seen).toEqual([...graphemes(content)]);
      }),
    );
  });
});

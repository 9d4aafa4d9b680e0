import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DELETIONS, KILLS, MOVES } from '../../../src/terminal/editor/key-bindings.js';
import { Draft } from '../../../src/terminal/editor/draft.js';
import { graphemes, snapToBoundary } from '../../../src/text/width.js';
import type { TextBuffer } from '../../../src/terminal/editor/text-buffer.js';

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

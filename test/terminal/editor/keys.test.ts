import { StringDecoder } from 'node:string_decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PasteGuard } from '../../../src/terminal/editor/pastes.js';
import { KeyDecoder } from '../../../src/terminal/editor/key-decoder.js';
import type { KeyEvent } from '../../../src/terminal/editor/keys.js';

const text = (content: string): KeyEvent => ({ type: 'text', text: content });
const names = (events: readonly KeyEvent[]): string[] =>
  events.map((event) => (event.type === 'key' ? event.name : `${event.type} ${event.text}`));
const decode = (input: string): string[] => names(new KeyDecoder().push(input));

describe('the key decoder', () => {
  it.each([
    ['\r', 'enter'],
    ['\n', 'ctrl+j'],
    ['\t', 'tab'],
    ['\x7f', 'backspace'],
    ['\x03', 'ctrl+c'],
    ['\x1f', 'ctrl+_'],
    ['\x1b\r', 'alt+enter'],
    ['\x1b\x7f', 'alt+backspace'],
    ['\x1bb', 'alt+b'],
    ['\x1b😀', 'alt+😀'],
    ['\x1b[A', 'up'],
    ['\x1bOA', 'up'],
    ['\x1bO5A', 'ctrl+up'],
    ['\x1b[1;5D', 'ctrl+left'],
    ['\x1b[1;3C', 'alt+right'],
    ['\x1b[1;6H', 'ctrl+shift+home'],
    ['\x1b[3~', 'delete'],
    ['\x1b[3;5~', 'ctrl+delete'],
    ['\x1b[4~', 'end'],
    ['\x1b[5~', 'pageup'],
    ['\x1b[Z', 'shift+tab'],
    ['\x1b[I', 'focus-in'],
    ['\x1b[O', 'focus-out'],
    ['\x1b[1;2I', 'unknown'],
    ['\x1b[13;2u', 'shift+enter'],
    ['\x1b[13u', 'enter'],
    ['\x1b[27;2;13~', 'shift+enter'],
    ['\x1b[99;5u', 'ctrl+c'],
    ['\x1b[99;5:3u', 'unknown'],
    ['\x1b[99;133u', 'ctrl+c'],
    ['\x1b[65;2u', 'text A'],
    ['\x1b[201~', 'paste-end'],
    ['\x1b[[A', 'unknown'],
    ['\x1b[?1;2c', 'unknown'],
    ['\x1b[<0;10;20M', 'unknown'],
    ['\x1b[M !!', 'unknown'],
    ['\x1b[M\x1b[A', 'unknown'],
    ['\x1b[t!!', 'unknown'],
    ['\x1b[T!!!!!!', 'unknown'],
    ['\x1b[32;10;5M', 'unknown'],
    ['\x1b[57399u', 'text 0'],
    ['\x1b[57408;129u', 'text 9'],
    ['\x1b[57409u', 'text .'],
    ['\x1b[57413u', 'text +'],
    ['\x1b[57414u', 'enter'],
    ['\x1b[57414;2u', 'shift+enter'],
    ['\x1b[57415u', 'text ='],
    ['\x1b[57419u', 'up'],
    ['\x1b[57417;5u', 'ctrl+left'],
    ['\x1b[57426u', 'delete'],
    ['\x1b[57427u', 'unknown'],
    ['\x1b[57376u', 'unknown'],
    ['\x1b[57358u', 'unknown'],
    ['\x1b[57441;2u', 'unknown'],
    ['\x1b[55296u', 'unknown'],
    ['\x1b[155u', 'unknown'],
    ['\x1b[233u', 'text é'],
    ['\x1b[15~', 'unknown'],
    ['\x1bOP', 'unknown'],
    ['\x1bOp', 'text 0'],
    ['\x1bOy', 'text 9'],
    ['\x1bOj', 'text *'],
    ['\x1bOk', 'text +'],
    ['\x1bOn', 'text .'],
    ['\x1bOo', 'text /'],
    ['\x1bOX', 'text ='],
    ['\x1bO2p', 'unknown'],
    ['\x1b[3$', 'shift+delete'],
    ['\x1b[3^', 'ctrl+delete'],
    ['\x1b[7@', 'ctrl+shift+home'],
    ['\x1bOM', 'enter'],
    ['\x1b]11;rgb:0/0/0\x07', 'unknown'],
    ['\x1bP1$r\x1b\\', 'unknown'],
  ])('reads %j as one key: %s', (input, name) => {
    expect(decode(input)).toEqual([name]);
  });

  it('types nothing of a mouse report, wherever it is cut, and what follows it', () => {
    for (const cut of [1, 2, 3, 4, 5]) {
      const report = '\x1b[M !!';
      const keys = new KeyDecoder();
      const events = [...keys.push(report.slice(0, cut)), ...keys.push(`${report.slice(cut)}x`)];
      expect(names(events)).toEqual(['unknown', 'text x']);
    }
  });

  it('goes on with text behind a sequence that breaks off', () => {
    expect(decode('\x1b[12\rx')).toEqual(['unknown', 'enter', 'text x']);
    expect(decode('\x1b\x1b[A')).toEqual(['escape', 'up']);
  });

  it('knows a lone Escape only when nothing follows', () => {
    const keys = new KeyDecoder();
    expect(keys.push('\x1b')).toEqual([]);
    expect(keys.isWaiting).toBe(true);
    expect(names(keys.flush())).toEqual(['escape']);
    expect(keys.isWaiting).toBe(false);
  });

  it('gives text that only looked like a sequence', () => {
    const keys = new KeyDecoder();
    expect(keys.push('\x1b]no end')).toEqual([]);
    expect(keys.flush()).toEqual([text('\x1b]no end')]);
  });
});

/** Bytes that terminals send, and others. */
const piece = fc.oneof(
  fc.constantFrom('\r', '\n', '\x1b', '\x1b[A', '\x1bOP', '\x1b[13;2u', '\x1b]0;t\x07', '\x1b\x1b'),
  fc.constantFrom(
    '\x1b[200~',
    '\x1b[201~',
    '\x1b[20',
    '~',
    '\x03',
    '\x7f',
    '\t',
    '[',
    'O',
    '日',
    '😀',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const input = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join('')));
const anyBytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const cuts = fc.array(fc.nat(200), { maxLength: 20 });

function slices(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

function decodeAll(chunks: readonly Buffer[]): KeyEvent[] {
  const decoder = new StringDecoder('utf8');
  const keys = new KeyDecoder();
  const events = chunks.flatMap((chunk) => keys.push(decoder.write(chunk)));
  const last = keys.push(decoder.end());
  return joinTexts([...events, ...last, ...(keys.isPasting ? keys.endPaste() : keys.flush())]);
}

function joinTexts(events: readonly KeyEvent[]): KeyEvent[] {
  const joined: KeyEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (last?.type === 'text' && event.type === 'text') last.text += event.text;
    else joined.push({ ...event });
  }
  return joined;
}

describe('any bytes', () => {
  it('give the same keys however they are cut', () => {
    fc.assert(
      fc.property(fc.oneof(input, anyBytes), cuts, (bytes, at) => {
        expect(decodeAll(slices(bytes, at))).toEqual(decodeAll([bytes]));
      }),
      { numRuns: 2000 },
    );
  });

  it('come out whole: as text, as paste, as a key or as a mark', () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const raws = decodeAll([bytes]).map((event) => ('raw' in event ? event.raw : event.text));
        const withoutMarks = (content: string): string => content.replace(/\x1b\[20[01]~/g, '');
        expect(withoutMarks(raws.join(''))).toBe(withoutMarks(bytes.toString()));
      }),
      { numRuns: 2000 },
    );
  });
});

/** What a paste may hold, end marks and Enters of every kind among it. */
const pasted = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', '\x1b[201~', '\x1b[200~', '\x1b[13u', '\x1b[27;1;13~'),
      fc.constantFrom('\x1b', '\x1b[A', '\x1bOM', '\x1b[', '\x1b]0;', '\x07', '\t', '\x03'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => Buffer.from(`\x1b[200~${pieces.join('')}\x1b[201~`));

describe('a paste', () => {
  it('never holds an Enter that sends it, whatever is in it and however it is cut', () => {
    fc.assert(
      fc.property(pasted, cuts, (bytes, at) => {
        const decoder = new StringDecoder('utf8');
        const keys = new KeyDecoder();
        const guard = new PasteGuard();
        const events = slices(bytes, at).flatMap((chunk, index) =>
          guard.join(keys.push(decoder.write(chunk)), index * 10),
        );
        expect(names(events)).not.toContain('enter');
      }),
      { numRuns: 2000 },
    );
  });

  it('loses none of its letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), cuts, (content, at) => {
        fc.pre(!content.includes('\x1b'));
        const chunks = slices(Buffer.from(`\x1b[200~${content}\x1b[201~`), at);
        expect(decodeAll(chunks)).toEqual([
          { type: 'paste', text: Buffer.from(content).toString() },
        ]);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { createSanitizer, sanitize, sanitizeLine } from '../../src/text/sanitize.js';

const CASES: [name: string, text: string, safe: string][] = [
  ['plain text', 'a\tb\nc', 'a\tb\nc'],
  ['CRLF and lone CR', 'a\r\nb\rc\r\rd', 'a\nb\nc\n\nd'],
  ['C0 and DEL', 'a\0b\x07c\x08d\x0be\x0cf\x0eg\x7fh', 'abcdefgh'],
  ['C1', 'a\x80b\x85c\x9cd', 'abcd'],
  ['CSI', 'a\x1b[31;1mb\x1b[?25lc\x1b[ qd', 'abcd'],
  ['8-bit CSI', 'a\x9b2Jb', 'ab'],
  ['OSC ended by BEL', 'a\x1b]0;title\x07b', 'ab'],
  ['OSC ended by ST', 'a\x1b]0;title\x1b\\b', 'ab'],
  ['8-bit OSC, 8-bit ST', 'a\x9d0;title\x9cb', 'ab'],
  ['DCS, SOS, PM, APC', 'a\x1bPq1\x1b\\b\x1bXs\x1b\\c\x1b^p\x1b\\d\x1b_Gz\x07y\x1b\\e', 'abcde'],
  ['the 8-bit ones', 'a\x90q\x9cb\x98s\x9cc\x9ep\x9cd\x9fG\x9ce', 'abcde'],
  ['screen title', 'a\x1bktitle\x1b\\b', 'ab'],
  ['two-byte and nF escapes', 'a\x1bcb\x1b(0c\x1b#8d\x1b%Ge', 'abcde'],
  ['ESC before what is no escape', 'a\x1b\nb\x1bé\x1b\x1bcc', 'a\nbéc'],
  ['CSI broken off by a letter outside ASCII', 'a\x1b[31éb', 'aéb'],
  ['sequence cancelled by CAN or SUB', 'a\x1b]0;t\x18b\x1b]0;t\x1ac', 'abc'],
  ['the last of the bytes that end a sequence', 'a\x1b~b\x1b[3~c\x1b/0d', 'abcd'],
  ['a bracket that ends a sequence begins none', 'a\x1b[[b\x1b([c', 'abc'],
  ['what a broken OSC hides', 'a\x1b]b\u200bc\ud800d\u2028e\u202ef\ng', 'abc\ufffdd\nef\ng'],
  [
    'the first and last character outside the BMP',
    'a\u{10000}\u{10ffff}b',
    'a\u{10000}\u{10ffff}b',
  ],
  ['unfinished at the end', 'a\x1b', 'a'],
  ['unfinished CSI at the end', 'a\x1b[31', 'a'],
  ['unfinished OSC at the end', 'a\x1b]0;title', 'a'],
  ['OSC that a newline breaks off: nothing is lost', 'a\x1b]0;b\nc', 'a0;b\nc'],
  ['stray 8-bit OSC of twice decoded UTF-8', 'â\x80\x9d said he', 'â said he'],
  ['two of them on a line', 'a\x9db\x9dc\nd', 'abc\nd'],
  ['bidi overrides and isolates', 'a\u202eb\u202cc\u2066d\u2069e', 'abcde'],
  ['bidi marks stay', 'a\u200eb\u200fc\u061cd', 'a\u200eb\u200fc\u061cd'],
  ['zero-width characters', '\ufeffa\u200bb\u2060c', 'abc'],
  ['line and paragraph separator', 'a\u2028b\u2029c', 'a\nb\nc'],
  ['tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
  ['joiners and variation selectors stay', '👩‍👩‍👧 ❤️ می‌خواهم', '👩‍👩‍👧 ❤️ می‌خواهم'],
  ['lone surrogates', 'a\ud800b\udc00c\ud83d', 'a\ufffdb\ufffdc\ufffd'],
];

describe('sanitize', () => {
  it.each(CASES)('%s', (_name, text, safe) => {
    expect(sanitize(text)).toBe(safe);
  });

  it.each(CASES)('%s, cut everywhere', (_name, text, safe) => {
    const sanitizer = createSanitizer();
    const pieces = text.split('').map((unit) => sanitizer.write(unit));
    expect(pieces.join('') + sanitizer.end()).toBe(safe);
  });

  it('shows what follows an OSC that never ends', () => {
    const reply = 'word '.repeat(2000);
    const sanitizer = createSanitizer();
    const pieces = `\x1b]${reply}`.split('').map((unit) => sanitizer.write(unit));
    expect(pieces.join('') + sanitizer.end()).toBe(reply);
    expect(sanitize(`\x1b]${reply}`)).toBe(reply);
  });

  it.each([
    ['an OSC', 4096, (count: number) => `\x1b]${'1'.repeat(count)}\x07b`, '1'.repeat(4096) + 'b'],
    ['a CSI', 4096, (count: number) => `\x1b[${'1'.repeat(count)}mb`, '1mb'],
  ])('takes %s of less than %i characters for one', (_, longest, sequence, shown) => {
    expect(sanitize(sequence(longest - 1))).toBe('b');
    expect(sanitize(sequence(longest))).toBe(shown);
  });

  it.each(['a\ud83d', 'a\x1b]0;b', 'a\x1b', 'a\x9db'])('begins anew after its end: %j', (text) => {
    const sanitizer = createSanitizer();
    sanitizer.write(text);
    sanitizer.end();
    expect(sanitizer.write('c\x07') + sanitizer.end()).toBe('c');
  });

  it('does not tear a character where a sequence gets too long', () => {
    const reply = `${'x'.repeat(4095)}😀 and on`;
    expect(sanitize(`\x1b]${reply}`)).toBe(reply);
  });
});

describe('sanitizeLine', () => {
  it('makes one trimmed line', () => {
    expect(sanitizeLine(' a\r\n\tb\x1b[2Jc \n')).toBe('a bc');
  });

  it('shortens by whole characters', () => {
    expect(sanitizeLine('😀😀😀😀', 3)).toBe('😀😀…');
    expect(sanitizeLine('😀😀😀', 3)).toBe('😀😀😀');
    expect(sanitizeLine('ab cd', 4)).toBe('ab…');
  });
});

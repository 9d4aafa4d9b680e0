import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSanitizer, sanitize, sanitizeLine } from '../../src/text/sanitize.js';
import { cutAnywhere, hostileText } from '../helpers/hostile-text.js';

const RUNS = { numRuns: 2000 };

function sanitizedInPieces(pieces: readonly string[]): string {
  const sanitizer = createSanitizer();
  const safe = pieces.map((piece) => sanitizer.write(piece));
  // Each piece may be written out by itself.
  for (const piece of safe) expect(piece).not.toMatch(/\p{Cs}/u);
  return safe.join('') + sanitizer.end();
}

describe('sanitize, of any text', () => {
  it('gives the same, wherever the text is cut', () => {
    fc.assert(
      fc.property(cutAnywhere(hostileText), ({ text, pieces }) => {
        expect(sanitizedInPieces(pieces)).toBe(sanitize(text));
      }),
      RUNS,
    );
  });

  it('leaves no control, no override, no tag and no torn character', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(sanitize(text)).not.toMatch(
          /[^\P{Cc}\t\n]|\p{Cs}|[\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u,
        );
      }),
      RUNS,
    );
  });

  it('changes nothing a second time', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(sanitize(sanitize(text))).toBe(sanitize(text));
      }),
      RUNS,
    );
  });

  it('loses nothing printable outside of sequences', () => {
    const noSequences = hostileText.map((text) => text.replace(/[\x1b\x80-\x9f]/g, ''));
    fc.assert(
      fc.property(noSequences, (text) => {
        expect(sanitize(text)).toBe(printable(text));
      }),
      RUNS,
    );
  });

  it('keeps every line that follows a line with an unfinished sequence', () => {
    const word = fc.stringMatching(/^[a-z ]{1,20}$/);
    fc.assert(
      fc.property(hostileText, word, (text, line) => {
        expect(sanitize(`${text}\n${line}`)).toMatch(new RegExp(`\\n${line}$`));
      }),
      RUNS,
    );
  });

  it('makes one line of at most the wished length', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 40 }), (text, length) => {
        const line = sanitizeLine(text, length);
        expect(line).not.toMatch(/\p{Cc}|\p{Cs}/u);
        expect(Array.from(line).length).toBeLessThanOrEqual(length);
      }),
      RUNS,
    );
  });
});

/** The rule said again, a character at a time. */
function printable(text: string): string {
  return Array.from(text.replace(/\r\n?|[\u2028\u2029]/g, '\n'), (character) => {
    if (/\p{Cs}/u.test(character)) return '\ufffd';
    return isRemoved(character) ? '' : character;
  }).join('');
}

function isRemoved(character: string): boolean {
  if (character === '\t' || character === '\n') return false;
  return /\p{Cc}|[\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u.test(
    character,
  );
}

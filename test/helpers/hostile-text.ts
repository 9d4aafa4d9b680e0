import fc from 'fast-check';

const unit = (low: number, high: number): fc.Arbitrary<string> =>
  fc.integer({ min: low, max: high }).map((code) => String.fromCharCode(code));

const PARTS = [
  '\x1b[', '\x1b]', '\x1b]0;', '\x1bP', '\x1b_', '\x1b\\', '\x07', '\r\n', '\r', '\n', '\n\n', '\t',
  '31m', '2J', ';', '?25l', '\x9b', '\x9d', '\x9c', '\x90', '\x18', '\u202e', '\u2069', '\u200d',
  '\u2028', '\ufeff', '\u{e0041}', '\ud83d', '\ude00', '😀', '👩‍👩‍👧', 'é', '周', 'word', 'a b', ' ',
]; // prettier-ignore

/** Text with far more control characters, escape sequences and torn characters than any reply has. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PARTS) },
      unit(0, 0x1f),
      unit(0x20, 0x7f),
      unit(0x80, 0x9f),
      unit(0x2000, 0x2070),
      unit(0xd800, 0xdfff),
      unit(0, 0xffff),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

export interface CutText {
  text: string;
  pieces: string[];
}

/** A text, and the same text in pieces. */
export const cutAnywhere = (texts: fc.Arbitrary<string>): fc.Arbitrary<CutText> =>
  fc.tuple(texts, fc.array(fc.nat(12), { minLength: 1, maxLength: 20 })).map(([text, lengths]) => {
    const pieces: string[] = [];
    for (let at = 0, turn = 0; at < text.length; turn += 1) {
      const length = lengths[turn % lengths.length]! || (turn % 3 === 0 ? 1 : 0);
      pieces.push(text.slice(at, at + length));
      at += length;
    }
    return { text, pieces };
  });

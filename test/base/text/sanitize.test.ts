import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSanitizer, sanitize, sanitizeLine } from '../../../src/base/text/sanitize.js';
import { createReplyRenderer } from '../../../src/terminal/markdown/reply-renderer.js';
import { cutAnywhere, hostileText } from '../../helpers/hostile-text.js';
import { TERMINAL_ATTACKS } from '../../helpers/terminal-attacks.js';

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

/** What a terminal that printed the text looks like, and whatever else came of it. */
async function printed(text: string) {
  const terminal = new xterm.Terminal({
    cols: 80,
    rows: 24,
    allowProposedApi: true,
    logLevel: 'off',
  });
  const noticed: string[] = [];
  terminal.onTitleChange((title) => noticed.push(`title ${title}`));
  terminal.onData((data) => noticed.push(`typed ${JSON.stringify(data)}`));
  terminal.onBell(() => noticed.push('bell'));
  await new Promise<void>((resolve) => terminal.write(text.replaceAll('\n', '\r\n'), resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, row) =>
    active.getLine(row)?.translateToString(true),
  );
  const hidden = Array.from({ length: 80 }, (_, column) => {
    const cell = active.getLine(0)?.getCell(column);
    return (cell?.isInvisible() ?? 0) + (cell?.isAttributeDefault() ? 0 : 1);
  });
  return {
    noticed,
    screen: lines.join('\n').trimEnd(),
    cursor: [active.cursorX, active.cursorY],
    buffer: active.type,
    styledCells: hidden.filter((flag) => flag !== 0).length,
    modes: terminal.modes,
  };
}

describe('terminal attacks', () => {
  it.each(TERMINAL_ATTACKS)('$name does not $would', async ({ text, shown }) => {
    const safe = sanitize(text);
    expect(safe).toBe(shown);
    expect(await printed(safe)).toEqual({
      ...(await printed('')),
      screen: shown,
      cursor: [shown.split('\n').at(-1)!.length, shown.split('\n').length - 1],
    });
  });

  it.each(TERMINAL_ATTACKS)('$name: neither in a reply shown as Markdown', ({ text }) => {
    const stream = createReplyRenderer({ width: () => 80, style: {}, wrap: true });
    const reply =
      stream.write(sanitize(`**${text}**\n\n\`${text}\`\n\n    ${text}`)) + stream.end();
    expect(reply).not.toMatch(/[^\P{Cc}\t\n]/u);
  });

  it('would work without it: the emulator is a judge', async () => {
    const suffered = await Promise.all(TERMINAL_ATTACKS.map(({ text }) => printed(text)));
    const noticed = suffered.flatMap((result) => result.noticed);
    expect(noticed).toContain('title owned');
    expect(noticed).toContain('bell');
    expect(noticed.filter((event) => event.startsWith('typed')).length).toBeGreaterThan(3);
    expect(suffered.some(({ buffer }) => buffer === 'alternate')).toBe(true);
    expect(suffered.some(({ styledCells }) => styledCells > 0)).toBe(true);
  });
});

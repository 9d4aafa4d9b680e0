import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockHandler,
  BlockParser,
} from '../../../src/terminal/markdown/blocks/block-parser.js';
import { LineFeeder } from '../../../src/terminal/markdown/blocks/line-feeder.js';
import { InlineParser } from '../../../src/terminal/markdown/inline/inline-parser.js';
import { BOLD, PLAIN, UNBROKEN, createTheme } from '../../../src/terminal/markdown/theme.js';
import { LineWriter } from '../../../src/terminal/markdown/wrap/line-writer.js';
import { cutBetweenCharacters, markup } from './markup.js';

const RUNS = { numRuns: 3000 };

/** What a stage told of, with the text between two other events in one piece. */
class Recorder {
  readonly events: string[] = [];
  private text = '';

  add(event: string): void {
    this.flush();
    this.events.push(event);
  }

  addText(text: string): void {
    this.text += text;
  }

  flush(): string[] {
    if (this.text !== '') this.events.push(JSON.stringify(this.text));
    this.text = '';
    return this.events;
  }
}

function blocksOf(pieces: readonly string[]): string[] {
  const recorder = new Recorder();
  const handler: BlockHandler = {
    open: (block, containers) => recorder.add(JSON.stringify({ block, containers })),
    text: (text) => recorder.addText(text),
    newLine: () => recorder.add('new line'),
    close: () => recorder.add('close'),
    blank: () => recorder.add('blank'),
    leave: (containers) => recorder.add(`leave ${containers.length}`),
  };
  const feeder = new LineFeeder(new BlockParser(handler));
  for (const piece of pieces) feeder.write(piece);
  feeder.end();
  return recorder.flush();
}

function piecesOfStyle(pieces: readonly string[], showsMarks: boolean): string[] {
  const recorder = new Recorder();
  let last = PLAIN;
  const sink = {
    text(text: string, style: number) {
      if (style !== last) recorder.add(`style ${style}`);
      last = style;
      recorder.addText(text);
    },
  };
  const inline = new InlineParser(sink, showsMarks);
  inline.begin(PLAIN);
  for (const piece of pieces) inline.write(piece);
  inline.end();
  return recorder.flush();
}

const STYLES = [PLAIN, BOLD, BOLD | UNBROKEN];

/** The pieces in lines; each has the style of the word that it is part of. */
function linesOf(pieces: readonly string[], width: number | undefined): string {
  const theme = createTheme({ color: true, glyphs: true });
  const writer = new LineWriter(theme, () => width);
  writer.setMargin({ width: 2, next: () => '> ' });
  let words = 0;
  for (const piece of pieces) {
    for (const part of piece.split(/(?<= )/)) {
      writer.text(part, STYLES[words % 2]!);
      if (part.endsWith(' ')) words += 1;
    }
  }
  writer.endLine();
  return writer.take();
}

describe('each stage gives the same, wherever its text is cut', () => {
  it('blocks', () => {
    fc.assert(
      fc.property(cutBetweenCharacters(markup), ({ text, pieces }) => {
        expect(blocksOf(pieces)).toEqual(blocksOf([text]));
      }),
      RUNS,
    );
  });

  it('marks within a block', () => {
    fc.assert(
      fc.property(cutBetweenCharacters(markup), fc.boolean(), ({ text, pieces }, showsMarks) => {
        expect(piecesOfStyle(pieces, showsMarks)).toEqual(piecesOfStyle([text], showsMarks));
      }),
      RUNS,
    );
  });

  it('words in lines', () => {
    const widths = fc.constantFrom(1, 3, 10, 40, 200, undefined);
    fc.assert(
      fc.property(cutBetweenCharacters(markup), widths, ({ text, pieces }, width) => {
        expect(linesOf(pieces, width)).toBe(linesOf([text], width));
      }),
      RUNS,
    );
  });

  it.each([8190, 8191, 8192, 8193, 20_000])(
    'a line that is undecided for %d characters',
    (size) => {
      for (const start of [' ', '-', '=', '#', '`', '~', '|', '>', '<a ', '- ', '<!']) {
        const line = `${start.repeat(size)}word **b**\nnext`;
        const whole = blocksOf([line]);
        expect(blocksOf([line.slice(0, 8191), line.slice(8191)])).toEqual(whole);
        expect(blocksOf(line.match(/[^]{1,997}/g) ?? [])).toEqual(whole);
      }
    },
  );
});

/** Words that cross the window's edge, but for the first, which may be longer than a line. */
function brokenWords(line: string, width: number): string[] {
  const [first = ''] = /^..\S*/.exec(line) ?? [];
  return [...line.slice(first.length).matchAll(/\S+/g)]
    .map(({ 0: word, index }) => ({ word, start: first.length + index }))
    .filter(({ word, start }) => (start % width) + word.length > width)
    .map(({ word }) => word);
}

describe('lines', () => {
  const words = fc
    .array(fc.stringMatching(/^[a-z.,]{1,14}$/), { minLength: 1, maxLength: 60 })
    .map((list) => list.join(' '));

  it('are no wider than the window, and give the text again when joined', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 500 }), (text, width) => {
        const lines = linesOf([text], width)
          .replaceAll(/\x1b\[\d+m/g, '')
          .split('\n')
          .slice(0, -1);
        expect(lines.map((line) => line.slice(2)).join(' ')).toBe(text);
        for (const line of lines) expect(brokenWords(line, width)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('have as many words as they have room for', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 100 }), (text, width) => {
        const lines = linesOf([text], width)
          .replaceAll(/\x1b\[\d+m/g, '')
          .split('\n')
          .slice(0, -1);
        lines.slice(1).forEach((line, index) => {
          const [word = ''] = line.slice(2).split(' ');
          expect(`${lines[index]!} ${word}`.length).toBeGreaterThan(width);
        });
      }),
      RUNS,
    );
  });

  it('ask for their width as they begin', () => {
    const theme = createTheme({ color: false, glyphs: true });
    let width = 10;
    const writer = new LineWriter(theme, () => width);
    writer.text('one two ', PLAIN);
    width = 15;
    writer.text('three four five six', PLAIN);
    writer.endLine();
    expect(writer.take()).toBe('one two\nthree four five\nsix\n');
  });

  it('keep white space at the start of a line of the source, and drop it at their end', () => {
    const theme = createTheme({ color: false, glyphs: true });
    const writer = new LineWriter(theme, () => 8);
    writer.text('  one two  three   \n\n\tx', PLAIN);
    writer.endLine();
    expect(writer.take()).toBe('  one\ntwo\nthree\n\n       x\n');
  });
});

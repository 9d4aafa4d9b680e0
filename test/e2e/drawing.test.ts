import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import xterm from '@xterm/headless';
import { expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript.
import * as palettes from '../../scripts/drawing/palettes.mjs';
// @ts-expect-error: plain JavaScript.
import * as runs from '../../scripts/drawing/runs.mjs';
// @ts-expect-error: plain JavaScript.
import * as drawing from '../../scripts/drawing/svg.mjs';
import { hasBrowser } from '../helpers/browser.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const { fillOf, PALETTES } = palettes as {
  fillOf: (style: { color: number | undefined; dim: boolean }, palette: object) => string;
  PALETTES: Record<'light' | 'dark', object>;
};
const { rowsOfRuns } = runs as { rowsOfRuns: (buffer: object) => object[] };
const { svgOf } = drawing as { svgOf: (rows: object[], window: object) => string };

const ROOT = join(import.meta.dirname, '../..');

it('the drawing in the README is what `npm run draw` makes now', async () => {
  const folder = temporaryFolder();
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/draw-session.mjs'), folder]);
  for (const name of ['session-light.svg', 'session-dark.svg']) {
    const committed = readFileSync(join(ROOT, 'docs', name), 'utf8');
    expect(readFileSync(join(folder, name), 'utf8'), name).toBe(committed);
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`docs/${name}`);
  }
});

const PICTURES = ['page-light.png', 'page-dark.png'];

/** Fonts differ from machine to machine, so the bytes may too. */
const sizeOf = (png: Buffer): number[] => [png.readUInt32BE(16), png.readUInt32BE(20)];

it.skipIf(!hasBrowser)('the page in the README is what `npm run draw` takes now', async () => {
  const folder = temporaryFolder();
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/draw-page.mjs'), folder]);
  const [light, dark] = PICTURES.map((name) => readFileSync(join(folder, name)));
  expect(light!.equals(dark!)).toBe(false);
  for (const name of PICTURES) {
    const committed = readFileSync(join(ROOT, 'docs', name));
    expect(sizeOf(readFileSync(join(folder, name)))).toEqual(sizeOf(committed));
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`docs/${name}`);
  }
});

const SCREEN = [
  '\x1b[1;38;5;98m> \x1b[0mMy name is Ada.',
  '',
  '\x1b[1mbold\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderlined words\x1b[0m \x1b[9mgone\x1b[0m',
  '\x1b[2mdim\x1b[0m   \x1b[38;5;31mcode & <marks>\x1b[0m 日本 \x1b[31mred\x1b[0m',
  '> typed',
  '│ quoted',
].join('\r\n');

const COLUMNS = 40;
/** Of a cell, and of the place of the first one’s text. */
const CELL = { width: 7.8, height: 18, left: 24, baseline: 63 };

it('the drawing has the cells of the terminal, each in its place and colour, and no other text', async () => {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: 8, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(SCREEN, done));
  const buffer = terminal.buffer.active;
  const palette = PALETTES.dark;
  const svg: string = svgOf(rowsOfRuns(buffer), {
    columns: COLUMNS,
    title: 'T',
    description: 'D',
    palette,
  });
  const drawn = new Map<string, string>();
  for (const [, attributes = '', content = ''] of svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)) {
    const given = Object.fromEntries(
      Array.from(
        attributes.matchAll(/([\w-]+)="([^"]*)"/g),
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    );
    if (given['text-anchor'] !== undefined) continue; // The title of the window.
    const row = (Number(given['y']) - CELL.baseline) / CELL.height;
    let column = Math.round((Number(given['x']) - CELL.left) / CELL.width);
    const look = ['fill', 'font-weight', 'font-style', 'text-decoration'].map(
      (name) => given[name] ?? '',
    );
    for (const character of unescaped(content)) {
      if (character !== ' ') drawn.set(`${row}:${column}`, [character, ...look].join(' '));
      column += buffer.getLine(row)?.getCell(column)?.getWidth() ?? 1;
    }
  }
  const cells = new Map<string, string>();
  for (let row = 0; row < buffer.length; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const cell = buffer.getLine(row)!.getCell(column)!;
      const text = cell.getChars();
      if (text.trim() === '') continue;
      const color = cell.isFgDefault() ? undefined : cell.getFgColor();
      const decoration = [
        cell.isUnderline() && 'underline',
        cell.isStrikethrough() && 'line-through',
      ];
      const look = [
        fillOf({ color, dim: cell.isDim() !== 0 }, palette),
        cell.isBold() ? 'bold' : '',
        cell.isItalic() ? 'italic' : '',
        decoration.filter(Boolean).join(' '),
      ];
      cells.set(`${row}:${column}`, [text, ...look].join(' '));
    }
  }
  expect(drawn).toEqual(cells);
  // The frame of the window is all that there is besides.
  expect(svg.match(/<(?:rect|path|circle) /g)).toHaveLength(7);
});

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const unescaped = (text: string): string =>
  text.replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);

// Rows of runs as an SVG: a terminal window with a title bar, and in it the cells alone.
import { element } from './element.mjs';
import { fillOf } from './palettes.mjs';

const FONT =
  "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";
const FONT_SIZE = 13;
const CELL = { width: 7.8, height: 18 };
const BAR = 34;
const MARGIN = { side: 24, top: 16, bottom: 18 };

/** @typedef {import('./runs.mjs').Run} Run */
/** @typedef {import('./palettes.mjs').Palette} Palette */

/**
 * @param {Run[][]} rows
 * @param {{ columns: number, title: string, description: string, palette: Palette }} window
 */
export function svgOf(rows, { columns, title, description, palette }) {
  const width = columns * CELL.width + 2 * MARGIN.side;
  const top = BAR + MARGIN.top;
  const lines = rows.flatMap((runs, row) =>
    runs.map((run) => drawnRun(run, top + row * CELL.height, palette)),
  );
  const [w, h] = [number(width), number(top + rows.length * CELL.height + MARGIN.bottom)];
  return `${[
    element('svg', {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width: w, height: h, viewBox: `0 0 ${w} ${h}` },
      ...{ role: 'img', 'aria-labelledby': 'title desc' },
      ...{ 'font-family': FONT, 'font-size': FONT_SIZE },
    }),
    element('title', { id: 'title' }, title),
    element('desc', { id: 'desc' }, description),
    ...frame(w, h, palette),
    drawnTitle(title, width / 2, palette),
    ...lines,
    '</svg>',
  ].join('\n')}\n`;
}

/** @param {number} width @param {number} height @param {Palette} palette */
function frame(width, height, { background, bar, border, muted }) {
  const [w, h] = [width - 1, height - 1];
  const top = `M.5 ${BAR}V10.5a10 10 0 0 1 10-10H${number(w - 9.5)}a10 10 0 0 1 10 10V${BAR}z`;
  return [
    element('rect', { x: 0.5, y: 0.5, width: w, height: h, rx: 10, fill: background }, ''),
    element('path', { d: top, fill: bar }, ''),
    element('path', { d: `M.5 ${BAR}H${w + 0.5}`, stroke: border }, ''),
    ...[20, 38, 56].map((cx) =>
      element('circle', { cx, cy: BAR / 2, r: 5, fill: muted, opacity: 0.45 }, ''),
    ),
    element(
      'rect',
      { x: 0.5, y: 0.5, width: w, height: h, rx: 10, fill: 'none', stroke: border },
      '',
    ),
  ];
}

/** @param {string} title @param {number} x @param {Palette} palette */
const drawnTitle = (title, x, { muted }) =>
  element('text', { x: number(x), y: BAR / 2 + 4.5, 'text-anchor': 'middle', fill: muted }, title);

/** @param {Run} run @param {number} y the top of its row @param {Palette} palette */
function drawnRun({ column, columns, text, style }, y, palette) {
  const decoration = [style.underline && 'underline', style.strike && 'line-through'];
  return element(
    'text',
    {
      x: number(MARGIN.side + column * CELL.width),
      y: y + 13,
      textLength: number(columns * CELL.width),
      lengthAdjust: 'spacingAndGlyphs',
      fill: fillOf(style, palette),
      'font-weight': style.bold && 'bold',
      'font-style': style.italic && 'italic',
      'text-decoration': decoration.filter(Boolean).join(' '),
    },
    text,
  );
}

/** Without the noise of binary fractions. */
const number = (value) => Math.round(value * 100) / 100;

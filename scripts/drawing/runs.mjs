// A screen as rows of runs: pieces of text of one style, each with the column where it begins.

/** @typedef {{ color: number | undefined, bold: boolean, dim: boolean, italic: boolean, underline: boolean, strike: boolean }} Style */
/** @typedef {{ column: number, columns: number, text: string, style: Style }} Run */

/**
 * @param {import('@xterm/headless').IBuffer} buffer
 * @returns {Run[][]} without the empty rows at the end
 */
export function rowsOfRuns(buffer) {
  const rows = Array.from({ length: buffer.length }, (_, row) => runsOf(buffer.getLine(row)));
  return rows.slice(0, rows.findLastIndex((runs) => runs.length > 0) + 1);
}

/**
 * A run goes over single blanks; after a wider gap a new one begins, so that columns stay in line
 * whatever the font.
 *
 * @param {import('@xterm/headless').IBufferLine} line
 * @returns {Run[]}
 */
function runsOf(line) {
  const runs = [];
  for (let column = 0; column < line.length; column++) {
    const cell = line.getCell(column);
    const text = cell.getChars();
    if (text === '' || text === ' ') continue;
    const style = styleOf(cell);
    const run = runs.at(-1);
    const gap = run === undefined ? Infinity : column - run.column - run.columns;
    const goesOn = gap === 0 || (gap === 1 && isSame(styleOf(line.getCell(column - 1)), style));
    if (goesOn && isSame(run.style, style)) {
      run.text += ' '.repeat(gap) + text;
      run.columns += gap + cell.getWidth();
    } else runs.push({ column, columns: cell.getWidth(), text, style });
  }
  return runs;
}

/**
 * @param {import('@xterm/headless').IBufferCell} cell
 * @returns {Style}
 */
function styleOf(cell) {
  const isPlain = cell.isFgDefault();
  if (!cell.isBgDefault() || cell.isInverse() || (!isPlain && !cell.isFgPalette())) {
    throw new Error(
      `A style that the drawing does not know, at ${JSON.stringify(cell.getChars())}`,
    );
  }
  return {
    color: isPlain ? undefined : cell.getFgColor(),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    strike: cell.isStrikethrough() !== 0,
  };
}

/** @param {Style} one @param {Style} other */
function isSame(one, other) {
  return Object.keys(one).every((key) => one[key] === other[key]);
}

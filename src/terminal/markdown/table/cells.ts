export type Alignment = 'left' | 'center' | 'right';

/** The cells of a table's row; `\|` is a bar inside a cell. */
export function splitCells(content: string): string[] {
  const bars = content.includes('\\|') ? /(?<!\\)\|/ : '|';
  const cells = content.split(bars).map((cell) => cell.replaceAll('\\|', '|').trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}

/** What the line under a header says of each column; undefined if it is no such line. */
export function alignments(content: string): Alignment[] | undefined {
  if (!content.includes('|') || !/^[|:\- \t]+$/.test(content)) return undefined;
  const cells = splitCells(content);
  const isRow = cells.length > 0 && cells.every((cell) => /^:?-+:?$/.test(cell));
  return isRow ? cells.map(alignment) : undefined;
}

function alignment(cell: string): Alignment {
  if (!cell.endsWith(':')) return 'left';
  return cell.startsWith(':') ? 'center' : 'right';
}

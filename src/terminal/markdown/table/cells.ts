export type Alignment = 'left' | 'center' | 'right';

/** The cells of a table's row; `\|` is a bar inside a cell. */
export function splitCells(content: string): string[] {
  const cells: string[] = [];
  let cell = '';
  const start = content.startsWith('|') ? 1 : 0;
  for (let index = start; index < content.length; index += 1) {
    const character = content.charAt(index);
    if (character === '\\' && content.charAt(index + 1) === '|') {
      cell += '|';
      index += 1;
    } else if (character === '|') {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  if (cell.trim() !== '' || cells.length === 0) cells.push(cell.trim());
  return cells;
}

/** What the line under a header says of each column; undefined if it is no such line. */
export function alignments(content: string): Alignment[] | undefined {
  if (!content.includes('|') || !/^[|:\- \t]+$/.test(content)) return undefined;
  const cells = splitCells(content);
  return cells.every((cell) => /^:?-+:?$/.test(cell)) ? cells.map(alignment) : undefined;
}

function alignment(cell: string): Alignment {
  if (!cell.endsWith(':')) return 'left';
  return cell.startsWith(':') ? 'center' : 'right';
}

import { COLUMN_GAP } from '../base/text/width.js';

/** How many cells a column would take, and how many it needs at least. */
export interface ColumnSpace {
  natural: number;
  minimal: number;
}

/**
 * The widths of columns that stand side by side in `room` cells. The widest columns become
 * narrower first, none below its minimum; undefined when that is not enough.
 */
export function columnWidths(columns: readonly ColumnSpace[], room: number): number[] | undefined {
  const cap = largestCap(columns, room);
  if (cap === undefined) return undefined;
  const widths = capped(columns, cap);
  let rest = freeCells(columns.length, room) - total(widths);
  // Too few cells are left for all columns at the cap to grow by one: the first ones do.
  return widths.map((width, index) => {
    const grows = rest > 0 && width === cap && width < (columns[index]?.natural ?? 0);
    if (grows) rest -= 1;
    return grows ? width + 1 : width;
  });
}

/** The same without the cells that are left when all columns at the cap have grown equally. */
export function evenWidths(columns: readonly ColumnSpace[], room: number): number[] | undefined {
  const cap = largestCap(columns, room);
  return cap === undefined ? undefined : capped(columns, cap);
}

const freeCells = (count: number, room: number): number => room - COLUMN_GAP.length * (count - 1);

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);

/** Natural widths cut to the cap, but not below the minimum. */
function capped(columns: readonly ColumnSpace[], cap: number): number[] {
  return columns.map(({ natural, minimal }) => Math.min(natural, Math.max(minimal, cap)));
}

/** The widest cap with which all columns fit; undefined if even the minimal widths do not. */
function largestCap(columns: readonly ColumnSpace[], room: number): number | undefined {
  const free = freeCells(columns.length, room);
  const widest = columns.reduce((most, { natural }) => Math.max(most, natural), 0);
  for (let cap = Math.min(widest, free); cap >= 0; cap -= 1) {
    if (total(capped(columns, cap)) <= free) return cap;
  }
  return undefined;
}

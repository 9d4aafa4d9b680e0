import { MAX_OPEN } from './spans.js';

/** A longer run of marks is read as several runs. */
export const MAX_RUN = 64;

const BACKTICKS = /`+/g;

/**
 * The index of the run of backticks that closes a code span. Its opening run has `length` backticks and ends
 * at `from`. -1: no run closes it; undefined: that is not known yet.
 */
export function codeEnd(
  source: string,
  from: number,
  { length, isWhole }: { length: number; isWhole: boolean },
): number | undefined {
  const last = from + MAX_OPEN;
  BACKTICKS.lastIndex = from;
  for (let run = BACKTICKS.exec(source); run; run = BACKTICKS.exec(source)) {
    if (run.index > last) return -1;
    const mayGrow = run.index + run[0].length === source.length && !isWhole;
    if (mayGrow && run[0].length <= length) return undefined;
    if (run[0].length === length) return run.index;
  }
  return isWhole || source.length > last + MAX_RUN ? -1 : undefined;
}

/** One space on each side of code keeps its own backticks apart from the marks. */
export function codeContent(source: string): string {
  const content = source.replaceAll('\n', ' ');
  const isPadded = content.startsWith(' ') && content.endsWith(' ') && content.trim() !== '';
  return isPadded ? content.slice(1, -1) : content;
}

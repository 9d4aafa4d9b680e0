import { Chalk, type ChalkInstance } from 'chalk';
import type { Paint } from '../chat/ports.js';
import type { Appearance } from './appearance.js';

/** The sixteen basic colours follow the user's own palette, light or dark. */
const basicColors: ChalkInstance = new Chalk({ level: 1 });
/** Colours that are visible on light and on dark backgrounds. */
export const paletteColors: ChalkInstance = new Chalk({ level: 2 });
const noColors = new Chalk({ level: 0 });

/** Styles for tables, headings and reports; without colour they return the text itself. */
export type Styles = Record<
  'dim' | 'bold' | 'underline' | 'good' | 'bad' | 'warning',
  (text: string) => string
>;

/**
 * Green, red and purple: the contrast of each to black and to white is about 4 and more. The basic yellow is
 * hardly seen on white, the basic red on some dark grounds.
 */
const GOOD_COLOR = 28;
const BAD_COLOR = 196;
const WARNING_COLOR = 133;
/** Grey: the terminal's own dim text is hardly seen on some light grounds. */
const DIM_COLOR = 243;

export function stylesFor({ color }: Pick<Appearance, 'color'>): Styles {
  const chalk = color ? basicColors : noColors;
  const palette = color ? paletteColors : noColors;
  return {
    dim: (text) => palette.ansi256(DIM_COLOR)(text),
    bold: (text) => chalk.bold(text),
    underline: (text) => chalk.underline(text),
    good: (text) => palette.ansi256(GOOD_COLOR)(text),
    bad: (text) => palette.ansi256(BAD_COLOR)(text),
    warning: (text) => palette.ansi256(WARNING_COLOR)(text),
  };
}

/** Violet and brown: the contrast of each to white and to black is over 4.4. */
const PROMPT_COLOR = 98;
const TAKEN_OVER_COLOR = 130;

/** Styles for prompts, notices and errors; without colour they return the text itself. */
export function paintFor({ noticeColor }: Pick<Appearance, 'noticeColor'>): Paint {
  const palette = noticeColor ? paletteColors : noColors;
  const { dim, bad } = stylesFor({ color: noticeColor });
  return {
    dim,
    error: bad,
    prompt: (text) => palette.bold.ansi256(PROMPT_COLOR)(text),
    takenOver: (text) => palette.bold.ansi256(TAKEN_OVER_COLOR)(text),
  };
}

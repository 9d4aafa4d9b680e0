import { paletteColors } from '../styles.js';
import { BOLD, ITALIC, STRIKE, type Style, TINT, UNDERLINE } from './style.js';

export interface ThemeOptions {
  color: boolean;
  /** Bullets and lines as drawn characters; off for a screen reader. */
  glyphs: boolean;
  /** Whether the terminal opens addresses that are marked as such. Only with colour. */
  hyperlinks: boolean;
}

/** How the parts of a reply look. Without colour, marks that carry meaning are kept as written. */
export interface Theme {
  isColored: boolean;
  quoteMark: string;
  bullet: string;
  checkbox(isChecked: boolean): string;
  /** A thematic break, and the lines under a paragraph that call it a heading of level 1 or 2. */
  rule: string;
  underline: Record<1 | 2, string>;
  /** Undefined where tables are read aloud: then every cell is said with its column's name. */
  tableRule: string | undefined;
  /** Stands before each line of code. */
  codeIndent: string;
  heading(level: number): { prefix: string; style: Style };
  url(url: string): string;
  /** The escape sequences that turn one style into another. */
  change(from: Style, to: Style): string;
}

type Marks = Pick<Theme, 'quoteMark' | 'bullet' | 'checkbox' | 'rule' | 'underline' | 'tableRule'>;

const RULE_WIDTH = 24;

const GLYPHS: Marks = {
  quoteMark: '│',
  bullet: '•',
  checkbox: (isChecked) => (isChecked ? '☑' : '☐'),
  rule: '─'.repeat(RULE_WIDTH),
  underline: { 1: '═'.repeat(RULE_WIDTH), 2: '─'.repeat(RULE_WIDTH) },
  tableRule: '─',
};

const ASCII: Marks = {
  quoteMark: '>',
  bullet: '-',
  checkbox: (isChecked) => (isChecked ? '[x]' : '[ ]'),
  rule: '---',
  underline: { 1: '===', 2: '---' },
  tableRule: undefined,
};

export function createTheme({ color, glyphs, hyperlinks }: ThemeOptions): Theme {
  const marks = glyphs ? GLYPHS : ASCII;
  return color ? coloredTheme(marks, hyperlinks) : plainTheme(marks);
}

function plainTheme(marks: Marks): Theme {
  return {
    ...marks,
    isColored: false,
    codeIndent: '    ',
    heading: (level) => ({ prefix: `${'#'.repeat(level)} `, style: BOLD }),
    url: (url) => url,
    change: () => '',
  };
}

const HEADINGS: readonly Style[] = [
  BOLD | UNDERLINE,
  BOLD,
  BOLD | ITALIC,
  UNDERLINE,
  UNDERLINE | ITALIC,
  ITALIC,
];

/** A blue between light and dark: its contrast to white is over 4, to black over 5. */
const TINT_COLOR = 31;

function coloredTheme(marks: Marks, hyperlinks: boolean): Theme {
  const change = changes();
  return {
    ...marks,
    quoteMark: change(0, TINT) + marks.quoteMark + change(TINT, 0),
    isColored: true,
    codeIndent: '',
    heading: (level) => ({ prefix: '', style: HEADINGS[level - 1] ?? BOLD }),
    url: hyperlinks ? clickable : (url) => url,
    change,
  };
}

/** Chalk's sequences, as changes from one style to the next. */
function changes(): Theme['change'] {
  const chalk = paletteColors;
  const painted: [Style, string][] = [
    [BOLD, chalk.bold(' ')],
    [ITALIC, chalk.italic(' ')],
    [UNDERLINE, chalk.underline(' ')],
    [STRIKE, chalk.strikethrough(' ')],
    [TINT, chalk.ansi256(TINT_COLOR)(' ')],
  ];
  const known = new Map<number, string>();
  return (from, to) => {
    const key = from * 256 + to;
    let change = known.get(key);
    if (change === undefined) known.set(key, (change = sequences(painted, from, to)));
    return change;
  };
}

function sequences(painted: readonly [Style, string][], from: Style, to: Style): string {
  let off = '';
  let on = '';
  for (const [style, example] of painted) {
    const [start = '', stop = ''] = example.split(' ');
    if (from & ~to & style) off = stop + off;
    if (to & ~from & style) on += start;
  }
  return off + on;
}

/** The address is the text, so that a link can't lead elsewhere than it says. */
function clickable(url: string): string {
  if (!/^(?:https?|mailto):[!-~]+$/i.test(url)) return url;
  return `\x1b]8;;${url}\x1b\\${url}\x1b]8;;\x1b\\`;
}

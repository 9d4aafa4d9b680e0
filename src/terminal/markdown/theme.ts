import { paletteColors } from '../styles.js';

/** How a piece of text looks: a sum of the values below. */
export type Style = number;

export const PLAIN: Style = 0;
export const BOLD: Style = 1;
export const ITALIC: Style = 2;
export const UNDERLINE: Style = 4;
export const STRIKE: Style = 8;
/** The colour of code, and of the bars of quotes. */
export const TINT: Style = 16;
/** Not broken at the end of a line. */
export const UNBROKEN: Style = 32;
/** An address, which a terminal may be able to open. */
const CLICKABLE: Style = 64;

export const CODE: Style = TINT | UNBROKEN;
export const ADDRESS: Style = UNDERLINE | UNBROKEN | CLICKABLE;

/** Takes text piece by piece; a newline in it is a line break of the source. */
export interface TextSink {
  text(text: string, style: Style): void;
}

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

/** Collects what is printed, with as few changes of style as it takes. */
export class Painter {
  private out = '';
  private style = PLAIN;

  constructor(private readonly theme: Theme) {}

  /** The text since the last call. */
  take(): string {
    const { out } = this;
    this.out = '';
    return out;
  }

  put(text: string, style: Style): void {
    if (style !== this.style) this.change(style);
    this.out += (style & ADDRESS) === ADDRESS ? this.theme.url(text) : text;
  }

  /** Ends the looks that the coming text, of this style, does not have. */
  narrow(style: Style): void {
    if (this.style & ~style) this.change(this.style & style);
  }

  newLine(): void {
    if (this.style !== PLAIN) this.change(PLAIN);
    this.out += '\n';
  }

  private change(style: Style): void {
    this.out += this.theme.change(this.style, style);
    this.style = style;
  }
}

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

export const CODE: Style = TINT | UNBROKEN;
export const ADDRESS: Style = UNDERLINE | UNBROKEN;

/** Takes text piece by piece; a newline in it is a line break of the source. */
export interface TextSink {
  text(text: string, style: Style): void;
}

export interface ThemeOptions {
  color: boolean;
  /** Bullets and lines as drawn characters; off for a screen reader. */
  glyphs: boolean;
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
  /** Stands before each line of code: colour sets it off otherwise, and it can be copied as it is. */
  codeIndent: string;
  heading(level: number): { prefix: string; style: Style };
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

export function createTheme({ color, glyphs }: ThemeOptions): Theme {
  const marks = glyphs ? GLYPHS : ASCII;
  const change = color ? styleChanges() : () => '';
  return {
    ...marks,
    isColored: color,
    quoteMark: change(PLAIN, TINT) + marks.quoteMark + change(TINT, PLAIN),
    codeIndent: color ? '' : '    ',
    heading: (level) => ({
      prefix: color ? '' : `${'#'.repeat(level)} `,
      style: HEADINGS[level - 1] ?? BOLD,
    }),
    change,
  };
}

/** Chalk's sequences, as changes from one style to the next. */
function styleChanges(): Theme['change'] {
  const painted: [Style, string][] = [
    [BOLD, paletteColors.bold(' ')],
    [ITALIC, paletteColors.italic(' ')],
    [UNDERLINE, paletteColors.underline(' ')],
    [STRIKE, paletteColors.strikethrough(' ')],
    [TINT, paletteColors.ansi256(TINT_COLOR)(' ')],
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
    this.out += text;
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

import { basicColors as chalk } from '../styles.js';

/** How the parts of a text look. Without colour, marks that carry meaning are kept as written. */
export interface Theme {
  strong(text: string): string;
  emphasis(text: string): string;
  deleted(text: string): string;
  code(content: string, source: string): string;
  codeLine(line: string): string;
  codeLabel(info: string): string;
  heading(text: string, level: number): string;
  tableHeader(text: string): string;
  url(url: string): string;
  quoteMark: string;
  bullet: string;
  checkbox(isChecked: boolean): string;
  rule: string;
  /** Undefined where tables are read aloud: then every cell is said with its column's name. */
  tableRule: string | undefined;
}

export interface ThemeOptions {
  color: boolean;
  glyphs: boolean;
  hyperlinks: boolean;
}

type Marks = Pick<Theme, 'quoteMark' | 'bullet' | 'checkbox' | 'rule' | 'tableRule'>;

const GLYPHS: Marks = {
  quoteMark: '│',
  bullet: '•',
  checkbox: (isChecked) => (isChecked ? '☑' : '☐'),
  rule: '─'.repeat(24),
  tableRule: '─',
};

const ASCII: Marks = {
  quoteMark: '>',
  bullet: '-',
  checkbox: (isChecked) => (isChecked ? '[x]' : '[ ]'),
  rule: '---',
  tableRule: undefined,
};

export function createTheme({ color, glyphs, hyperlinks }: ThemeOptions): Theme {
  const marks = glyphs ? GLYPHS : ASCII;
  return color ? coloredTheme(marks, hyperlinks) : plainTheme(marks);
}

function plainTheme(marks: Marks): Theme {
  const asIs = (text: string): string => text;
  return {
    ...marks,
    strong: asIs,
    emphasis: asIs,
    deleted: (text) => `~~${text}~~`,
    code: (_content, source) => source,
    codeLine: asIs,
    codeLabel: (info) => `${info}:`,
    heading: (text, level) => `${'#'.repeat(level)} ${text}`,
    tableHeader: asIs,
    url: asIs,
  };
}

function coloredTheme(marks: Marks, hyperlinks: boolean): Theme {
  return {
    ...marks,
    quoteMark: chalk.dim(marks.quoteMark),
    strong: chalk.bold,
    emphasis: chalk.italic,
    deleted: chalk.strikethrough,
    code: (content) => chalk.cyan(content),
    codeLine: chalk.cyan,
    codeLabel: (info) => chalk.dim(`${info}:`),
    heading: (text, level) => (level === 1 ? chalk.bold.underline(text) : chalk.bold(text)),
    tableHeader: chalk.bold,
    url: (url) => (hyperlinks ? clickable(url, chalk.underline(url)) : chalk.underline(url)),
  };
}

/** The address is what is shown, so that a link can't lead elsewhere than it says. */
function clickable(url: string, shown: string): string {
  if (!/^(?:https?|mailto):[!-~]+$/i.test(url)) return shown;
  return `\x1b]8;;${url}\x1b\\${shown}\x1b]8;;\x1b\\`;
}

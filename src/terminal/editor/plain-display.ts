import { nextBoundary, displayWidth } from '../../base/text/width.js';
import {
  windowSize,
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
  type ShownList,
  sentDraft,
} from './screen.js';
import { drawnText } from './layout.js';

/** A prompt and its draft on the last line of a terminal. */
type PlainLine = Pick<ScreenState, 'prompt' | 'text' | 'cursor'>;

const cells = (text: string): number => displayWidth(drawnText(text));
const backspaces = (text: string): string => '\b'.repeat(cells(text));

const fitsOnRow = ({ prompt, text }: PlainLine, columns: number): boolean =>
  !text.includes('\n') && displayWidth(prompt) + cells(text) < columns;

function commonLength(one: string, other: string): number {
  let end = 0;
  while (end < one.length) {
    const next = nextBoundary(one, end);
    if (next !== nextBoundary(other, end) || !other.startsWith(one.slice(end, next), end)) break;
    end = next;
  }
  return end;
}

/** Moves to the first difference, types the rest of the line, and steps back to the cursor. */
function retype(old: PlainLine, next: PlainLine): string {
  const common = Math.min(commonLength(old.text, next.text), next.text.length);
  const toCommon =
    old.cursor > common
      ? backspaces(old.text.slice(common, old.cursor))
      : drawnText(old.text.slice(old.cursor, common));
  if (old.text === next.text) {
    return next.cursor < old.cursor
      ? backspaces(old.text.slice(next.cursor, old.cursor))
      : drawnText(old.text.slice(old.cursor, next.cursor));
  }
  const left = Math.max(0, cells(old.text) - cells(next.text));
  const cleared = ' '.repeat(left) + '\b'.repeat(left);
  const rest = drawnText(next.text.slice(common));
  return toCommon + rest + cleared + backspaces(next.text.slice(next.cursor));
}

const writtenText = (text: string): string => drawnText(text).replaceAll('\n', '\r\n');

/** The complete line. The cursor stays at its end when the line is too long to step back in. */
function writeLine(line: PlainLine, columns: number): string {
  const after = fitsOnRow(line, columns) ? backspaces(line.text.slice(line.cursor)) : '';
  return line.prompt + writtenText(line.text) + after;
}

/**
 * Changes a line that fits its row by typing and stepping back. A longer line can only grow at
 * its end; after any other edit it is written again below.
 */
function editLine(old: PlainLine, next: PlainLine, columns: number): string {
  if (old.prompt === next.prompt && fitsOnRow(old, columns) && fitsOnRow(next, columns)) {
    return retype(old, next);
  }
  const samePrompt = old.prompt === next.prompt;
  if (samePrompt && old.text === next.text) return '';
  const wasAtEnd = old.cursor === old.text.length;
  if (samePrompt && wasAtEnd && next.text.startsWith(old.text)) {
    return writtenText(next.text.slice(old.text.length));
  }
  return `\r\n${writeLine(next, columns)}`;
}

/**
 * The display for screen readers: it only adds lines, without colour or spinner, and rewrites
 * nothing but the line being typed. A draft typed while a turn runs shows when the prompt returns.
 */
export class PlainDisplay implements Display {
  readonly #streams: DisplayStreams;
  #screen: ScreenState | undefined;
  #line: PlainLine | undefined;
  #status: string | undefined;
  #list: ShownList | undefined;
  #heldCount = 0;
  #isAtLineStart = true;
  #printedTo: PrintTarget = 'stdout';

  constructor(streams: DisplayStreams) {
    this.#streams = streams;
  }

  show(screen: ScreenState): void {
    this.#screen = screen;
    this.#announce(screen.status?.text);
    this.#printList(screen.list);
    if (screen.isBusy) return;
    this.#announceHeld(screen.held);
    const { columns } = windowSize(this.#streams.output);
    if (this.#line) this.#write(editLine(this.#line, screen, columns));
    else this.#write(this.#fresh() + writeLine(screen, columns));
    this.#line = screen;
    this.#isAtLineStart = false;
  }

  print(text: string, to: PrintTarget): void {
    const { stdout, output } = this.#streams;
    const isOther = !this.#isAtLineStart && to !== this.#printedTo;
    const start = this.#line || isOther ? '\r\n' : '';
    this.#line = undefined;
    this.#printedTo = to;
    (to === 'stdout' ? stdout : output).write(start + text);
    this.#isAtLineStart = text.endsWith('\n');
    if (this.#isAtLineStart && this.#screen && !this.#screen.isBusy) this.show(this.#screen);
  }

  note(text: string): void {
    this.#write(this.#fresh() + text);
    this.#line = undefined;
    this.#isAtLineStart = true;
  }

  noteSent(prompt: string, text: string): void {
    this.note(sentDraft(prompt, text));
  }

  /** The draft is on the screen already, except for keys that arrived in one chunk with Enter. */
  record(prompt: string, text: string): void {
    if (!this.#line) {
      this.noteSent(prompt, text);
      return;
    }
    const { columns } = windowSize(this.#streams.output);
    this.#write(editLine(this.#line, { prompt, text, cursor: text.length }, columns));
    this.hide();
  }

  hide(): void {
    this.#write(this.#fresh());
    this.#line = undefined;
  }

  clear(): void {
    this.hide();
    if (this.#screen) this.show(this.#screen);
  }

  resize(): void {
    // The terminal itself wraps the lines that it shows.
  }

  answer(): void {
    // Nothing is asked.
  }

  /** Prints a status once, when it begins. */
  #announce(status: string | undefined): void {
    if (status !== undefined && status !== this.#status && this.#isAtLineStart) {
      this.#write(`${status}\r\n`);
    }
    this.#status = status;
  }

  #printList(list: ShownList | undefined): void {
    if (list && list !== this.#list) this.note(`${list.lines.join('\n')}\n`);
    this.#list = list;
  }

  /** Prints the held messages when there are more than before. */
  #announceHeld(held: readonly string[]): void {
    if (held.length > this.#heldCount) {
      this.hide();
      for (const text of held) this.#write(`held: ${drawnText(text).replaceAll('\n', ' / ')}\r\n`);
    }
    this.#heldCount = held.length;
  }

  #fresh(): string {
    const start = this.#isAtLineStart ? '' : '\r\n';
    this.#isAtLineStart = true;
    return start;
  }

  #write(text: string): void {
    if (text !== '') this.#streams.output.write(text);
  }
}

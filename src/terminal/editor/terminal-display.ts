import { displayWidth, ESCAPE_SEQUENCE } from '../../text/width.js';
import {
  windowSize,
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
} from './display.js';
import { CLEAR_BELOW, CLEAR_SCREEN, erase, paint, repaint, up } from './paint.js';
import {
  extendOpenLine,
  leaveOpenLine,
  NO_OPEN_LINE,
  reflowOpenLine,
  resumeOpenLine,
  type OpenLine,
} from './open-line.js';
import { sentDraft, viewOf, type Area } from './view.js';

/** Whether the last line of a text is an empty one, where `before` stands before the text. */
function endsInBlankLine(text: string, before = ''): boolean {
  if (!text.endsWith('\n')) return false;
  const lines = text.slice(0, -1);
  const start = lines.lastIndexOf('\n') + 1;
  const line = (start === 0 ? before : '') + lines.slice(start);
  return line.replace(ESCAPE_SEQUENCE, '').trim() === '';
}

/**
 * Draws the bottom area on a terminal, each change in one write.
 *
 * While the area is shown, the terminal's cursor is in it; while it is hidden, the cursor is
 * where printed text ended.
 */
export class TerminalDisplay implements Display {
  readonly #streams: DisplayStreams;
  readonly #styleNotice: (text: string) => string;
  #screen: ScreenState | undefined;
  #area: (Area & { top: number }) | undefined;
  #openLine: OpenLine = NO_OPEN_LINE;
  #openLineTarget: PrintTarget = 'stdout';
  /** Whether the last printed line is empty, as what is above the first one counts. */
  #isBlankAbove: boolean;
  #pending = '';

  constructor(
    streams: DisplayStreams,
    styleNotice: (text: string) => string,
    hasTextAbove = false,
  ) {
    this.#streams = streams;
    this.#styleNotice = styleNotice;
    this.#isBlankAbove = !hasTextAbove;
  }

  show(screen: ScreenState): void {
    this.#screen = screen;
    const old = this.#area;
    const next = this.#view(screen);
    this.#area = next;
    this.#write(old ? repaint(old, next) : leaveOpenLine(this.#openLine) + paint(next));
  }

  print(text: string, to: PrintTarget): void {
    const { stdout, output } = this.#streams;
    if (text === '') return;
    if (to === 'stdout' && !stdout.isTTY) {
      stdout.write(text);
      return;
    }
    // A notice in the middle of a reply's line goes on a line of its own.
    const line = (this.#openLine.line !== '' && to !== this.#openLineTarget ? '\n' : '') + text;
    this.#openLineTarget = to;
    const frame =
      this.#area && this.#screen ? this.#printAbove(this.#area, line, this.#screen) : line;
    if (!this.#area) this.#extendOpenLine(line);
    (to === 'stdout' ? stdout : output).write(this.#pending + frame);
    this.#pending = '';
  }

  note(text: string): void {
    this.#pending += this.#erased() + text;
    this.#isBlankAbove = endsInBlankLine(text);
  }

  record(prompt: string, text: string): void {
    this.noteSent(prompt, text);
  }

  noteSent(prompt: string, text: string): void {
    this.note((this.#isBlankAbove ? '' : '\n') + sentDraft(prompt, text));
  }

  hide(): void {
    this.#write(this.#area ? this.#erased() : '');
  }

  clear(): void {
    this.#area = undefined;
    this.#openLine = NO_OPEN_LINE;
    this.#isBlankAbove = true;
    this.#pending += CLEAR_SCREEN;
    if (this.#screen) this.show(this.#screen);
  }

  /**
   * The terminal has wrapped the rows above the cursor again. Only some terminals also wrap the
   * cursor's own row. It counts as one row, because leaving a part of the prompt on the screen is
   * better than erasing printed text.
   */
  resize(): void {
    this.#openLine = reflowOpenLine(this.#openLine, this.#columns);
    if (!this.#area || !this.#screen) return;
    const above = this.#area.rows.slice(0, this.#area.row);
    const taken = above.map((row) => Math.max(1, Math.ceil(displayWidth(row) / this.#columns)));
    const distance = taken.reduce((sum, rows) => sum + rows, 0);
    this.#area = this.#view(this.#screen);
    this.#write(`\r${up(distance)}${CLEAR_BELOW}${paint(this.#area)}`);
  }

  get #columns(): number {
    return windowSize(this.#streams.output).columns;
  }

  #view(screen: ScreenState): Area & { top: number } {
    const size = windowSize(this.#streams.output);
    const { top = 0 } = this.#area ?? {};
    const hasTextAbove = !this.#isBlankAbove;
    return viewOf(screen, { size, styleNotice: this.#styleNotice, hasTextAbove, top });
  }

  #printAbove(area: Area, text: string, screen: ScreenState): string {
    const start = erase(area) + resumeOpenLine(this.#openLine, this.#columns);
    this.#extendOpenLine(text);
    this.#area = this.#view(screen);
    return start + text + leaveOpenLine(this.#openLine) + paint(this.#area);
  }

  #extendOpenLine(text: string): void {
    this.#isBlankAbove = endsInBlankLine(text, this.#openLine.line);
    this.#openLine = extendOpenLine(this.#openLine, text, this.#columns);
  }

  /** Also ends the open line, so that the next text starts on a new row. */
  #erased(): string {
    const sequence = this.#area ? erase(this.#area) : leaveOpenLine(this.#openLine);
    this.#area = undefined;
    this.#openLine = NO_OPEN_LINE;
    return sequence;
  }

  #write(text: string): void {
    const sequence = this.#pending + text;
    this.#pending = '';
    if (sequence !== '') this.#streams.output.write(sequence);
  }
}

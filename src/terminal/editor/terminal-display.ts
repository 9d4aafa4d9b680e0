import {
  windowSize,
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
  type WindowSize,
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
import { ASK_TERMINAL, reflowOf, rowsAbove, type Reflow } from './reflow.js';
import type { Timers } from './status.js';
import { sentDraft, viewOf, type Area } from './view.js';

/** How long a resized area waits for the terminal's answer. */
const ANSWER_TIMEOUT_MS = 150;

export interface TerminalDisplayOptions extends DisplayStreams {
  styleNotice: (text: string) => string;
  timers: Pick<Timers, 'after'>;
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
  readonly #timers: Pick<Timers, 'after'>;
  #screen: ScreenState | undefined;
  #area: (Area & { top: number }) | undefined;
  #openLine: OpenLine = NO_OPEN_LINE;
  #openLineTarget: PrintTarget = 'stdout';
  #pending = '';
  /** Of the window when the area was drawn. */
  #size: WindowSize;
  /** Undefined until the terminal has told which one it is. */
  #reflow: Reflow | undefined;
  #isAsked = false;
  #stopWaiting: () => void = () => undefined;

  constructor({ styleNotice, timers, ...streams }: TerminalDisplayOptions) {
    this.#streams = streams;
    this.#styleNotice = styleNotice;
    this.#timers = timers;
    this.#size = windowSize(streams.output);
  }

  show(screen: ScreenState): void {
    this.#settle();
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
    this.#settle();
    // A notice in the middle of a reply's line goes on a line of its own.
    const line = (this.#openLine.line !== '' && to !== this.#openLineTarget ? '\n' : '') + text;
    this.#openLineTarget = to;
    const frame =
      this.#area && this.#screen ? this.#printAbove(this.#area, line, this.#screen) : line;
    if (!this.#area) this.#extendOpenLine(line);
    (to === 'stdout' ? stdout : output).write(frame);
  }

  note(text: string): void {
    this.#settle();
    this.#pending += this.#erased() + text;
  }

  record(prompt: string, text: string): void {
    this.note(sentDraft(prompt, text));
  }

  hide(): void {
    this.#settle();
    this.#write(this.#area ? this.#erased() : '');
  }

  clear(): void {
    this.#isAsked = false;
    this.#area = undefined;
    this.#openLine = NO_OPEN_LINE;
    this.#pending += CLEAR_SCREEN;
    if (this.#screen) this.show(this.#screen);
  }

  /**
   * Draws the area again where the terminal has moved it. Which one it is decides where that is,
   * so it is asked at the first resize. Whatever is shown before the answer does not wait for it.
   */
  resize(): void {
    this.#openLine = reflowOpenLine(this.#openLine, this.#columns);
    if (!this.#area) return;
    if (this.#reflow) this.#redraw(this.#reflow);
    else if (!this.#isAsked) this.#ask();
  }

  answer(text: string): void {
    const reflow = reflowOf(text);
    if (!reflow) return;
    this.#reflow = reflow;
    this.#settle(reflow);
  }

  #ask(): void {
    this.#write(ASK_TERMINAL);
    this.#isAsked = true;
    this.#stopWaiting = this.#timers.after(ANSWER_TIMEOUT_MS, () => {
      this.#reflow = 'not_cursor_line';
      this.#settle();
    });
  }

  /** Draws what waits for the terminal's answer. */
  #settle(reflow: Reflow = 'not_cursor_line'): void {
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#stopWaiting();
    this.#redraw(reflow);
  }

  #redraw(reflow: Reflow): void {
    if (!this.#area || !this.#screen) return;
    const now = windowSize(this.#streams.output);
    const above = rowsAbove({ area: this.#area, before: this.#size, now, reflow });
    this.#area = this.#view(this.#screen);
    this.#write(`\r${up(above)}${CLEAR_BELOW}${paint(this.#area)}`);
  }

  get #columns(): number {
    return windowSize(this.#streams.output).columns;
  }

  #view(screen: ScreenState): Area & { top: number } {
    this.#size = windowSize(this.#streams.output);
    const size = this.#size;
    return viewOf(screen, { size, styleNotice: this.#styleNotice, top: this.#area?.top ?? 0 });
  }

  #printAbove(area: Area, text: string, screen: ScreenState): string {
    const start = erase(area) + resumeOpenLine(this.#openLine, this.#columns);
    this.#extendOpenLine(text);
    this.#area = this.#view(screen);
    return start + text + leaveOpenLine(this.#openLine) + paint(this.#area);
  }

  #extendOpenLine(text: string): void {
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

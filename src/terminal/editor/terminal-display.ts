import { ESCAPE_SEQUENCE } from '../../base/text/width.js';
import {
  windowSize,
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
  type WindowSize,
  sentDraft,
  viewOf,
  type Area,
} from './screen.js';
import {
  CLEAR_BELOW,
  CLEAR_SCREEN,
  erase,
  paint,
  repaint,
  up,
  ASK_TERMINAL,
  reflowOf,
  rowsAbove,
  type Reflow,
} from './paint.js';
import {
  extendOpenLine,
  leaveOpenLine,
  NO_OPEN_LINE,
  reflowOpenLine,
  resumeOpenLine,
  type OpenLine,
} from './open-line.js';
import type { Timers } from './status.js';

/** How long a resized area waits for the terminal's answer. */
const ANSWER_TIMEOUT_MS = 150;

/**
 * How long printing waits after a change of the window: while it is dragged, many follow, and tmux tells
 * of each up to 250 ms after it has wrapped the text again.
 */
const QUIET_MS = 300;

/** Whether the last line of a text is an empty one, where `before` stands before the text. */
function endsInBlankLine(text: string, before = ''): boolean {
  if (!text.endsWith('\n')) return false;
  const lines = text.slice(0, -1);
  const start = lines.lastIndexOf('\n') + 1;
  const line = (start === 0 ? before : '') + lines.slice(start);
  return line.replace(ESCAPE_SEQUENCE, '').trim() === '';
}

export interface TerminalDisplayOptions extends DisplayStreams {
  styleNotice: (text: string) => string;
  timers: Pick<Timers, 'after'>;
  /** Whether there is text above when it opens. */
  hasTextAbove?: boolean | undefined;
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
  /** Whether the last printed line is empty, as what is above the first one counts. */
  #isBlankAbove: boolean;
  #pending = '';
  /** The size of the window when the area was drawn. */
  #size: WindowSize;
  /** Undefined until the terminal has answered. */
  #reflow: Reflow | undefined;
  #isAsked = false;
  #stopWaiting: () => void = () => undefined;
  /** Stops the wait for the end of a resize; undefined while the window does not change. */
  #endQuiet: (() => void) | undefined;
  #delayed: { text: string; to: PrintTarget }[] = [];

  constructor({ styleNotice, timers, hasTextAbove = false, ...streams }: TerminalDisplayOptions) {
    this.#streams = streams;
    this.#styleNotice = styleNotice;
    this.#timers = timers;
    this.#isBlankAbove = !hasTextAbove;
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
    if (this.#endQuiet && this.#area) {
      this.#delayed.push({ text, to });
      return;
    }
    this.#settle();
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
    this.#printDelayed();
    this.#settle();
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
    this.#printDelayed();
    this.#settle();
    this.#write(this.#area ? this.#erased() : '');
  }

  clear(): void {
    this.#printDelayed();
    this.#isAsked = false;
    this.#area = undefined;
    this.#openLine = NO_OPEN_LINE;
    this.#isBlankAbove = true;
    this.#pending += CLEAR_SCREEN;
    if (this.#screen) this.show(this.#screen);
  }

  /**
   * Draws the area again where the terminal has moved it. Which one it is decides where that is,
   * so it is asked at the first resize. Whatever is shown before the answer does not wait for it.
   * Printing waits, since it would continue a line that the terminal may have wrapped again meanwhile.
   */
  resize(): void {
    this.#endQuiet?.();
    this.#endQuiet = this.#timers.after(QUIET_MS, () => this.#printDelayed());
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

  #printDelayed(): void {
    this.#endQuiet?.();
    this.#endQuiet = undefined;
    const delayed = this.#delayed;
    this.#delayed = [];
    for (const { text, to } of delayed) this.print(text, to);
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
    const { top = 0 } = this.#area ?? {};
    const shown = { size: this.#size, styleNotice: this.#styleNotice, top };
    return viewOf(screen, { ...shown, hasTextAbove: !this.#isBlankAbove });
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

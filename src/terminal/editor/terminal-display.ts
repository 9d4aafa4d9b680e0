import { ESCAPE_SEQUENCE } from '../../base/text/width.js';
import { OpenLine } from './open-line.js';
import {
  CLEAR_BELOW,
  CLEAR_SCREEN,
  erase,
  paint,
  type Reflow,
  ReflowQuestion,
  repaint,
  rowsAbove,
  up,
} from './paint.js';
import {
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
  sentDraft,
  type View,
  viewOf,
  windowSize,
  type WindowSize,
} from './screen.js';
import type { Timers } from './status.js';

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
  readonly #options: TerminalDisplayOptions;
  #screen: ScreenState | undefined;
  #area: View | undefined;
  readonly #openLine: OpenLine;
  #openLineTarget: PrintTarget = 'stdout';
  /** Whether the last printed line is empty, as what is above the first one counts. */
  #isBlankAbove: boolean;
  #pending = '';
  /** The size of the window when the area was drawn. */
  #size: WindowSize;
  readonly #question: ReflowQuestion;
  /** Stops the wait for the end of a resize; undefined while the window does not change. */
  #endQuiet: (() => void) | undefined;
  #delayed: { text: string; to: PrintTarget }[] = [];

  constructor(options: TerminalDisplayOptions) {
    this.#options = options;
    this.#isBlankAbove = !options.hasTextAbove;
    this.#size = this.#window;
    this.#question = new ReflowQuestion(
      options.timers,
      (text) => this.#write(text),
      (reflow) => this.#redraw(reflow),
    );
    this.#openLine = new OpenLine(() => this.#window.columns);
  }

  show(screen: ScreenState): void {
    this.#question.settle();
    this.#screen = screen;
    const old = this.#area;
    this.#area = this.#view(screen);
    this.#write(old ? repaint(old, this.#area) : this.#openLine.leave() + paint(this.#area));
  }

  print(text: string, to: PrintTarget): void {
    const { stdout, output } = this.#options;
    if (this.#endQuiet && this.#area) {
      this.#delayed.push({ text, to });
      return;
    }
    this.#question.settle();
    // A notice in the middle of a reply's line goes on a line of its own.
    const line = (this.#openLine.text !== '' && to !== this.#openLineTarget ? '\n' : '') + text;
    this.#openLineTarget = to;
    const start = this.#area ? erase(this.#area) + this.#openLine.resume() : '';
    this.#isBlankAbove = endsInBlankLine(line, this.#openLine.text);
    this.#openLine.add(line);
    const end = this.#area ? this.#openLine.leave() + this.#painted() : '';
    (to === 'stdout' ? stdout : output).write(this.#pending + start + line + end);
    this.#pending = '';
  }

  note(text: string): void {
    this.#catchUp();
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
    this.#catchUp();
    this.#write(this.#area ? this.#erased() : '');
  }

  clear(): void {
    this.#printDelayed();
    this.#question.drop();
    this.#area = undefined;
    this.#openLine.clear();
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
    this.#endQuiet = this.#options.timers.after(QUIET_MS, () => this.#printDelayed());
    this.#openLine.reflow();
    if (this.#area) this.#question.ask();
  }

  answer(text: string): void {
    this.#question.answer(text);
  }

  #catchUp(): void {
    this.#printDelayed();
    this.#question.settle();
  }

  #printDelayed(): void {
    this.#endQuiet?.();
    this.#endQuiet = undefined;
    const delayed = this.#delayed;
    this.#delayed = [];
    for (const { text, to } of delayed) this.print(text, to);
  }

  /** Draws the area again in a window that has changed. */
  #redraw(reflow: Reflow): void {
    if (!this.#area) return;
    const sizes = { before: this.#size, now: this.#window };
    const above = rowsAbove({ area: this.#area, ...sizes, reflow });
    this.#write(`\r${up(above)}${CLEAR_BELOW}${this.#painted()}`);
  }

  get #window(): WindowSize {
    return windowSize(this.#options.output);
  }

  #painted(): string {
    if (!this.#screen) return '';
    this.#area = this.#view(this.#screen);
    return paint(this.#area);
  }

  #view(screen: ScreenState): View {
    this.#size = this.#window;
    const { top = 0 } = this.#area ?? {};
    const { styleNotice } = this.#options;
    const hasTextAbove = !this.#isBlankAbove;
    return viewOf(screen, { size: this.#size, styleNotice, top, hasTextAbove });
  }

  /** Also ends the open line, so that the next text starts on a new row. */
  #erased(): string {
    const sequence = this.#area ? erase(this.#area) : this.#openLine.leave();
    this.#area = undefined;
    this.#openLine.clear();
    return sequence;
  }

  #write(text: string): void {
    const sequence = this.#pending + text;
    this.#pending = '';
    if (sequence !== '') this.#options.output.write(sequence);
  }
}

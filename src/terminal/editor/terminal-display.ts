import { CLEAR_BELOW, CLEAR_SCREEN, up } from './ansi.js';
import { displayWidth } from '../../text/width.js';
import {
  windowSize,
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
} from './display.js';
import { erase, paint, repaint } from './paint.js';
import {
  extendOpenLine,
  leaveOpenLine,
  NO_OPEN_LINE,
  reflowOpenLine,
  resumeOpenLine,
  type OpenLine,
} from './open-line.js';
import { sentDraft, viewOf, type Area } from './view.js';

/**
 * Draws the bottom area on a terminal, each change in one write.
 *
 * While the area is shown, the terminal's cursor is in it; while it is hidden, the cursor is
 * where printed text ended.
 */
export class TerminalDisplay implements Display {
  readonly #streams: DisplayStreams;
  readonly #styleNotice: (text: string) => string;
  #scene: ScreenState | undefined;
  #area: (Area & { top: number }) | undefined;
  #tail: OpenLine = NO_OPEN_LINE;
  #tailOf: PrintTarget = 'stdout';
  #pending = '';

  constructor(streams: DisplayStreams, styleNotice: (text: string) => string) {
    this.#streams = streams;
    this.#styleNotice = styleNotice;
  }

  show(scene: ScreenState): void {
    this.#scene = scene;
    const old = this.#area;
    const next = this.#view(scene);
    this.#area = next;
    this.#write(old ? repaint(old, next) : leaveOpenLine(this.#tail) + paint(next));
  }

  print(text: string, to: PrintTarget): void {
    const { stdout, output } = this.#streams;
    if (text === '') return;
    if (to === 'stdout' && !stdout.isTTY) {
      stdout.write(text);
      return;
    }
    // A notice in the middle of a reply's line gets a line of its own.
    const line = (this.#tail.line !== '' && to !== this.#tailOf ? '\n' : '') + text;
    this.#tailOf = to;
    const frame =
      this.#area && this.#scene ? this.#printAbove(this.#area, line, this.#scene) : line;
    if (!this.#area) this.#extendTail(line);
    (to === 'stdout' ? stdout : output).write(frame);
  }

  note(text: string): void {
    this.#pending += this.#erased() + text;
  }

  record(prompt: string, text: string): void {
    this.note(sentDraft(prompt, text));
  }

  hide(): void {
    this.#write(this.#area ? this.#erased() : '');
  }

  clear(): void {
    this.#area = undefined;
    this.#tail = NO_OPEN_LINE;
    this.#pending += CLEAR_SCREEN;
    if (this.#scene) this.show(this.#scene);
  }

  /**
   * The terminal has wrapped anew the rows above the cursor's. The cursor's own row is left alone
   * by some terminals (xterm.js) and wrapped by others: it counts as one, for a remnant of the
   * prompt is better than printed text erased.
   */
  resize(): void {
    this.#tail = reflowOpenLine(this.#tail, this.#columns);
    if (!this.#area || !this.#scene) return;
    const above = this.#area.rows.slice(0, this.#area.row);
    const taken = above.map((row) => Math.max(1, Math.ceil(displayWidth(row) / this.#columns)));
    const distance = taken.reduce((sum, rows) => sum + rows, 0);
    this.#area = this.#view(this.#scene);
    this.#write(`\r${up(distance)}${CLEAR_BELOW}${paint(this.#area)}`);
  }

  get #columns(): number {
    return windowSize(this.#streams.output).columns;
  }

  #view(scene: ScreenState): Area & { top: number } {
    const size = windowSize(this.#streams.output);
    return viewOf(scene, { size, styleNotice: this.#styleNotice, top: this.#area?.top ?? 0 });
  }

  #printAbove(area: Area, text: string, scene: ScreenState): string {
    const start = erase(area) + resumeOpenLine(this.#tail, this.#columns);
    this.#extendTail(text);
    this.#area = this.#view(scene);
    return start + text + leaveOpenLine(this.#tail) + paint(this.#area);
  }

  #extendTail(text: string): void {
    this.#tail = extendOpenLine(this.#tail, text, this.#columns);
  }

  /** Ends the unfinished line, too: what comes next starts on a row of its own. */
  #erased(): string {
    const sequence = this.#area ? erase(this.#area) : leaveOpenLine(this.#tail);
    this.#area = undefined;
    this.#tail = NO_OPEN_LINE;
    return sequence;
  }

  #write(text: string): void {
    const sequence = this.#pending + text;
    this.#pending = '';
    if (sequence !== '') this.#streams.output.write(sequence);
  }
}

import {
  windowSize,
  type Display,
  type DisplayStreams,
  type PrintTarget,
  type ScreenState,
} from './display.js';
import { editLine, writeLine, type PlainLine } from './plain-line.js';
import { sentDraft } from './view.js';

/**
 * The display for screen readers: it only adds lines, without colour or spinner, and rewrites
 * nothing but the line being typed. A draft typed while a turn runs shows when the prompt returns.
 */
export class PlainDisplay implements Display {
  readonly #streams: DisplayStreams;
  #screen: ScreenState | undefined;
  #line: PlainLine | undefined;
  #status: string | undefined;
  #isAtLineStart = true;
  #printedTo: PrintTarget = 'stdout';

  constructor(streams: DisplayStreams) {
    this.#streams = streams;
  }

  show(screen: ScreenState): void {
    this.#screen = screen;
    this.#announce(screen.status?.text);
    if (screen.isBusy) return;
    const line = { prompt: screen.prompt, text: screen.text, cursor: screen.cursor };
    const { columns } = windowSize(this.#streams.output);
    if (this.#line) this.#write(editLine(this.#line, line, columns));
    else this.#write(this.#fresh() + writeLine(line, columns));
    this.#line = line;
    this.#isAtLineStart = false;
  }

  print(text: string, to: PrintTarget): void {
    const { stdout, output } = this.#streams;
    if (text === '') return;
    if (to === 'stdout' && !stdout.isTTY) {
      stdout.write(text);
      return;
    }
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

  /** The draft is on the screen already, except for keys that arrived in one chunk with Enter. */
  record(prompt: string, text: string): void {
    if (!this.#line) {
      this.note(sentDraft(prompt, text));
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

  /** Prints a status once, when it begins. */
  #announce(status: string | undefined): void {
    if (status !== undefined && status !== this.#status && this.#isAtLineStart) {
      this.#write(`${status}\r\n`);
    }
    this.#status = status;
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

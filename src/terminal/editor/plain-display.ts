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
 * The bottom of the terminal for screen readers: lines are only ever added, without colour or
 * spinner, and nothing is drawn again but the line being typed. While a turn runs, what is typed
 * is kept and shown when the prompt comes back.
 */
export class PlainDisplay implements Display {
  readonly #streams: DisplayStreams;
  #scene: ScreenState | undefined;
  #line: PlainLine | undefined;
  #status: string | undefined;
  #isAtLineStart = true;
  #printedTo: PrintTarget = 'stdout';

  constructor(streams: DisplayStreams) {
    this.#streams = streams;
  }

  show(scene: ScreenState): void {
    this.#scene = scene;
    this.#announce(scene.status?.text);
    if (scene.isBusy) return;
    const line = { prompt: scene.prompt, text: scene.text, cursor: scene.cursor };
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
    if (this.#isAtLineStart && this.#scene && !this.#scene.isBusy) this.show(this.#scene);
  }

  note(text: string): void {
    this.#write(this.#fresh() + text);
    this.#line = undefined;
    this.#isAtLineStart = true;
  }

  /** A draft that was typed is on the screen already, but for what came with its Enter. */
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
    if (this.#scene) this.show(this.#scene);
  }

  resize(): void {
    // Lines that stand are left to the terminal.
  }

  /** Says a status once, when it begins. */
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

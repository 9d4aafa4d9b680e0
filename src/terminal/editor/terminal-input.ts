import { StringDecoder } from 'node:string_decoder';
import type { Input, Output } from '../../process/context.js';
import { PasteGuard } from './paste-guard.js';
import { KeyDecoder } from './key-decoder.js';
import type { Timers } from './status.js';
import type { KeyEvent } from './tokens.js';

const PASTE_MARKS_ON = '\x1b[?2004h';
const PASTE_MARKS_OFF = '\x1b[?2004l';
const DRAWING_OFF = '\x1b[?7h\x1b[?25h\x1b[0m';

/**
 * An Escape key is followed by nothing for so long. Long enough for a sequence that a slow line
 * has cut: the mark of a paste taken for keys could send the paste line by line.
 */
const ESCAPE_TIMEOUT_MS = 500;
const PASTE_TIMEOUT_MS = 1000;
const CTRL_C = '\x03';

/** What an editor asks of its terminal besides raw mode. */
export interface TerminalModes {
  pasteMarks: boolean;
  /** False where lines are only ever added. */
  drawn: boolean;
}

/** What undoes all the editor does to a terminal but raw mode; for handlers of crashes. */
export function restoreSequence({ pasteMarks, drawn }: TerminalModes): string {
  return (pasteMarks ? PASTE_MARKS_OFF : '') + (drawn ? DRAWING_OFF : '');
}

export interface TerminalInputOptions {
  input: Input;
  output: Output;
  modes: TerminalModes;
  timers: Timers;
  monotonic: () => number;
  onKeys: (events: readonly KeyEvent[]) => void;
  onEnd: () => void;
}

/** The keyboard: holds the terminal in raw mode and makes key events of what it sends. */
export class TerminalInput {
  readonly #options: TerminalInputOptions;
  readonly #bytes = new StringDecoder('utf8');
  readonly #keys = new KeyDecoder();
  readonly #guard = new PasteGuard();
  #isHeld = false;
  #stopWaiting: () => void = () => undefined;

  constructor(options: TerminalInputOptions) {
    this.#options = options;
  }

  hold(): void {
    const { input, output, modes } = this.#options;
    if (this.#isHeld) return;
    this.#isHeld = true;
    input.setRawMode?.(true);
    if (modes.pasteMarks) output.write(PASTE_MARKS_ON);
    input.on('data', this.#receive);
    input.on('end', this.#end);
    input.on('error', this.#end);
    input.resume();
  }

  release(): void {
    const { input, output, modes } = this.#options;
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#stopWaiting();
    input.off('data', this.#receive);
    input.off('end', this.#end);
    input.off('error', this.#end);
    input.pause();
    input.setRawMode?.(false);
    const restore = restoreSequence(modes);
    if (restore !== '') output.write(restore);
  }

  /** A terminal that is closed tells it as an error or as the end. */
  readonly #end = (): void => this.#options.onEnd();

  readonly #receive = (chunk: Buffer | string): void => {
    this.#stopWaiting();
    const text = typeof chunk === 'string' ? chunk : this.#bytes.write(chunk);
    // The way out of a paste whose end mark got lost.
    const isRescue = this.#keys.isPasting && text === CTRL_C;
    this.#pass(
      isRescue ? [...this.#keys.endPaste(), ...this.#keys.push(text)] : this.#keys.push(text),
    );
    if (this.#isHeld) this.#wait();
  };

  #wait(): void {
    if (!this.#keys.isWaiting) return;
    const pause = this.#keys.isPasting ? PASTE_TIMEOUT_MS : ESCAPE_TIMEOUT_MS;
    this.#stopWaiting = this.#options.timers.after(pause, () => this.#pass(this.#keys.flush()));
  }

  #pass(events: KeyEvent[]): void {
    const joined = this.#guard.join(events, this.#options.monotonic());
    if (joined.length > 0) this.#options.onKeys(joined);
  }
}

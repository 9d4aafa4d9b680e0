import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../base/time.js';
import type { Input, Output } from '../../process/context.js';
import { KeyDecoder } from './key-decoder.js';
import type { KeyEvent } from './keys.js';
import { PasteGuard } from './pastes.js';
import type { Timers } from './status.js';

const PASTE_MARKS_ON = '\x1b[?2004h';
const PASTE_MARKS_OFF = '\x1b[?2004l';
const FOCUS_REPORTS_ON = '\x1b[?1004h';
const FOCUS_REPORTS_OFF = '\x1b[?1004l';
const DRAWING_OFF = '\x1b[?7h\x1b[?25h\x1b[0m';

/**
 * Long, because on a slow connection the start mark of a paste may be cut: read as keys, it would
 * send the paste line by line.
 */
const ESCAPE_TIMEOUT_MS = 500;
const PASTE_TIMEOUT_MS = 1000;
const CTRL_C = '\x03';

/** The terminal modes that an editor uses besides raw mode. */
export interface TerminalModes {
  /** Whether the terminal marks pastes; false where no escape sequence may be written. */
  pasteMarks: boolean;
  /** Whether the terminal tells that its window gets or loses the focus. */
  focusReports: boolean;
  /** False for a screen reader: lines are only added, without colour and spinner. */
  drawn: boolean;
}

/** Resets every mode except raw mode; exit handlers write it after a crash. */
export function restoreSequence({ pasteMarks, focusReports, drawn }: TerminalModes): string {
  return [
    pasteMarks ? PASTE_MARKS_OFF : '',
    focusReports ? FOCUS_REPORTS_OFF : '',
    drawn ? DRAWING_OFF : '',
  ].join('');
}

export interface TerminalInputOptions {
  input: Input;
  output: Output;
  modes: TerminalModes;
  timers: Timers;
  clock: Pick<Clock, 'monotonic'>;
  /** A lone ESC counts as the Escape key after this time. */
  escapeTimeoutMs?: number;
  onKeys: (events: readonly KeyEvent[]) => void;
  onEnd: () => void;
}

/** The keyboard: holds the terminal in raw mode and turns its input into key events. */
export class TerminalInput {
  readonly #options: TerminalInputOptions;
  readonly #bytes = new StringDecoder('utf8');
  readonly #keys = new KeyDecoder();
  readonly #guard = new PasteGuard();
  #isHeld = false;
  #hasFocus: boolean | undefined;
  #stopWaiting: () => void = () => undefined;

  constructor(options: TerminalInputOptions) {
    this.#options = options;
  }

  /** Undefined until the terminal has reported it. */
  get hasFocus(): boolean | undefined {
    return this.#hasFocus;
  }

  hold(): void {
    const { input, output, modes } = this.#options;
    if (this.#isHeld) return;
    this.#isHeld = true;
    input.setRawMode?.(true);
    if (modes.pasteMarks) output.write(PASTE_MARKS_ON);
    if (modes.focusReports) output.write(FOCUS_REPORTS_ON);
    input.on('data', this.#receive);
    input.on('end', this.#end);
    input.on('error', this.#end);
    input.resume();
  }

  release(): void {
    const { input, output, modes } = this.#options;
    if (!this.#isHeld) return;
    this.#isHeld = false;
    // The terminal reports nothing from now on.
    this.#hasFocus = undefined;
    this.#stopWaiting();
    input.off('data', this.#receive);
    input.off('end', this.#end);
    input.off('error', this.#end);
    input.pause();
    input.setRawMode?.(false);
    const restore = restoreSequence(modes);
    if (restore !== '') output.write(restore);
  }

  /** A closed terminal shows up as an error or as the end of the input. */
  readonly #end = (): void => this.#options.onEnd();

  readonly #receive = (chunk: Buffer | string): void => {
    this.#stopWaiting();
    const text = typeof chunk === 'string' ? chunk : this.#bytes.write(chunk);
    // Ctrl-C is the way out of a paste that has lost its end mark.
    const isRescue = this.#keys.isPasting && text === CTRL_C;
    this.#pass(
      isRescue ? [...this.#keys.endPaste(), ...this.#keys.push(text)] : this.#keys.push(text),
    );
    if (this.#isHeld) this.#wait();
  };

  #wait(): void {
    if (!this.#keys.isWaiting) return;
    const { timers, escapeTimeoutMs = ESCAPE_TIMEOUT_MS } = this.#options;
    const pause = this.#keys.isPasting ? PASTE_TIMEOUT_MS : escapeTimeoutMs;
    this.#stopWaiting = timers.after(pause, () => this.#pass(this.#keys.flush()));
  }

  #pass(events: KeyEvent[]): void {
    const keys = events.filter((event) => !this.#noteFocus(event));
    const joined = this.#guard.join(keys, this.#options.clock.monotonic());
    if (joined.length > 0) this.#options.onKeys(joined);
  }

  /** Whether the event is no key but a report, which may come at any time. */
  #noteFocus(event: KeyEvent): boolean {
    const isReport = event.type === 'key' && event.name.startsWith('focus-');
    if (isReport) this.#hasFocus = event.name === 'focus-in';
    return isReport;
  }
}

/** Counts the tasks that have the terminal; what is printed meanwhile waits until the last one ends. */
export class Suspension {
  #tasks = 0;
  #delayed: (() => void)[] = [];

  get isActive(): boolean {
    return this.#tasks > 0;
  }

  /** Runs a task that has the terminal; after the last one, what had to wait is printed, and `end` follows. */
  async during<T>(task: () => Promise<T>, end: () => void): Promise<T> {
    this.#tasks++;
    try {
      return await task();
    } finally {
      this.#tasks--;
      if (!this.isActive) {
        this.flush();
        end();
      }
    }
  }

  /** Prints now, or when no task has the terminal any more. */
  print(print: () => void): void {
    if (this.isActive) this.#delayed.push(print);
    else print();
  }

  /** Prints what had to wait. */
  flush(): void {
    for (const print of this.#delayed) print();
    this.#delayed = [];
  }
}

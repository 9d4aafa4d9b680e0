// Loaded with the first question that offers choices.
import type { Clock } from '../../base/time.js';
import {
  alignedCells,
  COLUMN_GAP,
  cutWithEllipsis,
  wordLines,
  displayWidth,
} from '../../base/text/width.js';
import type { Choice, ChooseQuestion } from '../../chat/ports.js';
import type { Input, Output } from '../../process/context.js';
import { stylesFor, type Styles } from '../styles.js';
import { windowSize, type ScreenState, type WindowSize, scrollTo } from './screen.js';
import { Draft } from './draft.js';
import { NEWLINE_KEYS } from './text-buffer.js';
import { realTimers, type Timers } from './status.js';
import { TerminalDisplay } from './terminal-display.js';
import { TerminalInput } from './terminal-input.js';
import type { KeyEvent } from './keys.js';

const PROMPT = '> ';
const MAX_CHOICES_SHOWN = 10;
const POINTER = '› ';
const KEY_HINTS = ['type to search · ↑↓ · Enter · Esc', '↑↓ · Enter · Esc'];

/** Short, because a person waits for it, and because there are no marks of pastes to be cut. */
const ESCAPE_TIMEOUT_MS = 100;

/** The keys that leave without a choice. */
const CANCEL_KEYS = new Set(['escape', 'ctrl+c', 'ctrl+g']);

export interface PickOptions {
  input: Input;
  output: Output;
  clock: Pick<Clock, 'monotonic'>;
  /** Ends the question from outside. */
  signal: AbortSignal;
  color: boolean;
  timers?: Timers;
}

/**
 * Asks with a list that typing narrows down. When it ends, it leaves nothing on the screen.
 * Undefined: the person left.
 */
export async function pick(
  question: ChooseQuestion,
  options: PickOptions,
): Promise<string | undefined> {
  const { signal } = options;
  signal.throwIfAborted();
  const picker = new Picker(question, options);
  const leave = (): void => picker.end(undefined);
  signal.addEventListener('abort', leave, { once: true });
  const value = await picker.chosen;
  signal.removeEventListener('abort', leave);
  signal.throwIfAborted();
  return value;
}

/** The choices with every word of the term in them. */
export function matchingChoices(choices: readonly Choice[], term: string): Choice[] {
  const words = term.toLowerCase().split(/\s+/);
  return choices.filter(({ cells }) => {
    const text = cells.join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

class Picker {
  readonly #question: ChooseQuestion;
  readonly #output: Output;
  readonly #styles: Styles;
  readonly #display: TerminalDisplay;
  readonly #input: TerminalInput;
  readonly #term = new Draft();
  #found: readonly Choice[];
  #active = 0;
  #top = 0;
  #resolve: ((value: string | undefined) => void) | undefined;
  readonly chosen = new Promise<string | undefined>((resolve) => (this.#resolve = resolve));

  constructor(
    question: ChooseQuestion,
    { input, output, clock, color, timers = realTimers }: PickOptions,
  ) {
    this.#question = question;
    this.#found = question.choices;
    this.#output = output;
    this.#styles = stylesFor({ color });
    const styleNotice = this.#styles.dim;
    this.#display = new TerminalDisplay({ output, stdout: output, timers, styleNotice });
    this.#input = new TerminalInput({
      ...{ input, output, timers, clock },
      modes: { pasteMarks: false, focusReports: false, drawn: true },
      escapeTimeoutMs: ESCAPE_TIMEOUT_MS,
      onKeys: (events) => this.#onKeys(events),
      onEnd: () => this.end(undefined),
    });
    this.#input.hold();
    output.on('resize', this.#resize);
    this.#show();
  }

  end(value: string | undefined): void {
    if (!this.#resolve) return;
    this.#resolve(value);
    this.#resolve = undefined;
    this.#output.off('resize', this.#resize);
    this.#display.hide();
    this.#input.release();
  }

  readonly #resize = (): void => this.#display.resize();

  #show(): void {
    const { text, cursor } = this.#term.buffer;
    const screen: ScreenState = {
      ...{ prompt: PROMPT, text, cursor, status: undefined, queued: [], held: [], isBusy: false },
      heading: (columns) => wordLines(this.#question.text, columns).map(this.#styles.bold),
      list: { rows: (room) => this.#rows(room), lines: [] },
    };
    this.#display.show(screen);
  }

  #onKeys(events: readonly KeyEvent[]): void {
    for (const event of events) {
      if (!this.#resolve) return;
      if (event.type === 'key') this.#press(event);
      else this.#search(() => this.#term.type(event.text.replace(/\s+/g, ' ')));
    }
    if (this.#resolve) this.#show();
  }

  #press({ name, raw }: KeyEvent & { type: 'key' }): void {
    const page = Math.max(1, Math.min(MAX_CHOICES_SHOWN, windowSize(this.#output).rows - 4));
    if (name === 'unknown') this.#display.answer(raw);
    else if (CANCEL_KEYS.has(name)) this.end(undefined);
    else if (name === 'ctrl+d' && this.#term.text === '') this.end(undefined);
    else if (name === 'enter' || NEWLINE_KEYS.has(name)) this.#choose();
    else if (name === 'up' || name === 'ctrl+p') this.#move(-1);
    else if (name === 'down' || name === 'ctrl+n' || name === 'tab') this.#move(1);
    else if (name === 'pageup') this.#move(-page);
    else if (name === 'pagedown') this.#move(page);
    else if (name === 'ctrl+l') this.#display.clear();
    else this.#search(() => this.#term.press(name));
  }

  #choose(): void {
    const chosen = this.#found[this.#active];
    if (chosen) this.end(chosen.value);
  }

  #move(by: number): void {
    const last = this.#found.length - 1;
    this.#active = Math.max(0, Math.min(last, this.#active + by));
  }

  /** Edits the search term; another term starts again from the first choice. */
  #search(edit: () => void): void {
    const before = this.#term.text;
    edit();
    if (this.#term.text === before) return;
    this.#found = matchingChoices(this.#question.choices, this.#term.text);
    this.#active = 0;
  }

  #rows({ columns, rows }: WindowSize): string[] {
    const footer = rows > 2 ? [this.#footer(columns)] : [];
    const height = Math.min(MAX_CHOICES_SHOWN, rows - footer.length);
    return [...this.#choiceRows(columns, height), ...footer];
  }

  #choiceRows(columns: number, height: number): string[] {
    const found = this.#found;
    if (found.length === 0) {
      return [cutWithEllipsis(`no ${this.#question.noun} matches`, columns)];
    }
    this.#top = scrollTo(this.#active, height, found.length, this.#top);
    const cells = alignedCells(
      found.map((choice) => choice.cells),
      Math.max(1, columns - POINTER.length),
    );
    return cells.slice(this.#top, this.#top + height).map((row, index) => {
      const line = row.join(COLUMN_GAP).trimEnd();
      const isActive = this.#top + index === this.#active;
      return isActive ? this.#styles.bold(`${POINTER}${line}`) : ' '.repeat(POINTER.length) + line;
    });
  }

  #footer(columns: number): string {
    const { length } = this.#found;
    const place = length > MAX_CHOICES_SHOWN ? ` · ${this.#active + 1} of ${length}` : '';
    const hints = KEY_HINTS.flatMap((hint) => [hint + place, hint]);
    const fitting = hints.find((hint) => displayWidth(hint) <= columns) ?? KEY_HINTS[1] ?? '';
    return this.#styles.dim(cutWithEllipsis(fitting, columns));
  }
}

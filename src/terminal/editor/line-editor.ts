import type { Clock } from '../../base/time.js';
import type { LineEditor, Typed } from '../../chat/ports.js';
import type { Input, Output } from '../../process/context.js';
import { stylesFor } from '../styles.js';
import { TabKey, type Complete } from './completion.js';
import { Composer } from './composer.js';
import { windowSize, type Display, type PrintTarget, type ScreenState } from './display.js';
import type { InputHistory } from './history.js';
import { InputQueue } from './input-queue.js';
import { keyCommands } from './key-commands.js';
import { PlainDisplay } from './plain-display.js';
import { realTimers, StatusTimer, type Timers } from './status.js';
import { TerminalDisplay } from './terminal-display.js';
import { TerminalInput } from './terminal-input.js';
import { EMPTY_BUFFER } from './text-buffer.js';
import type { KeyEvent } from './tokens.js';
import { wrapShape } from './view.js';

export interface LineEditorOptions {
  input: Input;
  /** The terminal that the prompt is drawn on: stderr. */
  output: Output;
  /** The stream for replies; when it is not a terminal, its text passes through unchanged. */
  stdout: Output;
  clock: Pick<Clock, 'monotonic'>;
  /** May contain colours. */
  prompt: string;
  /** By default, sent messages are remembered until the editor closes. */
  history?: InputHistory | undefined;
  complete?: Complete | undefined;
  /** Lines are only added: no colour, no spinner, nothing is drawn again. */
  screenReader?: boolean | undefined;
  /** Whether the status has a spinner. */
  animated?: boolean | undefined;
  /** Asks the terminal to mark pastes; false where no escape sequence may be written. */
  pasteMarks?: boolean | undefined;
  /** Asks the terminal whether its window has the focus. */
  focusReports?: boolean | undefined;
  /** Hides the typed text, for secrets. */
  hidden?: boolean | undefined;
  /** Whether notices are dim. */
  color?: boolean | undefined;
  /** Ctrl-X sends this command with the draft; it opens the draft in the person's editor. */
  editCommand?: string | undefined;
  /** Ctrl-Z: stops the process, and resolves when it continues. Without it the key does nothing. */
  stopProcess?: (() => Promise<void>) | undefined;
  timers?: Timers | undefined;
}

function memoryHistory(): InputHistory {
  const entries: string[] = [];
  return { entries: () => entries, add: (text) => void entries.push(text) };
}

/** Opens a line editor on a terminal: one paste is one message, and typing works at any time. */
export function openLineEditor(options: LineEditorOptions): LineEditor {
  return new TerminalLineEditor(options);
}

class TerminalLineEditor implements LineEditor {
  readonly #options: LineEditorOptions;
  readonly #display: Display;
  readonly #input: TerminalInput;
  readonly #composer: Composer;
  readonly #tab: TabKey;
  readonly #status: StatusTimer;
  readonly #queue = new InputQueue();
  readonly #interruptListeners = new Set<() => void>();
  readonly #commands: ReadonlyMap<string, () => void>;
  /** Text printed while another task has the terminal. */
  #held: [text: string, to: PrintTarget][] = [];
  #suspensions = 0;
  #isClosed = false;

  constructor(options: LineEditorOptions) {
    const { output, stdout, screenReader = false, color = false, history, complete } = options;
    const { animated = true, pasteMarks = true, focusReports = false } = options;
    const timers = options.timers ?? realTimers;
    const monotonic = (): number => options.clock.monotonic();
    this.#options = options;
    this.#display = screenReader
      ? new PlainDisplay({ output, stdout })
      : new TerminalDisplay({ output, stdout }, stylesFor({ color }).dim);
    this.#composer = new Composer(history ?? memoryHistory());
    this.#tab = new TabKey({
      complete: complete ?? (() => undefined),
      draft: this.#composer.draft,
      list: (lines) => this.#display.note(`${lines.join('\n')}\n`),
      onChange: () => this.#refresh(),
    });
    const onTick = (): void => this.#refresh();
    this.#status = new StatusTimer({ timers, monotonic, ticks: animated && !screenReader, onTick });
    this.#input = new TerminalInput({
      ...{ input: options.input, output, timers, monotonic },
      modes: { pasteMarks, focusReports, drawn: !screenReader },
      onKeys: (events) => this.#onKeys(events),
      onEnd: () => this.#queue.end(),
    });
    this.#commands = keyCommands({
      composer: this.#composer,
      queue: this.#queue,
      editCommand: options.editCommand,
      record: (text) => this.#display.record(options.prompt, options.hidden ? '' : text),
      interrupt: () => this.#interrupt(),
      completeWord: () => this.#tab.press(),
      clearScreen: () => this.#display.clear(),
      stopProcess: () => this.#stopProcess(),
    });
    this.#take();
  }

  read(): Promise<Typed> {
    const next = this.#queue.next();
    if (next?.type === 'text') this.#display.record(this.#options.prompt, next.text);
    const read = next ? Promise.resolve(next) : this.#queue.read();
    this.#refresh();
    return read;
  }

  restoreDraft(text: string): void {
    this.#composer.endSearch(true);
    this.#composer.draft.restore(text);
    this.#refresh();
  }

  onInterrupt(listener: () => void): () => void {
    this.#interruptListeners.add(listener);
    return () => void this.#interruptListeners.delete(listener);
  }

  print(text: string, to: PrintTarget = 'stdout'): void {
    if (this.#suspensions > 0) this.#held.push([text, to]);
    else this.#display.print(text, to);
  }

  setStatus(text: string | undefined): void {
    this.#status.set(text);
    this.#refresh();
  }

  hasFocus(): boolean | undefined {
    return this.#input.hasFocus;
  }

  clear(): void {
    this.#display.clear();
  }

  async suspend<T>(task: () => Promise<T>): Promise<T> {
    this.#suspensions++;
    this.#release();
    try {
      return await task();
    } finally {
      this.#suspensions--;
      if (this.#suspensions === 0) this.#printHeld();
      if (this.#isHeld) this.#take();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#status.set(undefined);
    if (this.#suspensions === 0 && !this.#options.hidden) this.#leaveUnsent();
    this.#release();
    this.#printHeld();
    this.#queue.end();
  }

  get #isHeld(): boolean {
    return this.#suspensions === 0 && !this.#isClosed;
  }

  #take(): void {
    this.#input.hold();
    this.#options.output.on('resize', this.#resize);
    this.#refresh();
  }

  #release(): void {
    this.#options.output.off('resize', this.#resize);
    this.#display.hide();
    this.#input.release();
  }

  #printHeld(): void {
    for (const [text, to] of this.#held) this.#display.print(text, to);
    this.#held = [];
  }

  /** Unsent text stays on the screen. */
  #leaveUnsent(): void {
    const unsent = [...this.#queue.takeBack(), this.#composer.draft.text];
    for (const text of unsent) if (text !== '') this.#display.record(this.#options.prompt, text);
  }

  #onKeys(events: readonly KeyEvent[]): void {
    const { columns, rows } = windowSize(this.#options.output);
    for (const event of events) {
      const command = event.type === 'key' ? this.#commands.get(event.name) : undefined;
      if (command) command();
      else this.#composer.apply(event, wrapShape(this.#options.prompt, { columns, rows }));
    }
    this.#refresh();
  }

  #interrupt(): void {
    // Without a listener, the next read reports it, so that it is not lost.
    if (this.#interruptListeners.size === 0) this.#queue.give({ type: 'interrupt' });
    for (const listener of this.#interruptListeners) listener();
  }

  #stopProcess(): void {
    const { stopProcess } = this.#options;
    if (stopProcess) void this.suspend(stopProcess);
  }

  readonly #resize = (): void => this.#display.resize();

  #refresh(): void {
    if (!this.#isHeld) return;
    const { prompt, hidden } = this.#options;
    const screen: ScreenState = {
      ...(hidden ? { prompt, ...EMPTY_BUFFER } : this.#composer.shown(prompt)),
      status: this.#status.current,
      queued: this.#queue.queued,
      isBusy: !this.#queue.isBeingRead,
    };
    this.#display.show(screen);
  }
}

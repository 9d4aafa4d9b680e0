import type { Clock } from '../../base/time.js';
import type { LineEditor, Typed } from '../../chat/ports.js';
import type { Input, Output } from '../../process/context.js';
import { stylesFor } from '../styles.js';
import { TabKey, type Complete } from './completion.js';
import { Composer } from './composer.js';
import { windowSize, type Display, type PrintTarget, type ScreenState } from './display.js';
import { memoryHistory, type InputHistory } from './history.js';
import { InputQueue } from './input-queue.js';
import { keyCommands } from './key-commands.js';
import { PlainDisplay } from './plain-display.js';
import { realTimers, StatusTimer, type Timers } from './status.js';
import { Suspension } from './suspension.js';
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
  /** Something was printed already: the first prompt, too, gets an empty line before it. */
  hasTextAbove?: boolean | undefined;
  /** By default, sent messages are remembered until the editor closes. */
  history?: InputHistory | undefined;
  complete?: Complete | undefined;
  /** Lines are only added: no colour, no spinner, nothing is drawn again. */
  screenReader?: boolean | undefined;
  /** Whether the status has a spinner. */
  animated?: boolean | undefined;
  /** Asks the terminal to mark pastes; false where no escape sequence may be written. */
  pasteMarks?: boolean | undefined;
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
  #prompt: string;
  readonly #suspension = new Suspension();
  #isClosed = false;

  constructor(options: LineEditorOptions) {
    const { output, stdout, screenReader = false, color = false, history, complete } = options;
    const { animated = true, pasteMarks = true, timers = realTimers } = options;
    const monotonic = (): number => options.clock.monotonic();
    this.#options = options;
    this.#prompt = options.prompt;
    this.#display = screenReader
      ? new PlainDisplay({ output, stdout })
      : new TerminalDisplay({ output, stdout }, stylesFor({ color }).dim, options.hasTextAbove);
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
      modes: { pasteMarks, drawn: !screenReader },
      onKeys: (events) => this.#onKeys(events),
      onEnd: () => this.#queue.end(),
    });
    this.#commands = keyCommands({
      composer: this.#composer,
      queue: this.#queue,
      editCommand: options.editCommand,
      record: (text) => this.#display.record(this.#prompt, options.hidden ? '' : text),
      interrupt: () => this.#interrupt(),
      completeWord: () => this.#tab.press(),
      clearScreen: () => this.#display.clear(),
      stopProcess: () => this.#stopProcess(),
    });
    this.#take();
  }

  read(): Promise<Typed> {
    const next = this.#queue.next();
    if (next?.type === 'text') this.#display.record(this.#prompt, next.text);
    const read = next ? Promise.resolve(next) : this.#queue.read();
    this.#refresh();
    return read;
  }

  restoreDraft(text: string): void {
    this.#composer.endSearch(true);
    this.#composer.draft.restore(text);
    this.#refresh();
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
    this.#refresh();
  }

  holdQueued(first?: string): void {
    this.#queue.hold(first);
    this.#refresh();
  }

  restoreHeld(mayComeBack: (line: string) => boolean = () => true): void {
    const { draft, isSearching } = this.#composer;
    if (draft.text !== '' || isSearching || this.#queue.queued.length > 0) return;
    draft.restore(this.#queue.release(mayComeBack) ?? '');
    this.#refresh();
  }

  forgetHeld(text: string): void {
    this.#queue.forget(text);
    this.#refresh();
  }

  onInterrupt(listener: () => void): () => void {
    this.#interruptListeners.add(listener);
    return () => void this.#interruptListeners.delete(listener);
  }

  print(text: string, to: PrintTarget = 'stdout'): void {
    this.#suspension.print(() => this.#display.print(text, to));
  }

  printSent(text: string, prompt = this.#prompt): void {
    this.#suspension.print(() => this.#display.noteSent(prompt, text));
    this.#refresh();
  }

  setStatus(text: string | undefined): void {
    this.#status.set(text);
    this.#refresh();
  }

  clear(): void {
    this.#display.clear();
  }

  suspend<T>(task: () => Promise<T>): Promise<T> {
    this.#release();
    return this.#suspension.during(task, () => {
      this.#suspension.flush();
      if (this.#isHeld) this.#take();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#status.set(undefined);
    if (!this.#suspension.isActive && !this.#options.hidden) this.#leaveUnsent();
    this.#release();
    this.#suspension.flush();
    this.#queue.end();
  }

  get #isHeld(): boolean {
    return !this.#suspension.isActive && !this.#isClosed;
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

  /** Unsent text stays on the screen. */
  #leaveUnsent(): void {
    const unsent = [...this.#queue.takeBack(), this.#composer.draft.text];
    for (const text of unsent) if (text !== '') this.#display.record(this.#prompt, text);
  }

  #onKeys(events: readonly KeyEvent[]): void {
    const { columns, rows } = windowSize(this.#options.output);
    for (const event of events) {
      const command = event.type === 'key' ? this.#commands.get(event.name) : undefined;
      if (command) command();
      else this.#composer.apply(event, wrapShape(this.#prompt, { columns, rows }));
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
    const shown = this.#composer.shown(this.#prompt);
    const screen: ScreenState = {
      ...(this.#options.hidden ? { prompt: this.#prompt, ...EMPTY_BUFFER } : shown),
      status: this.#status.current,
      queued: this.#queue.queued,
      held: this.#queue.held,
      isBusy: !this.#queue.isBeingRead,
    };
    this.#display.show(screen);
  }
}

import type { LineEditor, Typed } from '../../chat/ports.js';
import { stylesFor } from '../styles.js';
import { TabKey } from './completion.js';
import { Composer } from './composer.js';
import { windowSize, type Display, type PrintTarget, wrapShape } from './screen.js';
import { memoryHistory } from './history.js';
import { InputQueue, ReturningText } from './input-queue.js';
import { keyHandler } from './key-commands.js';
import type { LineEditorOptions } from './line-editor-options.js';
import { PlainDisplay } from './plain-display.js';
import { realTimers, StatusTimer } from './status.js';
import { Suspension, TerminalInput, type TerminalModes } from './terminal-input.js';
import { TerminalDisplay } from './terminal-display.js';
import { EMPTY_BUFFER } from './text-buffer.js';
import type { KeyEvent } from './keys.js';

const DRAWN: TerminalModes = { pasteMarks: true, focusReports: false, drawn: true };

/** Opens a line editor on a terminal: one paste is one message, and typing works at any time. */
export function openLineEditor(options: LineEditorOptions): LineEditor {
  return new TerminalLineEditor(options);
}

class TerminalLineEditor implements LineEditor {
  readonly #options: LineEditorOptions;
  readonly #display: Display;
  readonly #input: TerminalInput;
  readonly #composer: Composer;
  readonly #returning: ReturningText;
  readonly #tab: TabKey;
  readonly #status: StatusTimer;
  readonly #queue = new InputQueue();
  readonly #interruptListeners = new Set<() => void>();
  readonly #press: (event: KeyEvent) => void;
  #prompt: string;
  readonly #suspension = new Suspension();
  #isClosed = false;

  constructor(options: LineEditorOptions) {
    const { output, stdout, modes = DRAWN, timers = realTimers, history, complete } = options;
    const { clock, color = false, animated = modes.drawn } = options;
    const styleNote = stylesFor({ color }).dim;
    this.#options = options;
    this.#prompt = options.prompt;
    this.#display = modes.drawn
      ? new TerminalDisplay({ ...options, timers, styleNotice: styleNote })
      : new PlainDisplay({ output, stdout });
    this.#composer = new Composer(history ?? memoryHistory());
    this.#returning = new ReturningText(this.#composer, this.#queue);
    this.#tab = new TabKey({
      complete: complete ?? (() => undefined),
      draft: this.#composer.draft,
      styleNote,
      onChange: () => this.#refresh(),
    });
    const onTick = (): void => this.#refresh();
    this.#status = new StatusTimer({ timers, clock, ticks: animated, onTick });
    this.#input = new TerminalInput({
      ...{ input: options.input, output, modes, timers, clock },
      onKeys: (events) => this.#onKeys(events),
      onEnd: () => this.#queue.end(),
    });
    this.#press = keyHandler({
      ...{ composer: this.#composer, queue: this.#queue, returning: this.#returning },
      ...{ tab: this.#tab, display: this.#display, editCommand: options.editCommand },
      shape: () => wrapShape(this.#prompt, windowSize(output)),
      record: (text) => this.#record(options.hidden ? '' : text),
      interrupt: () => this.#interrupt(),
      stopProcess: () => this.#stopProcess(),
    });
    this.#take();
  }

  read(): Promise<Typed> {
    this.#returning.restoreAside();
    const next = this.#queue.next();
    if (next?.type === 'text') this.#record(next.text);
    const read = next ? Promise.resolve(next) : this.#queue.read();
    this.#refresh();
    return read;
  }

  restoreDraft(text: string): void {
    this.#returning.restore(text);
    this.#refresh();
  }

  setPrompt(prompt: string, mode = ''): void {
    this.#prompt = prompt;
    this.#queue.setMode(mode);
    this.#refresh();
  }

  holdQueued(first?: string): void {
    this.#queue.hold(first);
    this.#refresh();
  }

  restoreHeld(mayComeBack: (line: string) => boolean = () => true): void {
    this.#returning.restoreHeld(mayComeBack);
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
    const { stdout } = this.#options;
    if (text === '') return;
    this.#suspension.print(() => {
      if (to === 'stdout' && !stdout.isTTY) stdout.write(text);
      else this.#display.print(text, to);
    });
  }

  printSent(text: string, prompt = this.#prompt): void {
    this.#suspension.print(() => this.#display.noteSent(prompt, this.#composer.drawn(text)));
    this.#refresh();
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

  suspend<T>(task: () => Promise<T>): Promise<T> {
    this.#release();
    return this.#suspension.during(task, () => {
      if (!this.#isClosed) this.#take();
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

  /** Leaves a sent text on the screen, its long pastes folded. */
  #record(text: string): void {
    this.#display.record(this.#prompt, this.#composer.drawn(text));
  }

  /** Unsent text stays on the screen, complete. */
  #leaveUnsent(): void {
    const { notice, texts } = this.#returning.takeUnsent();
    const { dim } = stylesFor({ color: this.#options.color ?? false });
    if (notice !== '') this.#display.note(`${dim(notice)}\n`);
    for (const text of texts) this.#display.record(this.#prompt, text);
  }

  #onKeys(events: readonly KeyEvent[]): void {
    for (const event of events) this.#press(event);
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
    this.#display.show({
      ...(this.#options.hidden ? { prompt: this.#prompt, ...EMPTY_BUFFER } : shown),
      status: this.#status.current,
      queued: this.#queue.queued.map((text) => this.#composer.drawn(text)),
      held: this.#queue.held.map((text) => this.#composer.drawn(text)),
      list: this.#tab.list,
      isBusy: !this.#queue.isBeingRead,
    });
  }
}

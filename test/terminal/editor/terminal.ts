import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import xterm from '@xterm/headless';
import type { LineEditor } from '../../../src/chat/ports.js';
import { openLineEditor } from '../../../src/terminal/editor/line-editor.js';
import type { LineEditorOptions } from '../../../src/terminal/editor/line-editor-options.js';

export class FakeKeyboard extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(on: boolean): void {
    this.isRaw = on;
  }
}

export class FakeOutput extends Writable {
  isTTY = true;
  columns: number;
  rows: number;
  readonly writes: string[] = [];
  readonly #onText: (text: string) => void;

  constructor([columns, rows]: readonly [number, number], onText: (text: string) => void) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.#onText = onText;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk);
    this.#onText(chunk);
    done();
  }
}

/** Timers that run when told to. */
export class FakeTime {
  now = 0;
  #tasks: { at: number; every?: number; run: () => void }[] = [];

  readonly clock = { monotonic: (): number => this.now };

  readonly timers = {
    every: (ms: number, run: () => void) => this.#add({ at: this.now + ms, every: ms, run }),
    after: (ms: number, run: () => void) => this.#add({ at: this.now + ms, run }),
  };

  get running(): number {
    return this.#tasks.length;
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.now = next.at;
      if (next.every === undefined) this.#tasks = this.#tasks.filter((task) => task !== next);
      else next.at += next.every;
      next.run();
    }
    this.now = end;
  }

  #due(end: number) {
    return this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  #add(task: { at: number; every?: number; run: () => void }): () => void {
    this.#tasks.push(task);
    return () => (this.#tasks = this.#tasks.filter((other) => other !== task));
  }
}

/** For a screen reader. */
export const NOT_DRAWN = { pasteMarks: true, focusReports: false, drawn: false };

/** The editor on a terminal emulator, with a keyboard to type on. */
export class TestTerminal {
  readonly keyboard = new FakeKeyboard();
  readonly time = new FakeTime();
  readonly output: FakeOutput;
  readonly stdout: FakeOutput;
  readonly editor: LineEditor;
  readonly xterm: InstanceType<typeof xterm.Terminal>;

  constructor(size: readonly [number, number], options: Partial<LineEditorOptions> = {}) {
    const [cols, rows] = size;
    this.xterm = new xterm.Terminal({ cols, rows, convertEol: true, allowProposedApi: true });
    this.xterm.onData((answer) => this.keyboard.emit('data', Buffer.from(answer)));
    this.output = new FakeOutput(size, (text) => this.xterm.write(text));
    this.stdout = new FakeOutput(size, (text) => {
      if (this.stdout.isTTY) this.xterm.write(text);
    });
    this.editor = openLineEditor({
      input: this.keyboard,
      output: this.output,
      stdout: this.stdout,
      clock: this.time.clock,
      timers: this.time.timers,
      prompt: '> ',
      ...options,
    });
  }

  /** Types, each argument as one chunk, and lets a moment pass after each. */
  async type(...chunks: (string | Uint8Array)[]): Promise<void> {
    for (const chunk of chunks) {
      this.burst(chunk);
      await setImmediate();
      this.time.pass(100);
    }
  }

  /** Chunks that come at once, with no time between them. */
  burst(...chunks: (string | Uint8Array)[]): void {
    for (const chunk of chunks) this.keyboard.emit('data', Buffer.from(chunk));
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#written();
    this.xterm.resize(columns, rows);
    for (const stream of [this.output, this.stdout]) Object.assign(stream, { columns, rows });
    this.output.emit('resize');
    await this.#written();
    this.time.pass(300);
    await this.#written();
  }

  /** The window's rows with the cursor as ▏, without the empty rows at the end. */
  async screen(): Promise<string[]> {
    const rows = await this.rows();
    const { cursorX, cursorY } = this.xterm.buffer.active;
    rows[cursorY] = cut(rows[cursorY] ?? '', cursorX).join('▏');
    return trimEnd(rows);
  }

  /** The window's rows without the cursor. */
  async rows(): Promise<string[]> {
    await this.#written();
    const { active } = this.xterm.buffer;
    const shown = Array.from({ length: this.xterm.rows }, (_, row) => active.baseY + row);
    return shown.map((row) => active.getLine(row)?.translateToString(true) ?? '');
  }

  /** Everything that was ever on the screen and still is in the scrollback, wraps undone. */
  async scrollback(): Promise<string[]> {
    await this.#written();
    const { active } = this.xterm.buffer;
    const lines: string[] = [];
    for (let row = 0; row < active.length; row++) {
      const line = active.getLine(row);
      const text = line?.translateToString(!active.getLine(row + 1)?.isWrapped) ?? '';
      if (line?.isWrapped) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return trimEnd(lines);
  }

  async #written(): Promise<void> {
    await new Promise<void>((resolve) => this.xterm.write('', resolve));
  }
}

/** Cuts where a number of cells is left; wide characters are two cells but one or two units. */
function cut(line: string, cells: number): [string, string] {
  let index = 0;
  let at = 0;
  for (const character of line) {
    if (at >= cells) break;
    at += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/u.test(character) ? 2 : 1;
    if (/\p{Mn}/u.test(character)) at--;
    index += character.length;
  }
  while (/^\p{Mn}/u.test(line.slice(index))) index++;
  return [line.slice(0, index) + ' '.repeat(Math.max(0, cells - at)), line.slice(index)];
}

function trimEnd(rows: string[]): string[] {
  const last = rows.findLastIndex((row) => row !== '');
  return rows.slice(0, last + 1);
}

export const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;
export const UP = '\x1b[A';
export const DOWN = '\x1b[B';
export const RIGHT = '\x1b[C';
export const LEFT = '\x1b[D';
export const HOME = '\x1b[H';
export const CTRL = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 0x1f);

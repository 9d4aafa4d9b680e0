import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { spawn, type IPty } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { BIN } from './built-program.js';
import { removed } from './temporary-folder.js';

/**
 * A pseudo-terminal may lose what was written last when the process that leads its session ends. So a
 * shell leads it: it tells of the program's exit behind all of its output, and stays.
 */
const LEADER = '"$0" "$@"; printf "\\033]7777;exit=%s\\007" "$?"; read -r _';
const EXIT = /\x1b\]7777;exit=(\d+)\x07/;

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
  /** Instead of the program's own. */
  command?: [string, ...string[]];
  cwd?: string;
  /** Given, it outlives the session: another one can find what this one left. */
  home?: string;
}

const flowOf = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** What node-pty's type leaves out. */
const isClosable = (pty: IPty): pty is IPty & { destroy(): void } => 'destroy' in pty;

/** The built program in a real pseudo-terminal, read through a terminal emulator. */
export class TerminalSession {
  readonly #pty: IPty;
  readonly #screen: Terminal;
  /** Everything the program wrote, control sequences and all. */
  output = '';
  /** Every title that the window was given. */
  readonly titles: string[] = [];
  readonly exit: Promise<number>;
  #onChange: () => void = () => undefined;
  #unread = '';
  #isReading = false;
  #exitCode: number | undefined;
  #onExit: (code: number) => void = () => undefined;
  #isClosed = false;

  constructor(argv: string[], options: TerminalOptions = {}) {
    const { columns = 80, rows = 24 } = options;
    const home = options.home ?? mkdtempSync(join(tmpdir(), 'telnyx-chat-'));
    const [file, ...args] = options.command ?? ['sh', '-c', LEADER, process.execPath, BIN];
    this.#screen = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
    this.#pty = spawn(file, [...args, ...argv], {
      name: options.env?.['TERM'] ?? 'xterm-256color',
      cols: columns,
      rows,
      cwd: options.cwd ?? home,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        LANG: 'C.UTF-8',
        ...options.env,
      },
    });
    this.#screen.onTitleChange((title) => this.titles.push(title));
    this.#screen.onData((reply) => this.#pty.write(reply));
    this.exit = new Promise((resolve) => (this.#onExit = resolve));
    this.#pty.onData((data) => {
      this.output += data;
      const [told, code] = EXIT.exec(this.output) ?? [];
      this.#read(data);
      if (told === undefined) return;
      this.output = this.output.replace(told, '');
      this.#end(Number(code));
    });
    this.#pty.onExit(({ exitCode, signal }) => this.#end(signal ? 128 + signal : exitCode));
    onTestFinished(async () => {
      this.kill('SIGKILL');
      if (options.home === undefined) await removed(home);
    });
  }

  /**
   * Lets the emulator go on only when whoever waits for the screen has seen it: a redraw may arrive in
   * pieces, and a test that reads the screen after a wait must find what it waited for.
   */
  #read(data = ''): void {
    this.#unread += data;
    if (this.#isReading) return;
    if (this.#unread === '') {
      if (this.#exitCode !== undefined) this.#onExit(this.#exitCode);
      return;
    }
    this.#isReading = true;
    const next = this.#unread;
    this.#unread = '';
    this.#screen.write(next, () => {
      this.#onChange();
      setImmediate(() => {
        this.#isReading = false;
        this.#read();
      });
    });
  }

  /** The process has ended; its last output may not be on the screen yet. */
  #end(code: number): void {
    this.#exitCode ??= code;
    this.#read();
  }

  get pid(): number {
    return this.#pty.pid;
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** What a person needs before the next key: what comes sooner than that belongs to a paste. */
  pause(): Promise<void> {
    return setTimeout(80);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: string): void {
    if (!this.#isClosed) this.#pty.kill(signal);
  }

  /** The window, its cursor as ▏, without the empty rows below both. */
  screen(): string[] {
    const { active } = this.#screen.buffer;
    const rows = this.rows().map((row) => row.trimEnd());
    const line = active.getLine(active.baseY + active.cursorY);
    const before = line?.translateToString(false, 0, active.cursorX) ?? '';
    const after = line?.translateToString(true, active.cursorX).trimEnd() ?? '';
    rows[active.cursorY] = `${before}▏${after}`;
    return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
  }

  /** Waits for the whole window to look so, cursor and all. */
  async looks(expected: string[]): Promise<void> {
    const same = (): boolean => this.screen().join('\n') === expected.join('\n');
    const wanted = expected.join('\n');
    await this.until(same, () => `the window is\n${wanted}\nbut\n${this.screen().join('\n')}`);
  }

  /** Waits for the window's last rows to look so. */
  async ends(expected: string[]): Promise<void> {
    const wanted = expected.join('\n');
    const last = (): string => this.screen().slice(-expected.length).join('\n');
    await this.until(
      () => last() === wanted,
      () => `the window ends with\n${wanted}\nbut\n${last()}`,
    );
  }

  /** What the program has asked of the terminal and not taken back. */
  modes(): { bracketedPaste: boolean; wraparound: boolean; cursorShown: boolean } {
    const { bracketedPasteMode, wraparoundMode } = this.#screen.modes;
    const cursorShown =
      this.output.lastIndexOf('\x1b[?25l') <= this.output.lastIndexOf('\x1b[?25h');
    return { bracketedPaste: bracketedPasteMode, wraparound: wraparoundMode, cursorShown };
  }

  /** Closes the window. */
  close(): void {
    this.#isClosed = true;
    if (isClosable(this.#pty)) this.#pty.destroy();
  }

  /** All lines, scrollback first, without trailing blanks and blank lines at the end. */
  lines(): string[] {
    const { buffer } = this.#screen;
    const lines: string[] = [];
    for (let row = 0; row < buffer.active.length; row++) {
      const line = buffer.active.getLine(row);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    while (lines.at(-1)?.trim() === '') lines.pop();
    return lines.map((line) => line.trimEnd());
  }

  /** Every row, scrollback first, as the terminal broke them, without blank rows at the end. */
  allRows(): string[] {
    const { active } = this.#screen.buffer;
    const rows = Array.from({ length: active.length }, (_, row) =>
      (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
    );
    return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
  }

  /** The window as it stands, row by row. */
  rows(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from(
      { length: this.#screen.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    );
  }

  text(): string {
    return this.lines().join('\n');
  }

  cursor(): { column: number; row: number } {
    const { active } = this.#screen.buffer;
    return { column: active.cursorX, row: active.cursorY };
  }

  /** All text with single spaces, wherever words wrap. */
  flow(): string {
    return flowOf(this.text());
  }

  /**
   * Waits until the screen shows it, a string wherever its words wrap; the test's own time limit ends a
   * wait that is in vain.
   */
  async shows(expected: string | RegExp): Promise<void> {
    const isShown = (): boolean =>
      typeof expected === 'string'
        ? this.flow().includes(flowOf(expected))
        : expected.test(this.text());
    await this.until(
      isShown,
      () => `the screen shows ${String(expected)}; it shows:\n${this.text()}`,
    );
  }

  until(isTrue: () => boolean, describe: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = globalThis.setTimeout(
        () => reject(new Error(`in vain: ${describe()}`)),
        10_000,
      );
      const check = (): void => {
        if (!isTrue()) return;
        clearTimeout(limit);
        this.#onChange = () => undefined;
        resolve();
      };
      this.#onChange = check;
      check();
    });
  }
}

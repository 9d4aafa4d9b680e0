import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type IPty } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { onTestFinished } from 'vitest';

const BIN = join(import.meta.dirname, '../../bin/telnyx-chat.js');

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
  /** Instead of the program's own. */
  command?: [string, ...string[]];
  cwd?: string;
}

/** The built program in a real pseudo-terminal, read through a terminal emulator. */
export class TerminalSession {
  readonly #pty: IPty;
  readonly #screen: Terminal;
  /** Everything the program wrote, control sequences and all. */
  output = '';
  readonly exit: Promise<number>;
  #onChange: () => void = () => undefined;
  #exitCode: number | undefined;

  constructor(argv: string[], options: TerminalOptions = {}) {
    const { columns = 80, rows = 24 } = options;
    const home = mkdtempSync(join(tmpdir(), 'telnyx-chat-'));
    const [file, ...args] = options.command ?? [process.execPath, BIN];
    this.#screen = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
    this.#pty = spawn(file, [...args, ...argv], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: options.cwd ?? home,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
        ...options.env,
      },
    });
    this.#screen.onData((reply) => this.#pty.write(reply));
    this.#pty.onData((data) => {
      this.output += data;
      this.#screen.write(data, () => this.#onChange());
    });
    this.exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#exitCode = signal ? 128 + signal : exitCode;
        this.#screen.write('', () => this.#onChange());
        resolve(this.#exitCode);
      });
    });
    onTestFinished(() => {
      this.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: string): void {
    if (this.#exitCode === undefined) this.#pty.kill(signal);
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

  /** Waits until the screen shows it; the test's own time limit ends a wait that is in vain. */
  async shows(expected: string | RegExp): Promise<void> {
    const isShown = (): boolean =>
      typeof expected === 'string' ? this.text().includes(expected) : expected.test(this.text());
    await this.until(
      isShown,
      () => `the screen shows ${String(expected)}; it shows:\n${this.text()}`,
    );
  }

  until(isTrue: () => boolean, describe: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`in vain: ${describe()}`)), 10_000);
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

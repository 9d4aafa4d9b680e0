import { spawn, type ChildProcess } from 'node:child_process';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';

/** Prints to stdout; resolves when there is room for more. */
export type Print = (text: string) => Promise<void>;

/** Printed text is kept up to this size, in case the pager turns out not to exist. */
const MAX_KEPT_CHARACTERS = 262_144;

/** Ends the printing when the reader has left the pager. */
class ReaderLeft extends Error {}

/**
 * Runs a task that prints to stdout; on a terminal through the person's pager, as git does.
 * Leaving the pager ends the task and is not a failure. `isWanted` is false with `--no-pager`.
 */
export async function paged(
  context: Context,
  isWanted: boolean,
  task: (print: Print) => Promise<void>,
): Promise<void> {
  const direct: Print = (text) => write(context.stdout, text);
  const isDumb = context.env['TERM'] === 'dumb';
  const command = isWanted && !isDumb && context.stdout.isTTY ? pagerIn(context) : undefined;
  if (command === undefined) return task(direct);
  const pager = new Pager(command, context, direct);
  const stop = (): void => pager.stop();
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    await task((text) => pager.print(text));
  } catch (error) {
    if (!(error instanceof ReaderLeft)) throw error;
  } finally {
    await pager.end();
    context.signal.removeEventListener('abort', stop);
  }
  context.signal.throwIfAborted();
}

/** Our own variable comes before PAGER; empty or `cat` means none. Windows has no `less`. */
function pagerIn({ env, platform }: Context): string | undefined {
  const usual = platform === 'win32' ? '' : 'less';
  const command = env['TELNYX_CHAT_PAGER'] ?? env['PAGER'] ?? usual;
  return ['', 'cat'].includes(command.trim()) ? undefined : command;
}

/** Starts with the first text, because until then Ctrl-C should end this program. */
class Pager {
  #child: ChildProcess | undefined;
  /** The exit code; undefined when the pager could not be started. */
  #exit: Promise<number | undefined> = Promise.resolve(0);
  #kept: string | undefined = '';
  #isBroken = false;

  constructor(
    private readonly command: string,
    private readonly context: Pick<Context, 'env' | 'withoutInterrupts'>,
    private readonly direct: Print,
  ) {}

  async print(text: string): Promise<void> {
    if (text === '') return;
    if (this.#isBroken) return this.direct(text);
    this.#child ??= this.#start();
    this.#keep(text);
    if (!(await taken(this.#child, text))) await this.#printDirectly();
  }

  /** Waits until the reader is done. */
  async end(): Promise<void> {
    if (!this.#child || this.#isBroken) return;
    this.#child.stdin?.end();
    if (isCommandMissing(await this.#exit) && this.#kept !== undefined) await this.#printDirectly();
  }

  /** Ends the pager when the program is told to stop. */
  stop(): void {
    this.#kept = undefined;
    this.#child?.kill();
  }

  #start(): ChildProcess {
    const { env, withoutInterrupts } = this.context;
    const child = spawn(this.command, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      // As git sets them: quit when the text fits, allow colours, do not clear the screen.
      env: { LESS: 'FRX', LV: '-c', ...env },
    });
    child.stdin.on('error', () => undefined);
    this.#exit = withoutInterrupts(() => exitOf(child));
    return child;
  }

  #keep(text: string): void {
    if (this.#kept !== undefined) this.#kept += text;
    if (this.#kept && this.#kept.length > MAX_KEPT_CHARACTERS) this.#kept = undefined;
  }

  /** Without a pager, all text is printed here; a reader who left the pager ends the task. */
  async #printDirectly(): Promise<void> {
    if (!isCommandMissing(await this.#exit) || this.#kept === undefined) throw new ReaderLeft();
    this.#isBroken = true;
    await this.direct(this.#kept);
  }
}

function taken(child: ChildProcess, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!child.stdin?.writable) resolve(false);
    else child.stdin.write(text, (error) => resolve(!error));
  });
}

function exitOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('exit', (code) => resolve(code ?? 0));
  });
}

/** Whether a shell's exit code says that the program does not exist or cannot be run. */
function isCommandMissing(code: number | undefined): boolean {
  return code === undefined || code === 126 || code === 127;
}

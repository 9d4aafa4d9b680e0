import { spawn, type ChildProcess } from 'node:child_process';
import type { Context } from '../process/context.js';
import { write } from '../process/write.js';

/** Takes text for stdout; resolves when there is room for more. */
export type Print = (text: string) => Promise<void>;

/** Text that is kept until it is clear that the pager runs, in characters. */
const MAX_KEPT_CHARACTERS = 262_144;

/** Ends what is printed when its reader has left. */
class ReaderLeft extends Error {}

/**
 * Runs what prints to stdout; on a terminal through the person's pager, as git does. A reader who
 * leaves the pager ends it, which is no failure. `--no-pager` makes `isWanted` false.
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
  try {
    await task((text) => pager.print(text));
  } catch (error) {
    if (!(error instanceof ReaderLeft)) throw error;
  } finally {
    await pager.end();
  }
}

/** Ours, then everybody's; an empty one or `cat` is none. Windows has no `less`. */
function pagerIn({ env, platform }: Context): string | undefined {
  const usual = platform === 'win32' ? '' : 'less';
  const command = env['TELNYX_CHAT_PAGER'] ?? env['PAGER'] ?? usual;
  return ['', 'cat'].includes(command.trim()) ? undefined : command;
}

/** Starts with the first text: before it, Ctrl-C is still ours. */
class Pager {
  #child: ChildProcess | undefined;
  /** How it ended; undefined for one that could not be started. */
  #exit: Promise<number | undefined> = Promise.resolve(0);
  #kept: string[] | undefined = [];
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
    if (!(await taken(this.#child, text))) await this.#goOn();
  }

  /** Waits until the reader is done. */
  async end(): Promise<void> {
    if (!this.#child || this.#isBroken) return;
    this.#child.stdin?.end();
    if (isCommandMissing(await this.#exit) && this.#kept) await this.#goOn();
  }

  #start(): ChildProcess {
    const { env, withoutInterrupts } = this.context;
    const child = spawn(this.command, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      // What git gives them: leave when it fits, colours, no cleared screen.
      env: { LESS: 'FRX', LV: '-c', ...env },
    });
    child.stdin.on('error', () => undefined);
    this.#exit = withoutInterrupts(() => exitOf(child));
    return child;
  }

  #keep(text: string): void {
    this.#kept?.push(text);
    const size = this.#kept?.reduce((sum, each) => sum + each.length, 0) ?? 0;
    if (size > MAX_KEPT_CHARACTERS) this.#kept = undefined;
  }

  /** It takes no more: the reader left, or there is no such program, and all of it is printed here. */
  async #goOn(): Promise<void> {
    if (!isCommandMissing(await this.#exit) || !this.#kept) throw new ReaderLeft();
    this.#isBroken = true;
    for (const text of this.#kept) await this.direct(text);
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

/** How a shell says that there is no such program, or that it cannot be run. */
function isCommandMissing(code: number | undefined): boolean {
  return code === undefined || code === 126 || code === 127;
}

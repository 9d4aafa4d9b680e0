import { PassThrough, Readable, Writable } from 'node:stream';
import type { Context, Input, Output } from '../../src/process/context.js';
import { run } from '../../src/main.js';
import { randomId } from '../../src/process/system.js';
import { temporaryFolder } from './temporary-folder.js';

export { temporaryFolder };

export interface CliOptions {
  /** What stdin gives; left out, stdin is a terminal where nobody types. */
  input?: string | Buffer | Readable;
  env?: Record<string, string>;
  cwd?: string;
  home?: string;
  stdoutIsTTY?: boolean;
  stderrIsTTY?: boolean;
  /** Of the window; 80 unless given. */
  columns?: number;
  signal?: AbortSignal;
  /** Left out, one of its own that does not wait. */
  clock?: Context['clock'];
  /** Told of stdout as it grows, for commands that go on until they are stopped. */
  onStdout?: (text: string) => void;
}

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

type Kept = 'stdout' | 'stderr';

/** Keeps what is written; as a terminal it takes cursor moves, which it does not keep. */
class Capture extends Writable {
  text = '';
  onText: (text: string) => void = () => undefined;
  readonly cursorTo = (): boolean => true;
  readonly moveCursor = (): boolean => true;
  readonly clearLine = (): boolean => true;
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    this.onText(this.text);
    done();
  }
}

/** A world for a command: real files, streams that are kept. */
export function cliContext(options: CliOptions = {}): Context & Record<Kept, Capture> {
  const stdout: Output & Capture = Object.assign(new Capture(), {
    isTTY: options.stdoutIsTTY ?? false,
    columns: options.columns ?? 80,
  });
  if (options.onStdout) stdout.onText = options.onStdout;
  const stderr: Output & Capture = Object.assign(new Capture(), {
    isTTY: options.stderrIsTTY ?? false,
    columns: options.columns ?? 80,
  });
  const home = options.home ?? temporaryFolder();
  return {
    stdin: stdinOf(options.input),
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd ?? home,
    home,
    platform: 'linux',
    uid: process.geteuid?.(),
    nodeVersion: '20.12.0',
    clock: options.clock ?? impatientClock(),
    randomId: () => randomId('linux'),
    onExit: () => undefined,
    stop: () => Promise.resolve(),
    outliveReader: () => undefined,
    withoutInterrupts: (task) => task(),
    signal: options.signal ?? new AbortController().signal,
  };
}

/** The whole command line in this process: real code, real files, streams that are kept. */
export async function runCli(argv: string[], options: CliOptions = {}): Promise<CliResult> {
  const context = cliContext(options);
  const code = await run(argv, context);
  return { code, stdout: context.stdout.text, stderr: context.stderr.text };
}

function stdinOf(input: CliOptions['input']): Input {
  if (input === undefined) return Object.assign(new PassThrough(), { isTTY: true });
  return input instanceof Readable ? input : Readable.from([Buffer.from(input)]);
}

/** Time goes on by itself, and by each wait, which ends at once. */
export function impatientClock(): Context['clock'] {
  let skipped = 0;
  return {
    now: () => new Date(Date.now() + skipped),
    monotonic: () => performance.now() + skipped,
    async sleep(ms, signal) {
      // Whatever can happen meanwhile may happen: answers that are on their way arrive.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw signal.reason;
      skipped += ms;
    },
  };
}

import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AppError, EXIT_CODES } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import { systemClock, randomId } from './system.js';
import { isPlain, lateOutput } from './output.js';
import { closeLostTerminals, isLost, stopped, stopSignal } from './signals.js';

const [STDIN, STDOUT, STDERR] = [0, 1, 2];

export interface Input extends Readable {
  isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

export interface Output extends Writable {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** The world as an argument: everything a command may touch outside its own memory. */
export interface Context {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws an AppError when the folder is gone. */
  readonly cwd: string;
  /** Undefined: the account has none. */
  readonly home: string | undefined;
  readonly platform: NodeJS.Platform;
  /** Of the effective user; undefined on Windows. */
  readonly uid: number | undefined;
  /** Such as `20.12.0`. */
  readonly nodeVersion: string;
  readonly clock: Clock;
  /** A fresh UUID v4. */
  readonly randomId: () => string;
  /** Aborted by SIGINT, SIGTERM and SIGHUP with an AppError as its reason. */
  readonly signal: AbortSignal;
  /** SIGHUP calls back and does not end the process, unless that runs on a terminal. */
  readonly onReload?: (callback: () => void) => void;
  /** Calls back when the process ends, crashes included; what it writes must be written at once. */
  readonly onExit: (callback: () => void) => void;
  /** Runs a task (a program of the person's) whose Ctrl-C is not ours. */
  readonly withoutInterrupts: <T>(task: () => Promise<T>) => Promise<T>;
  /** From now on a closed pipe or terminal does not end the process: changes are finished. */
  readonly outliveReader: () => void;
  /** Stops the process as Ctrl-Z does; resolves when it goes on. */
  readonly stop: () => Promise<void>;
}

type OnUnwritten = (error: NodeJS.ErrnoException) => void;

/**
 * A reader that closes the pipe early (`| head -1`) has what it wanted: that is no failure. A terminal
 * that was closed (EIO) has nobody to be told. Notices that nobody can read change no exit code.
 */
function forgivingClosedPipe(
  process: NodeJS.Process,
  stream: Output,
  onUnwritten: OnUnwritten,
  outlivesReader: () => boolean,
): Output {
  if (stream.listenerCount('error') === 0) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EIO' && outlivesReader()) return;
      if (error.code === 'EIO' && stream.isTTY) process.exit(EXIT_CODES.hung_up);
      onUnwritten(error);
    });
  }
  return stream;
}

function workingFolder(process: NodeJS.Process): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new AppError('usage', 'the working folder is gone', {
      hint: 'change to another folder: cd',
      cause,
    });
  }
}

function absoluteOf(ask: () => string): string | undefined {
  try {
    const path = ask();
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined; // The account has no entry in the system's list.
  }
}

const forgiven = new WeakSet<NodeJS.ReadStream>();

/** The reader gets the error too. A terminal that is gone is not reset: readline would crash at the error. */
function forgivingInput(stdin: NodeJS.ReadStream): Input {
  if (forgiven.has(stdin)) return stdin;
  forgiven.add(stdin);
  stdin.on('error', () => undefined);
  if (stdin.isTTY) {
    const setRawMode = stdin.setRawMode.bind(stdin);
    stdin.setRawMode = (on) => (isLost(STDIN) ? stdin : setRawMode(on));
  }
  return stdin;
}

/** Whether the program ended as it does when its terminal is gone: at the end of the input or in a question. */
function isQuiet(code: NodeJS.Process['exitCode']): boolean {
  return !code || code === EXIT_CODES.interrupted;
}

/** The callbacks run before lost terminals are closed: they reset a terminal that is still there. */
function exitCallbacks(process: NodeJS.Process): Context['onExit'] {
  const callbacks: (() => void)[] = [];
  process.on('exit', () => {
    for (const callback of callbacks) callback();
    if (closeLostTerminals() && isQuiet(process.exitCode)) process.exitCode = EXIT_CODES.hung_up;
  });
  return (callback) => void callbacks.push(callback);
}

/** The real world. Streams are opened at first use: a command that never reads stdin never touches it. */
export function processContext(process: NodeJS.Process): Context {
  let signal: AbortSignal | undefined;
  let stdout: Output | undefined;
  let stderr: Output | undefined;
  let shields = 0;
  let outlivesReader = false;
  let reload: (() => void) | undefined;
  const answerIsUnwritten = ({ code }: NodeJS.ErrnoException): void => {
    // The caller that waits for the write reports why.
    if (code !== 'EPIPE') process.exitCode = 1;
    else if (!outlivesReader) process.exit(0);
  };
  const noticeIsUnwritten = (): void => undefined;
  const output = (descriptor: number, find: () => Output, onUnwritten: OnUnwritten): Output => {
    const open = (): Output =>
      forgivingClosedPipe(process, find(), onUnwritten, () => outlivesReader);
    if (!isPlain(descriptor)) return open();
    // As long as no signal is handled, any signal ends the process, even in a write that blocks.
    const mayBlock = (): boolean => signal === undefined;
    return lateOutput(descriptor, open, { mayBlock, onError: onUnwritten });
  };
  return {
    get stdin() {
      return forgivingInput(process.stdin);
    },
    get stdout() {
      return (stdout ??= output(STDOUT, () => process.stdout, answerIsUnwritten));
    },
    get stderr() {
      return (stderr ??= output(STDERR, () => process.stderr, noticeIsUnwritten));
    },
    env: process.env,
    get cwd() {
      return workingFolder(process);
    },
    get home() {
      // The value of HOME, else the folder in the system's list of accounts. A relative path is ignored.
      return absoluteOf(homedir) ?? absoluteOf(() => userInfo().homedir);
    },
    platform: process.platform,
    get uid() {
      return process.geteuid?.();
    },
    get nodeVersion() {
      return process.versions.node;
    },
    clock: systemClock(process.hrtime),
    randomId: () => randomId(process.platform),
    onExit: exitCallbacks(process),
    onReload(callback) {
      // Asked now: a terminal that has been closed is no longer one.
      if (!process.stdin.isTTY) reload = callback;
    },
    outliveReader: () => void (outlivesReader = true),
    stop: () => stopped(process),
    async withoutInterrupts(task) {
      shields++;
      try {
        return await task();
      } finally {
        shields--;
      }
    },
    get signal() {
      const isShielded = (): boolean => shields > 0;
      return (signal ??= stopSignal(process, isShielded, () => reload));
    },
  };
}

// Loaded late: only a profile with a command for its key needs it.
import { spawn, type ChildProcess } from 'node:child_process';
import { isatty } from 'node:tty';
import { checkedKey } from '../base/names.js';
import type { Setting } from '../settings/settings.js';
import { AppError } from '../base/errors.js';
import { withoutMark } from './files.js';

/** Enough time to unlock a vault by hand, in milliseconds. */
const TIMEOUT_MS = 60_000;
/** Keys are shorter. */
const MAX_OUTPUT_BYTES = 64 * 1024;
const STDIN = 0;

export interface KeyCommandOptions {
  signal: AbortSignal;
  /** In milliseconds; 60 s unless given. */
  limitMs?: number | undefined;
}

/**
 * The key that a shell command prints. Its stderr is shown; its stdin is the terminal or empty, so that it
 * does not consume the input of a script. No message contains its output. Throws an AppError when it
 * prints anything but one key.
 */
export async function keyFromCommand(
  command: Setting<string>,
  options: KeyCommandOptions,
): Promise<Setting<string>> {
  options.signal.throwIfAborted();
  const output = await outputOf(command.value, options);
  const fail = (why: string, hint?: string): AppError => commandFailure(command.value, why, hint);
  const key = withoutMark(output).replace(/\r?\n$/, '');
  if (key === '') throw fail('printed nothing');
  if (/[\r\n]/.test(key)) throw fail('printed more than one line', 'append | head -1, for example');
  try {
    checkedKey(key);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw fail('printed something that does not look like an API key', error.details.hint);
  }
  return { value: key, origin: { source: 'command', detail: command.value } };
}

function outputOf(command: string, { signal, limitMs = TIMEOUT_MS }: KeyCommandOptions) {
  return new Promise<string>((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: [isatty(STDIN) ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      windowsHide: true,
    });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      stop(child);
      settle();
    };
    const fail = (why: string, hint?: string): void =>
      end(() => reject(commandFailure(command, why, hint)));
    const abort = (): void => end(() => reject(signal.reason as Error));
    const timer = setTimeout(() => fail(`did not finish within ${limitMs / 1000} s`), limitMs);
    signal.addEventListener('abort', abort, { once: true });
    const output = collectOutput(child, () => fail('printed too much for a key'));
    child.on('error', (error) => fail(`could not be run: ${error.message}`));
    child.on('close', (code, killedBy) => {
      if (code === 0) end(() => resolve(output()));
      else fail(`failed with ${killedBy ?? `exit code ${code}`}`);
    });
  });
}

/** Collects the stdout of the command. */
function collectOutput({ stdout }: ChildProcess, onTooMuch: () => void): () => string {
  const pieces: Buffer[] = [];
  let size = 0;
  stdout?.on('data', (piece: Buffer) => {
    size += piece.length;
    pieces.push(piece);
    if (size > MAX_OUTPUT_BYTES) onTooMuch();
  });
  return () => Buffer.concat(pieces).toString('utf8');
}

/** Processes that the command started may continue; nobody waits for them. */
function stop(child: ChildProcess): void {
  child.removeAllListeners('close');
  child.stdout?.destroy();
  child.kill();
}

function commandFailure(command: string, why: string, hint?: string): AppError {
  return new AppError('not_configured', `the API key command ${why}: ${command}`, {
    hint: hint ?? 'run it yourself to see why; telnyx-chat config set api_key_command changes it',
  });
}

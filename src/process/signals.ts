import { closeSync, readlinkSync, writeSync } from 'node:fs';
import { AppError, exitCodeOf } from '../base/errors.js';

/** A signal that aborts at the first SIGINT, SIGTERM or SIGHUP; the second one ends the process at once. */
export function stopSignal(
  process: NodeJS.Process,
  isShielded: () => boolean,
  hangUp: () => (() => void) | undefined,
): AbortSignal {
  const controller = new AbortController();
  const stop = (kind: 'interrupted' | 'terminated' | 'hung_up'): void => {
    const reason = new AppError(kind, kind.replace('_', ' '));
    const end = (): never => process.exit(exitCodeOf(reason));
    if (controller.signal.aborted) end();
    controller.abort(reason);
    endWithoutReader(process, end);
  };
  process.on('SIGINT', () => {
    if (!isShielded()) stop('interrupted');
  });
  process.on('SIGTERM', () => stop('terminated'));
  process.on('SIGHUP', () => (hangUp() ?? (() => stop('hung_up')))());
  return controller.signal;
}

/** Bound on waiting, at the end, for a reader that takes nothing, in milliseconds. */
const READER_MS = 2_000;

function endWithoutReader({ stdout, stderr }: NodeJS.Process, end: () => void): void {
  const unread = (): number[] => [stdout, stderr].map(({ writableLength }) => writableLength);
  let before = unread();
  const check = (): void => {
    const now = unread();
    if (now.some((length, index) => length > 0 && length === before[index])) end();
    before = now;
  };
  setInterval(check, READER_MS).unref();
}

/** Bound on the time until the system stops the process, in milliseconds. */
const STOPPING_MS = 200;

/**
 * Stops as the terminal's own Ctrl-Z does: with whatever runs us (npm, a script), or its shell would
 * wait for it. Without a shell that could continue us the system ignores it, and we go on at once.
 */
export function stopped(process: NodeJS.Process): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      clearTimeout(timer);
      process.off('SIGCONT', goOn);
      resolve();
    };
    process.on('SIGCONT', goOn);
    const timer = setTimeout(goOn, STOPPING_MS);
    process.kill(0, 'SIGTSTP');
  });
}

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Closes those of the standard streams that are terminals which are gone, and says whether there were any. At its
 * end, Node sets the terminal back to what it was, and aborts with a core dump when it cannot.
 */
export function closeLostTerminals(): boolean {
  const lost = STANDARD_STREAMS.filter(isLost);
  for (const descriptor of lost) closeSync(descriptor);
  return lost.length > 0;
}

/** Whether it is a terminal that is gone: writing nothing fails all the same. */
export function isLost(descriptor: number): boolean {
  try {
    writeSync(descriptor, '');
    return false;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'EIO' || (code === 'EBADF' && isLostInput(descriptor));
  }
}

/** A terminal that is open for reading only cannot be written to. On Linux its name says that it is gone. */
function isLostInput(descriptor: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).endsWith(' (deleted)');
  } catch {
    return false;
  }
}

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

import type { Writable } from 'node:stream';
import type { Clock } from '../base/time.js';
import type { Output } from '../process/context.js';
import { WAITING } from '../turn/turn-report.js';
import { OpenLine } from './editor/open-line.js';
import { SPINNER_TICK_MS } from './editor/status.js';

/** A spinner on a line of its own, below what is printed. */
export interface Spinner {
  start(): void;
  /** Leaves nothing of it on the screen, and the cursor where the printed text ends. */
  stop(): void;
  /** Text was printed on the terminal of the spinner, while it was stopped. */
  printed(text: string): void;
}

/**
 * A spinner on `output`; undefined on a terminal that does not know its width, as ora clears lines
 * there without end. ora loads only now, because the request should be out before it does.
 */
export async function openSpinner(
  output: Writable & { columns?: number },
): Promise<Spinner | undefined> {
  if (!output.columns) return undefined;
  const { default: ora } = await import('ora');
  const spinner = ora({
    stream: output,
    interval: SPINNER_TICK_MS,
    isEnabled: true,
    discardStdin: false,
    hideCursor: false,
  });
  const openLine = new OpenLine(() => output.columns ?? DEFAULT_COLUMNS);
  let hasPrinted = false;
  return {
    start() {
      if (spinner.isSpinning) return;
      output.write(openLine.leave());
      // Below a reply it is a single cell, which no change of the window can wrap.
      spinner.start(hasPrinted ? '' : WAITING);
    },
    stop() {
      // Every stop moves the cursor to the start of the line, also when nothing spins any more.
      if (!spinner.isSpinning) return;
      spinner.stop();
      openLine.reflow();
      output.write(openLine.resume());
    },
    printed(text) {
      hasPrinted = true;
      openLine.add(text);
    },
  };
}

const DEFAULT_COLUMNS = 80;

/** A task that is done sooner than this shows no progress. */
const PROGRESS_DELAY_MS = 1_000;
const PROGRESS_INTERVAL_MS = 100;
const CLEAR_ROW = '\r\x1b[2K';

export interface Progress {
  /** The line is made only when it is shown. */
  show(line: () => string): void;
  /** Leaves nothing of it on the screen. */
  end(): void;
}

/** One line on stderr that shows how far a long task is, where somebody watches. */
export function openProgress(
  { stderr, clock }: { stderr: Output; clock: Pick<Clock, 'monotonic'> },
  isWatched: boolean,
): Progress {
  const started = clock.monotonic();
  let shownAt = -Infinity;
  return {
    show(line) {
      const now = clock.monotonic();
      if (!isWatched || now - started < PROGRESS_DELAY_MS || now - shownAt < PROGRESS_INTERVAL_MS)
        return;
      shownAt = now;
      stderr.write(`${CLEAR_ROW}${line().slice(0, (stderr.columns ?? DEFAULT_COLUMNS) - 1)}`);
    },
    end() {
      if (shownAt !== -Infinity) stderr.write(CLEAR_ROW);
      shownAt = -Infinity;
    },
  };
}

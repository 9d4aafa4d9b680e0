import type { Writable } from 'node:stream';
import type { Clock } from '../base/time.js';
import type { Output } from '../process/context.js';
import { WAITING } from '../turn/turn-report.js';

/** The spinner of the prompt and the one of `send` turn equally fast. */
export const SPINNER_TICK_MS = 100;
export const SPINNER_FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Passes a reply's events on, with a spinner on `output` until there is something to show.
 * ora loads only now, because the request should be out before it does.
 */
export async function* withSpinner<Event extends { type: string }>(
  events: AsyncGenerator<Event>,
  output: Writable & { columns?: number },
): AsyncGenerator<Event> {
  // On a terminal that does not know its width, ora clears lines without end.
  if (!output.columns) {
    yield* events;
    return;
  }
  const { default: ora } = await import('ora');
  const spinner = ora({
    text: WAITING,
    stream: output,
    interval: SPINNER_TICK_MS,
    isEnabled: true,
    discardStdin: false,
    hideCursor: false,
  });
  // Every stop moves the cursor to the start of the line, also when nothing spins any more.
  const stop = (): void => {
    if (spinner.isSpinning) spinner.stop();
  };
  spinner.start();
  try {
    for await (const event of events) {
      if (event.type === 'delta' || event.type === 'done') stop();
      yield event;
    }
  } finally {
    stop();
  }
}

/** A task that is done sooner than this shows no progress. */
const PROGRESS_DELAY_MS = 1_000;
const PROGRESS_INTERVAL_MS = 100;
const CLEAR_ROW = '\r\x1b[2K';

export interface Progress {
  show(line: string): void;
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
      stderr.write(`${CLEAR_ROW}${line.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    end() {
      if (shownAt !== -Infinity) stderr.write(CLEAR_ROW);
      shownAt = -Infinity;
    },
  };
}

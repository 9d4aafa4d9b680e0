import type { Output } from '../process/context.js';
import type { Clock } from '../base/time.js';

/** How long something takes before it is worth a word, in milliseconds. */
const PATIENCE_MS = 1_000;
/** Between two words. */
const PAUSE_MS = 100;

export interface Progress {
  show(line: string): void;
  /** Leaves nothing of it behind. */
  end(): void;
}

/** One line on stderr that says how far something is, when it takes long and somebody watches. */
export function openProgress(
  { stderr, clock }: { stderr: Output; clock: Pick<Clock, 'monotonic'> },
  isWatched: boolean,
): Progress {
  const started = clock.monotonic();
  let shownAt = -Infinity;
  const clear = '\r\x1b[2K';
  return {
    show(line) {
      const now = clock.monotonic();
      if (!isWatched || now - started < PATIENCE_MS || now - shownAt < PAUSE_MS) return;
      shownAt = now;
      stderr.write(`${clear}${line.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    end() {
      if (shownAt !== -Infinity) stderr.write(clear);
      shownAt = -Infinity;
    },
  };
}

import type { Clock } from '../../src/base/time.js';
import { systemClock } from '../../src/process/system.js';

export interface RealClock extends Clock {
  /** From now on time goes so many times as fast. */
  speedUp(factor: number): void;
}

/** Time as it goes, or so many times as fast: for bounds that a test would otherwise sit out. */
export function realClock(factor = 1): RealClock {
  const clock = systemClock(() => process.hrtime());
  const skipped = { ms: 0, since: clock.monotonic(), speed: factor };
  const skippedMs = (): number =>
    skipped.ms + (clock.monotonic() - skipped.since) * (skipped.speed - 1);
  return {
    now: () => new Date(clock.now().getTime() + skippedMs()),
    monotonic: () => clock.monotonic() + skippedMs(),
    sleep: (ms, signal) => clock.sleep(ms / skipped.speed, signal),
    speedUp(speed) {
      Object.assign(skipped, { ms: skippedMs(), since: clock.monotonic(), speed });
    },
  };
}

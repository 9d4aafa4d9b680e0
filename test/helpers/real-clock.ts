import type { Clock } from '../../src/base/time.js';
import { systemClock } from '../../src/process/system.js';

/** Time as it goes. */
export function realClock(): Clock {
  return systemClock(() => process.hrtime());
}

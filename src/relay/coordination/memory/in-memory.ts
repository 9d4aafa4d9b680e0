import type { Clock } from '../../../base/time.js';
import type { Coordination } from '../coordination.js';
import { RateAllowances } from './rate-allowances.js';
import { RecordStore } from './record-store.js';
import { TurnQueues } from './turn-queues.js';

/** What one process knows alone. */
export interface InMemory extends Coordination {
  readonly turns: TurnQueues;
  readonly records: RecordStore;
  readonly limits: RateAllowances;
}

export function inMemory(clock: Pick<Clock, 'monotonic'>): InMemory {
  return {
    isShared: false,
    turns: new TurnQueues(),
    records: new RecordStore(clock),
    limits: new RateAllowances(clock),
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

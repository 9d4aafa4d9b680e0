import type { Clock } from '../base/time.js';
import type { Interceptor } from './call.js';
import { FaultPlan, type FaultSettings } from './faults/plan.js';
import { IdempotencyKeys } from './idempotency.js';
import type { OperationName } from './routes.js';
import type { Script } from './scripted-assistant.js';
import { SendLog } from './send-log.js';
import { SandboxStore } from './store.js';

export interface SandboxSettings {
  clock: Clock;
  /** Must give UUIDs: they become the ids of conversations. */
  randomId: () => string;
  /** Time before a reply's first byte; a streamed reply takes as long again over its deltas. */
  latencyMs?: number | undefined;
  /** In place of the built-in assistant. */
  script?: Script | undefined;
  faultSettings?: FaultSettings | undefined;
  /** Stands around every operation: for what no fault can do. */
  intercept?: Interceptor | undefined;
}

/** The state that all requests of one sandbox share. */
export interface SandboxState {
  readonly settings: SandboxSettings;
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal;
  store: SandboxStore;
  keys: IdempotencyKeys;
  plan: FaultPlan;
  /** Requests so far, by operation. */
  requests: Map<OperationName, number>;
  sends: SendLog;
}

export function createState(settings: SandboxSettings, closing: AbortSignal): SandboxState {
  return { settings, closing, ...initialState(settings) };
}

/** Forgets conversations and counts, and puts the faults of the start back. */
export function resetState(state: SandboxState): void {
  Object.assign(state, initialState(state.settings));
}

function initialState({ clock, randomId, faultSettings = {} }: SandboxSettings) {
  return {
    store: new SandboxStore(clock, randomId),
    keys: new IdempotencyKeys(clock),
    plan: new FaultPlan(faultSettings),
    requests: new Map<OperationName, number>(),
    sends: new SendLog(),
  };
}

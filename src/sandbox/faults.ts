import type { Answer, StreamAnswer, StreamEvent } from './answer.js';
import { errorAnswer, errorBody } from './refusal.js';
import type { OperationName } from './routes.js';

export interface FaultRequest {
  operation: OperationName;
  /** 1 for the first request of this operation that the sandbox gets. */
  attempt: number;
  path: string;
}

/**
 * What goes wrong. With `afterDeltas` a streamed reply breaks only after so many deltas; an answer
 * that is not streamed breaks as a whole.
 */
export type Fault =
  | { type: 'answer'; status: number; headers?: Record<string, string> }
  | { type: 'reset'; afterDeltas?: number }
  | { type: 'error_event'; afterDeltas?: number };

type Verdict = Fault | undefined | Promise<Fault | undefined>;

/** Decides what goes wrong. A promise holds the request until it is settled. */
export interface FaultPolicy {
  /** Before the operation runs; a fault here means that nothing was done. */
  before?(request: FaultRequest): Verdict;
  /** After the operation is done and what it stores is stored, before its answer goes out. */
  afterStored?(request: FaultRequest): Verdict;
}

/** The answer as the fault leaves it; undefined is an operation that did not run. */
export function applyFault(fault: Fault, answer?: Answer): Answer {
  if (fault.type === 'answer') return refused(fault.status, fault.headers);
  if (answer?.type === 'stream' && fault.afterDeltas !== undefined) {
    return broken(answer, fault.type, fault.afterDeltas);
  }
  return fault.type === 'reset' ? { type: 'reset' } : refused(500);
}

function refused(status: number, headers?: Record<string, string>): Answer {
  return errorAnswer(status, { detail: 'The sandbox was asked to fail here.', headers });
}

function broken(
  stream: StreamAnswer,
  type: 'reset' | 'error_event',
  afterDeltas: number,
): StreamAnswer {
  const deltas = stream.events.filter(({ event }) => event === 'delta').slice(0, afterDeltas);
  if (type === 'reset') return { ...stream, events: deltas, ending: 'reset' };
  const data = errorBody(500, { detail: 'The sandbox was asked to fail here.' });
  const error: StreamEvent = { event: 'error', data };
  return { ...stream, events: [...deltas, error] };
}

import type { Clock } from '../base/time.js';
import type { Answer } from './answer.js';
import type { Call, Interceptor, Operation } from './call.js';
import { surround } from './faults/kind.js';
import type { FaultPlan, FaultSettings } from './faults/plan.js';
import type { IdempotencyKeys } from './idempotency.js';
import { errorAnswer, Refusal, refuse } from './refusal.js';
import { findOperation, KEYED, type OperationName } from './routes.js';
import type { SendLog } from './stats.js';
import type { ConversationStore } from './store.js';

/** A request with its body read. */
export interface SandboxRequest {
  method: string;
  /** Path and query, as they came. */
  target: string;
  authorization: string | undefined;
  idempotencyKeys: readonly string[];
  /** Whether its connection has carried a request before. */
  isReused: boolean;
  /** Undefined when it was too large to read. */
  body: Buffer | undefined;
}

/** What all requests of one sandbox share. */
export interface Workings {
  store: ConversationStore;
  keys: IdempotencyKeys;
  intercept: Interceptor | undefined;
  plan: FaultPlan;
  /** The faults at the start. */
  firstFaults: FaultSettings;
  sends: SendLog;
  /** Requests so far, by operation. */
  counts: Map<OperationName, number>;
  clock: Clock;
  randomId: () => string;
  latencyMs: number;
  /** Aborted when the sandbox closes. */
  closing: AbortSignal;
}

/** Answers a request, whatever it is: a failure of the sandbox itself is a 500. */
export async function exchange(request: SandboxRequest, workings: Workings): Promise<Answer> {
  try {
    return await operate(request, workings);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return errorAnswer(500, { detail: `The sandbox failed: ${String(error)}` });
  }
}

async function operate(request: SandboxRequest, workings: Workings): Promise<Answer> {
  requireKey(request.authorization);
  const [path, query] = splitTarget(request.target);
  const match = findOperation(request.method, path);
  const { body } = request;
  if (body === undefined) throw refuse(413, { detail: 'The request body is too large.' });
  workings.counts.set(match.name, (workings.counts.get(match.name) ?? 0) + 1);
  const keys = KEYED.has(match.name) ? request.idempotencyKeys : [];
  const call = callOf(workings, {
    operation: match.name,
    id: match.id,
    query: new URLSearchParams(query),
    body,
  });
  const keyed = { keys, method: request.method, path, query, body };
  const intercepted: Operation = surround(
    match.run,
    workings.intercept ? [workings.intercept] : [],
  );
  const run: Operation = (changed) => workings.keys.run(keyed, async () => intercepted(changed));
  const chosen = workings.plan.choose({ target: match.name, isReused: request.isReused });
  if (match.name === 'chat' && workings.plan.isActive)
    workings.sends.note(body, workings.clock.now(), chosen[0]?.name);
  return surround(
    run,
    chosen.map(({ intercept }) => intercept),
  )(call);
}

function callOf(
  { store, latencyMs, clock, closing }: Workings,
  parts: Pick<Call, 'operation' | 'id' | 'query' | 'body'>,
): Call {
  const pause = (ms: number): Promise<void> => clock.sleep(ms, closing);
  return {
    ...parts,
    store,
    latencyMs,
    wait: async () => {
      if (latencyMs > 0) await pause(latencyMs);
    },
    pause,
    now: () => clock.now(),
    view: (messages) => messages,
    largestPage: Infinity,
    isRetentionOff: false,
  };
}

/** Telnyx's keys all start with KEY; which one it is does not matter here. */
function requireKey(authorization = ''): void {
  if (/^bearer +KEY\S*$/i.test(authorization)) return;
  throw refuse(401, { detail: 'The required authentication headers were invalid or missing.' });
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

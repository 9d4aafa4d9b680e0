import type { Clock } from '../base/time.js';
import { isSuccess, type Answer } from './answer.js';
import type { Call } from './call.js';
import { applyFault, type FaultPolicy, type FaultRequest } from './faults.js';
import { surround, type Run } from './faults/kind.js';
import type { FaultPlan, FaultSettings } from './faults/plan.js';
import type { IdempotencyKeys } from './idempotency.js';
import { errorAnswer, Refusal, refuse } from './refusal.js';
import { findOperation, KEYED, STORING, type Match, type OperationName } from './routes.js';
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
  faults: FaultPolicy;
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
  const fault = { operation: match.name, attempt: count(workings.counts, match.name), path };
  const keys = KEYED.has(match.name) ? request.idempotencyKeys : [];
  const call = callOf(workings, { id: match.id, query: new URLSearchParams(query), body });
  const run: Run = async (changed) => {
    const answer = await workings.keys.run(
      { keys, method: request.method, path, query, body },
      () => runUnlessFaulty(match, changed, workings.faults, fault),
    );
    if (!isSuccess(answer) || !STORING.has(match.name)) return answer;
    const verdict = await workings.faults.afterStored?.(fault);
    return verdict === undefined ? answer : applyFault(verdict, answer);
  };
  const chosen = workings.plan.choose({ target: match.name, isReused: request.isReused });
  if (match.name === 'chat' && workings.plan.isActive)
    workings.sends.note(body, workings.clock.now(), chosen[0]?.name);
  return surround(run, chosen)(call);
}

async function runUnlessFaulty(
  { run }: Match,
  call: Call,
  faults: FaultPolicy,
  request: FaultRequest,
): Promise<Answer> {
  const verdict = await faults.before?.(request);
  return verdict === undefined ? run(call) : applyFault(verdict);
}

function callOf(
  { store, latencyMs, clock, closing }: Workings,
  parts: Pick<Call, 'id' | 'query' | 'body'>,
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

function count(counts: Map<OperationName, number>, name: OperationName): number {
  const attempt = (counts.get(name) ?? 0) + 1;
  counts.set(name, attempt);
  return attempt;
}

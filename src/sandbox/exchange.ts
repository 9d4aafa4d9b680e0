import type { Clock } from '../base/time.js';
import {
  errorAnswer,
  Refusal,
  refuse,
  surround,
  type Answer,
  type Call,
  type Interceptor,
  type Operation,
} from './call.js';
import { FaultPlan, type FaultSettings } from './faults/plan.js';
import { IdempotencyKeys } from './idempotency.js';
import { parseChatBody } from './operations/assistants.js';
import { findOperation, type OperationName } from './routes.js';
import { replyTo, type Script } from './scripted-assistant.js';
import { SandboxStore } from './store.js';

/** A request for a turn. */
export interface LoggedSend {
  text: string;
  /** When it came, ISO 8601. */
  at: string;
  /** The fault that it met, if any. */
  fault: string | undefined;
}

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
export interface SandboxState extends ReturnType<typeof initialState> {
  readonly settings: SandboxSettings;
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal;
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
    /** Requests so far, by operation. */
    requests: new Map<OperationName, number>(),
    /** Those for turns while there were faults, by conversation: `npm run soak` judges by them. */
    sends: new Map<string, LoggedSend[]>(),
  };
}

/** A request with its body read. */
export interface SandboxRequest {
  method: string;
  /** Path and query, as they came. */
  target: string;
  authorization: string | undefined;
  idempotencyKeys: readonly string[];
  /** Whether its connection has carried a request before. */
  isReused: boolean;
  /** Undefined when it was too large. */
  body: Buffer | undefined;
}

/** Answers a request to the API. A failure of the sandbox itself is a 500. */
export async function exchange(request: SandboxRequest, state: SandboxState): Promise<Answer> {
  try {
    return await operate(request, state);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return errorAnswer(500, { detail: `The sandbox failed: ${String(error)}` });
  }
}

/** Faults stand around the idempotency keys: an answer that a fault destroys can be replayed. */
async function operate(request: SandboxRequest, state: SandboxState): Promise<Answer> {
  requireKey(request.authorization);
  const { method, body, isReused, idempotencyKeys } = request;
  const [path, query] = splitTarget(request.target);
  const { operation, id, subId, run, isKeyed } = findOperation(method, path);
  if (body === undefined) throw refuse(413, { detail: 'The request body is too large.' });
  const { settings, requests, plan } = state;
  requests.set(operation, (requests.get(operation) ?? 0) + 1);
  const faults = plan.choose(operation, isReused);
  if (operation === 'chat' && plan.isActive) logSend(state, body, faults[0]?.name);
  const intercepted = surround(run, settings.intercept ? [settings.intercept] : []);
  const keyed = { keys: isKeyed ? idempotencyKeys : [], method, path, query, body };
  const runOnce: Operation = (call) => state.keys.run(keyed, async () => intercepted(call));
  const call = createCall(state, { operation, id, subId, query: new URLSearchParams(query), body });
  return surround(
    runOnce,
    faults.map(({ intercept }) => intercept),
  )(call);
}

/** A body that is not a turn is ignored. */
function logSend({ sends, settings }: SandboxState, body: Buffer, fault: string | undefined): void {
  try {
    const { conversation_id: id, content: text } = parseChatBody(body);
    const at = settings.clock.now().toISOString();
    sends.set(id, [...(sends.get(id) ?? []), { text, at, fault }]);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function createCall(
  { store, settings, closing }: SandboxState,
  request: Pick<Call, 'operation' | 'id' | 'subId' | 'query' | 'body'>,
): Call {
  const { clock, latencyMs = 0, script = replyTo } = settings;
  const sleep = (ms: number): Promise<void> => clock.sleep(ms, closing);
  return {
    ...request,
    store,
    script,
    now: () => clock.now(),
    sleep,
    latencyMs,
    waitForReply: async () => {
      if (latencyMs > 0) await sleep(latencyMs);
    },
    listed: (messages) => messages,
    maxPageSize: Infinity,
    isRetentionOff: false,
    needsRetention: true,
  };
}

/** Every key of Telnyx begins with KEY. The sandbox takes any. */
function requireKey(authorization = ''): void {
  if (/^bearer +KEY\S*$/i.test(authorization)) return;
  throw refuse(401, { detail: 'The required authentication headers were invalid or missing.' });
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

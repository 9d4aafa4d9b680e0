import { errorAnswer, Refusal, refuse, type Answer } from './answer.js';
import { surround, type Call, type Operation } from './call.js';
import { findOperation } from './routes.js';
import { replyTo } from './scripted-assistant.js';
import type { SandboxState } from './state.js';

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
  const { settings, requests, plan, sends } = state;
  requests.set(operation, (requests.get(operation) ?? 0) + 1);
  const faults = plan.choose(operation, isReused);
  if (operation === 'chat' && plan.isActive)
    sends.note(body, settings.clock.now(), faults[0]?.name);
  const intercepted = surround(run, settings.intercept ? [settings.intercept] : []);
  const keyed = { keys: isKeyed ? idempotencyKeys : [], method, path, query, body };
  const runOnce: Operation = (call) => state.keys.run(keyed, async () => intercepted(call));
  const call = createCall(state, { operation, id, subId, query: new URLSearchParams(query), body });
  return surround(
    runOnce,
    faults.map(({ intercept }) => intercept),
  )(call);
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

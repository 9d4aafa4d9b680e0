import { onTestFinished } from 'vitest';
import { errorAnswer, type Answer, type Interceptor } from '../../src/sandbox/call.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server.js';
import { stillClock } from '../helpers/still-clock.js';

/** A promise and how to settle it. */
export function deferred<Value = undefined>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => void (resolve = settle));
  return { promise, resolve };
}

/** A sandbox of the test's own, closed when the test ends. */
export async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    clock: stillClock(),
    randomId: () => crypto.randomUUID(),
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export interface RawRequest {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A request with a good key; an object as the body is sent as JSON, text as it is. */
export async function call(
  sandbox: Sandbox,
  path: string,
  { method = 'GET', body, headers = {} }: RawRequest = {},
): Promise<{ status: number; headers: Headers; text: string; body: unknown }> {
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { authorization: 'Bearer KEYtest', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json' && text !== '';
  const parsed: unknown = isJson ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** Refuses the operations with this status, or all when none is named: they do not run. */
export function refusing(status: number, ...operations: string[]): Interceptor {
  return (call, run) =>
    operations.length === 0 || operations.includes(call.operation) ? refusal(status) : run(call);
}

/** Refuses the turn of this number, counted from 1, with this status. */
export function refusingTurn(number: number, status: number): Interceptor {
  let turns = 0;
  return (call, run) => {
    if (call.operation === 'chat') turns++;
    return call.operation === 'chat' && turns === number ? refusal(status) : run(call);
  };
}

function refusal(status: number): Answer {
  return errorAnswer(status, { detail: 'The test refuses this.' });
}

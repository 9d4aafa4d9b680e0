import { UNAVAILABLE } from './chat/contract.js';
import { chat } from './chat/route.js';
import { CoordinationError } from './coordination/coordination.js';
import {
  assertHost,
  assertProbeHost,
  pathOf,
  preflight,
  shareWithOrigin,
} from './exposure/browser-guards.js';
import { assertToken } from './exposure/callers.js';
import { busy, Refusal, sendError, sendJson } from './http/answer.js';
import { CallerLeft, dropBody } from './http/read-body.js';
import { sendMetrics } from './operation/metrics.js';
import type { Call, RelayState, Routes } from './state.js';

const ROUTES: Routes = {
  '/chat': { POST: chat },
  '/health': { GET: health, HEAD: health },
  '/ready': { GET: ready, HEAD: ready },
  '/metrics': { GET: metrics, HEAD: metrics },
  '/openapi.json': { GET: description, HEAD: description },
};

/** The paths that it answers, for the metrics. */
export function pathsOf(moreRoutes: Routes): string[] {
  return [...Object.keys(ROUTES), ...Object.keys(moreRoutes)];
}

const PROBES = ['/health', '/ready'];

/** Answers one request, whatever it is. Never rejects. */
export async function serveCall(call: Call, state: RelayState): Promise<void> {
  const { response } = call;
  state.unanswered++;
  response.on('close', () => {
    state.unanswered--;
    if (state.isDraining) state.lastAnswerAt = state.clock.monotonic();
    if (!response.writableFinished) call.onLeave?.();
    if (call.turnEnd) void call.turnEnd.then(() => reportEnd(call, state));
    else reportEnd(call, state);
  });
  if (!state.keepsConnections) response.shouldKeepAlive = false;
  try {
    const path = pathOf(call.request.url ?? '');
    if (PROBES.includes(path)) assertProbeHost(call.request, state);
    else assertHost(call.request, state.hosts);
    shareWithOrigin(call, state.origins);
    await dispatch(path, call, state);
  } catch (error) {
    if (!state.keepsConnections) response.shouldKeepAlive = false;
    refuse(call, error);
  }
  dropBody(call.request);
}

function reportEnd(call: Call, { clock, report }: RelayState): void {
  report(call, clock.monotonic() - call.startedAt);
}

/** Calls the handler of the path and method. Throws 404 and 405. */
function dispatch(path: string, call: Call, state: RelayState): Promise<void> | void {
  const { method = '' } = call.request;
  const handlers = handlersAt(path, state);
  if (handlers === undefined) throw new Refusal(404, 'Not found');
  call.facts.route = path;
  // Without tokens, metrics are only on a port of their own.
  if (path === '/metrics' && !state.tokens) throw new Refusal(404, 'Not found');
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler) return handler(call, state);
  if (method === 'OPTIONS' && state.origins.size > 0) {
    preflight(call, state.origins);
    return;
  }
  throw new Refusal(405, 'Method not allowed', { allow: Object.keys(handlers).join(', ') });
}

function handlersAt(path: string, { moreRoutes }: RelayState): Routes[string] | undefined {
  return [ROUTES, moreRoutes].find((routes) => Object.hasOwn(routes, path))?.[path];
}

function health(call: Call): void {
  sendJson(call, { status: 200, body: '{"status":"ok"}' });
}

/**
 * Whether a turn would succeed now, as far as is known. Without Redis, new conversations go on; with a rate limit
 * nothing does.
 */
async function ready(call: Call, state: RelayState): Promise<void> {
  if (state.isDraining) throw busy('Draining');
  const { problem } = state.access;
  if (problem !== undefined) throw busy(problem);
  const isDegraded = await isRedisAway(state);
  if (!state.keepsConnections) call.response.shouldKeepAlive = false;
  sendJson(call, { status: 200, body: `{"status":"${isDegraded ? 'degraded' : 'ready'}"}` });
}

async function isRedisAway({ coordination, rate }: RelayState): Promise<boolean> {
  try {
    await coordination.check();
    return false;
  } catch (error) {
    if (rate || !(error instanceof CoordinationError)) throw error;
    return true;
  }
}

/** Nothing in it is secret, so it needs no token. */
async function description(call: Call, { tokens }: RelayState): Promise<void> {
  const { openApiDocument } = await import('./openapi.js');
  sendJson(call, { status: 200, body: openApiDocument(tokens !== undefined) });
}

async function metrics(call: Call, state: RelayState): Promise<void> {
  await assertToken(call, state);
  await sendMetrics(call, state.metricsText);
}

function refuse(call: Call, error: unknown): void {
  const { response, facts } = call;
  if (error instanceof CallerLeft) {
    // An error answer may already be on its way over the connection.
    if (!response.socket?.writableEnded) response.destroy();
    return;
  }
  const refusal = asRefusal(error);
  if (refusal !== error) facts.error = error;
  sendError(call, refusal);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof CoordinationError) return busy(UNAVAILABLE, 5_000);
  return new Refusal(500, 'Internal error');
}

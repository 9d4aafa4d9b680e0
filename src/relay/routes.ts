import type { Call } from './call.js';
import { chat } from './chat/chat-route.js';
import { preflight } from './exposure/origins.js';
import { sendJson, busy, Refusal } from './http/answer.js';
import { assertToken } from './exposure/admit.js';
import { sendMetrics } from './operation/metrics.js';
import { showPage } from './ui/page-route.js';
import type { Workings } from './workings.js';

type Handler = (call: Call, workings: Workings) => Promise<void> | void;

const ROUTES: Record<string, Record<string, Handler>> = {
  '/': { GET: showPage, HEAD: showPage },
  '/chat': { POST: chat },
  '/health': { GET: health, HEAD: health },
  '/ready': { GET: ready, HEAD: ready },
  '/metrics': { GET: metrics },
};

/** Answers a request with what its path and method stand for. Throws 404 and 405. */
export function dispatch(call: Call, workings: Workings): Promise<void> | void {
  const { method = '', url = '' } = call.request;
  const path = pathOf(url);
  const handlers = handlersAt(path, workings);
  if (handlers === undefined) throw new Refusal(404, 'Not found');
  call.facts.route = path;
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler) return handler(call, workings);
  if (method === 'OPTIONS' && workings.origins.size > 0) {
    preflight(call, workings.origins);
    return;
  }
  throw new Refusal(405, 'Method not allowed', { allow: Object.keys(handlers).join(', ') });
}

function handlersAt(path: string, { page }: Workings): Record<string, Handler> | undefined {
  if (path === '/' && !page) return undefined;
  return Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

function health({ response }: Call): void {
  sendJson(response, 200, '{"status":"ok"}');
}

/** Whether a turn would be taken now. Rejects when those who share it can't be reached. */
async function ready({ response }: Call, { isDraining, coordination }: Workings): Promise<void> {
  if (isDraining) throw busy('Draining');
  await coordination.check();
  sendJson(response, 200, '{"status":"ready"}');
}

/** For those who show a token: where there is none, metrics have a port of their own. */
async function metrics(call: Call, { tokens, metricsText }: Workings): Promise<void> {
  if (!tokens) throw new Refusal(404, 'Not found');
  assertToken(call, tokens);
  await sendMetrics(call.response, metricsText);
}

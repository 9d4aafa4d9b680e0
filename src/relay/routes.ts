import type { Call } from './call.js';
import { chat } from './chat/chat-route.js';
import { sendJson } from './http/answer.js';
import { Refusal } from './http/refusal.js';
import { showPage } from './ui/page-route.js';
import type { Workings } from './workings.js';

type Handler = (call: Call, workings: Workings) => Promise<void> | void;

const ROUTES: Record<string, Record<string, Handler>> = {
  '/': { GET: showPage, HEAD: showPage },
  '/chat': { POST: chat },
  '/health': { GET: health, HEAD: health },
};

/** Answers a request with what its path and method stand for. Throws 404 and 405. */
export function dispatch(call: Call, workings: Workings): Promise<void> | void {
  const { method = '', url = '' } = call.request;
  const path = pathOf(url);
  const handlers = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (handlers === undefined) throw new Refusal(404, 'Not found');
  call.facts.route = path;
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler) return handler(call, workings);
  throw new Refusal(405, 'Method not allowed', { allow: Object.keys(handlers).join(', ') });
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

function health({ response }: Call): void {
  sendJson(response, 200, '{"status":"ok"}');
}

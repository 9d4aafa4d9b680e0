import { empty, Refusal, refuse } from './answer.js';
import type { Operation } from './call.js';
import { getAssistant, listAssistants } from './operations/assistants.js';
import { chat } from './operations/chat.js';
import {
  addMessage,
  createConversation,
  deleteConversation,
  getConversation,
  listConversations,
  listInsights,
  listMessages,
  updateConversation,
} from './operations/conversations.js';

interface Route {
  method: string;
  pattern: RegExp;
  run: Operation;
  /** Whether it honours an Idempotency-Key. Chat does not. */
  isKeyed: boolean;
}

const ASSISTANTS = '/v2/ai/assistants';
const CONVERSATIONS = '/v2/ai/conversations';

/** Every operation of the API, declared once. */
const ROUTES = {
  list_assistants: route('GET', ASSISTANTS, listAssistants),
  get_assistant: route('GET', `${ASSISTANTS}/{id}`, getAssistant),
  chat: route('POST', `${ASSISTANTS}/{id}/chat`, chat),
  list_conversations: route('GET', CONVERSATIONS, listConversations),
  create_conversation: keyed(route('POST', CONVERSATIONS, createConversation)),
  get_conversation: route('GET', `${CONVERSATIONS}/{id}`, getConversation),
  update_conversation: route('PUT', `${CONVERSATIONS}/{id}`, updateConversation),
  delete_conversation: route('DELETE', `${CONVERSATIONS}/{id}`, deleteConversation),
  list_messages: route('GET', `${CONVERSATIONS}/{id}/messages`, listMessages),
  add_message: keyed(route('POST', `${CONVERSATIONS}/{id}/message`, addMessage)),
  list_insights: route('GET', `${CONVERSATIONS}/{id}/conversations-insights`, listInsights),
};

function route(method: string, path: string, run: Operation): Route {
  const pattern = new RegExp(`^${path.replace('{id}', '([^/]+)')}$`);
  return { method, pattern, run, isKeyed: false };
}

function keyed(route: Route): Route {
  return { ...route, isKeyed: true };
}

export type OperationName = keyof typeof ROUTES;

export const OPERATION_NAMES = Object.keys(ROUTES) as readonly OperationName[];

export interface FoundOperation extends Pick<Route, 'run' | 'isKeyed'> {
  operation: OperationName;
  /** The id in the path, empty where there is none. */
  id: string;
}

/** The operation for a method and a path, or a Refusal. HEAD counts as GET. */
export function findOperation(method: string, path: string): FoundOperation {
  const names = OPERATION_NAMES.filter((name) => ROUTES[name].pattern.test(path));
  if (names.length === 0) throw noSuchPath(path);
  const asked = method === 'HEAD' ? 'GET' : method;
  const operation = names.find((name) => ROUTES[name].method === asked);
  if (operation === undefined) throw wrongMethod(method, names);
  const { run, isKeyed, pattern } = ROUTES[operation];
  return { operation, run, isKeyed, id: decodeId(pattern.exec(path)?.[1] ?? '') };
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw noSuchPath(text);
  }
}

function noSuchPath(path: string): Refusal {
  return refuse(404, { code: '404', title: 'Not Found', detail: `There is nothing at ${path}.` });
}

function wrongMethod(method: string, names: readonly OperationName[]): Refusal {
  const methods = names.map((name) => ROUTES[name].method);
  const implied = methods.includes('GET') ? ['HEAD', 'OPTIONS'] : ['OPTIONS'];
  const headers = { allow: [...methods, ...implied].join(', ') };
  if (method === 'OPTIONS') return new Refusal(empty(204, headers));
  return refuse(405, { detail: `${method} is not possible here.`, headers });
}

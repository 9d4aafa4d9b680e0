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
  name: string;
  method: string;
  path: string;
  run: Operation;
  /** Whether it honours an Idempotency-Key. Chat does not. */
  isKeyed?: boolean;
}

const CONVERSATION = '/v2/ai/conversations/{id}';

/** Every operation of the API, declared once. */
const ROUTES = [
  { name: 'list_assistants', method: 'GET', path: '/v2/ai/assistants', run: listAssistants },
  { name: 'get_assistant', method: 'GET', path: '/v2/ai/assistants/{id}', run: getAssistant },
  { name: 'chat', method: 'POST', path: '/v2/ai/assistants/{id}/chat', run: chat },
  {
    name: 'list_conversations',
    method: 'GET',
    path: '/v2/ai/conversations',
    run: listConversations,
  },
  {
    name: 'create_conversation',
    method: 'POST',
    path: '/v2/ai/conversations',
    run: createConversation,
    isKeyed: true,
  },
  { name: 'get_conversation', method: 'GET', path: CONVERSATION, run: getConversation },
  { name: 'update_conversation', method: 'PUT', path: CONVERSATION, run: updateConversation },
  { name: 'delete_conversation', method: 'DELETE', path: CONVERSATION, run: deleteConversation },
  { name: 'list_messages', method: 'GET', path: `${CONVERSATION}/messages`, run: listMessages },
  {
    name: 'add_message',
    method: 'POST',
    path: `${CONVERSATION}/message`,
    run: addMessage,
    isKeyed: true,
  },
  {
    name: 'list_insights',
    method: 'GET',
    path: `${CONVERSATION}/conversations-insights`,
    run: listInsights,
  },
] as const satisfies readonly Route[];

export type OperationName = (typeof ROUTES)[number]['name'];

export const OPERATION_NAMES: readonly OperationName[] = ROUTES.map(({ name }) => name);

interface CompiledRoute extends Route {
  name: OperationName;
  pattern: RegExp;
}

const COMPILED: readonly CompiledRoute[] = ROUTES.map((route) => ({
  ...route,
  pattern: new RegExp(`^${route.path.replace('{id}', '([^/]+)')}$`),
}));

export interface FoundOperation {
  operation: OperationName;
  run: Operation;
  isKeyed: boolean;
  /** The id in the path, empty where there is none. */
  id: string;
}

/** The operation for a method and a path, or a Refusal. HEAD counts as GET. */
export function findOperation(method: string, path: string): FoundOperation {
  const routes = COMPILED.filter(({ pattern }) => pattern.test(path));
  if (routes.length === 0) throw noSuchPath(path);
  const route = routes.find((each) => each.method === (method === 'HEAD' ? 'GET' : method));
  if (route === undefined) throw wrongMethod(method, routes);
  const { name: operation, run, isKeyed = false, pattern } = route;
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

function wrongMethod(method: string, routes: readonly Route[]): Refusal {
  const methods = routes.map((route) => route.method);
  const implied = methods.includes('GET') ? ['HEAD', 'OPTIONS'] : ['OPTIONS'];
  const headers = { allow: [...methods, ...implied].join(', ') };
  if (method === 'OPTIONS') return new Refusal(empty(204, headers));
  return refuse(405, { detail: `${method} is not possible here.`, headers });
}

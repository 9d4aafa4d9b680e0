import { empty } from './answer.js';
import { getAssistant, listAssistants } from './assistant-operations.js';
import type { Operation } from './call.js';
import { chat } from './chat-operation.js';
import {
  createConversation,
  deleteConversation,
  getConversation,
  listConversations,
  listInsights,
  updateConversation,
} from './conversation-operations.js';
import { addMessage, listMessages } from './message-operations.js';
import { Refusal, refuse } from './refusal.js';

const OPERATIONS = {
  list_assistants: listAssistants,
  get_assistant: getAssistant,
  chat,
  list_conversations: listConversations,
  create_conversation: createConversation,
  get_conversation: getConversation,
  update_conversation: updateConversation,
  delete_conversation: deleteConversation,
  list_messages: listMessages,
  add_message: addMessage,
  list_insights: listInsights,
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** Operations by path and method; `*` stands for an id. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, OperationName>>>> = {
  '/v2/ai/assistants': { GET: 'list_assistants' },
  '/v2/ai/assistants/*': { GET: 'get_assistant' },
  '/v2/ai/assistants/*/chat': { POST: 'chat' },
  '/v2/ai/conversations': { GET: 'list_conversations', POST: 'create_conversation' },
  '/v2/ai/conversations/*': {
    GET: 'get_conversation',
    PUT: 'update_conversation',
    DELETE: 'delete_conversation',
  },
  '/v2/ai/conversations/*/messages': { GET: 'list_messages' },
  '/v2/ai/conversations/*/message': { POST: 'add_message' },
  '/v2/ai/conversations/*/conversations-insights': { GET: 'list_insights' },
};

export const OPERATION_NAMES: readonly OperationName[] = Object.values(ROUTES).flatMap((methods) =>
  Object.values(methods),
);

const PATTERNS = Object.entries(ROUTES).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replace('*', '([^/]+)')}$`),
  methods,
}));

/** The operations that honour an Idempotency-Key. Chat has none. */
export const KEYED: ReadonlySet<OperationName> = new Set([
  'create_conversation',
  'add_message',
] as const);

export interface Match {
  name: OperationName;
  run: Operation;
  /** The id in the path, '' where there is none. */
  id: string;
}

/** The operation for a method and a path; throws the answer when there is none. HEAD counts as GET. */
export function findOperation(method: string, path: string): Match {
  for (const { pattern, methods } of PATTERNS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const name = methods[method === 'HEAD' ? 'GET' : method];
    if (name === undefined) throw wrongMethod(method, Object.keys(methods));
    return { name, run: OPERATIONS[name], id: decodeId(match[1] ?? '') };
  }
  throw noSuchRoute(path);
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw noSuchRoute(text);
  }
}

function noSuchRoute(path: string): Refusal {
  return refuse(404, { code: '404', title: 'Not Found', detail: `There is nothing at ${path}.` });
}

function wrongMethod(method: string, methods: readonly string[]): Refusal {
  const known = methods.includes('GET') ? ['HEAD', 'OPTIONS'] : ['OPTIONS'];
  const headers = { allow: [...methods, ...known].join(', ') };
  if (method === 'OPTIONS') return new Refusal(empty(204, headers));
  return refuse(405, { detail: `${method} is not possible here.`, headers });
}

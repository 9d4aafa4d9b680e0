import { empty, Refusal, refuse, type Operation } from './call.js';
import { getAssistant, listAssistants, chat } from './operations/assistants.js';
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
import {
  getTestRun,
  listSuiteRuns,
  listTestRuns,
  triggerSuite,
  triggerTest,
} from './operations/test-runs.js';
import {
  createTest,
  deleteTest,
  getTest,
  listTests,
  listTestSuites,
  updateTest,
} from './operations/tests.js';

interface Route {
  method: string;
  pattern: RegExp;
  /** The length of the path before its first id. */
  fixedLength: number;
  run: Operation;
  /** Whether it honours an Idempotency-Key. Chat does not. */
  isKeyed: boolean;
}

const ASSISTANTS = '/v2/ai/assistants';
const CONVERSATIONS = '/v2/ai/conversations';
const TESTS = `${ASSISTANTS}/tests`;
const SUITES = `${TESTS}/test-suites`;

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
  list_tests: route('GET', TESTS, listTests),
  create_test: keyed(route('POST', TESTS, createTest)),
  get_test: route('GET', `${TESTS}/{id}`, getTest),
  update_test: route('PUT', `${TESTS}/{id}`, updateTest),
  delete_test: route('DELETE', `${TESTS}/{id}`, deleteTest),
  list_test_runs: route('GET', `${TESTS}/{id}/runs`, listTestRuns),
  trigger_test: keyed(route('POST', `${TESTS}/{id}/runs`, triggerTest)),
  get_test_run: route('GET', `${TESTS}/{id}/runs/{id}`, getTestRun),
  list_test_suites: route('GET', SUITES, listTestSuites),
  list_suite_runs: route('GET', `${SUITES}/{id}/runs`, listSuiteRuns),
  trigger_suite: keyed(route('POST', `${SUITES}/{id}/runs`, triggerSuite)),
};

function route(method: string, path: string, run: Operation): Route {
  const pattern = new RegExp(`^${path.replaceAll('{id}', '([^/]+)')}$`);
  const [fixed = ''] = path.split('{id}');
  return { method, pattern, fixedLength: fixed.length, run, isKeyed: false };
}

function keyed(route: Route): Route {
  return { ...route, isKeyed: true };
}

export type OperationName = keyof typeof ROUTES;

export const OPERATION_NAMES = Object.keys(ROUTES) as readonly OperationName[];

export interface FoundOperation extends Pick<Route, 'run' | 'isKeyed'> {
  operation: OperationName;
  /** The ids in the path, empty where there are none. */
  id: string;
  subId: string;
}

/** The operation for a method and a path, or a Refusal. HEAD counts as GET. */
export function findOperation(method: string, path: string): FoundOperation {
  const names = namesFor(path);
  if (names.length === 0) throw noSuchPath(path);
  const asked = method === 'HEAD' ? 'GET' : method;
  const operation = names.find((name) => ROUTES[name].method === asked);
  if (operation === undefined) throw wrongMethod(method, names);
  const { run, isKeyed, pattern } = ROUTES[operation];
  const [, id = '', subId = ''] = pattern.exec(path) ?? [];
  return { operation, run, isKeyed, id: decodeId(id), subId: decodeId(subId) };
}

/** The path with the longest fixed beginning wins: `tests` is the id of no assistant. */
function namesFor(path: string): OperationName[] {
  const names = OPERATION_NAMES.filter((name) => ROUTES[name].pattern.test(path));
  const longest = Math.max(...names.map((name) => ROUTES[name].fixedLength));
  return names.filter((name) => ROUTES[name].fixedLength === longest);
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

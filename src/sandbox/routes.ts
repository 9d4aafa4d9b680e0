import { empty, Refusal, refuse, type Operation } from './call.js';
import * as assistants from './operations/assistants.js';
import * as conversations from './operations/conversations.js';
import * as runs from './operations/test-runs.js';
import * as tests from './operations/tests.js';

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
  list_assistants: route('GET', ASSISTANTS, assistants.listAssistants),
  get_assistant: route('GET', `${ASSISTANTS}/{id}`, assistants.getAssistant),
  chat: route('POST', `${ASSISTANTS}/{id}/chat`, assistants.chat),
  list_conversations: route('GET', CONVERSATIONS, conversations.listConversations),
  create_conversation: route('POST', CONVERSATIONS, conversations.createConversation),
  get_conversation: route('GET', `${CONVERSATIONS}/{id}`, conversations.getConversation),
  update_conversation: route('PUT', `${CONVERSATIONS}/{id}`, conversations.updateConversation),
  delete_conversation: route('DELETE', `${CONVERSATIONS}/{id}`, conversations.deleteConversation),
  list_messages: route('GET', `${CONVERSATIONS}/{id}/messages`, conversations.listMessages),
  add_message: route('POST', `${CONVERSATIONS}/{id}/message`, conversations.addMessage),
  list_insights: route(
    'GET',
    `${CONVERSATIONS}/{id}/conversations-insights`,
    conversations.listInsights,
  ),
  list_tests: route('GET', TESTS, tests.listTests),
  create_test: route('POST', TESTS, tests.createTest),
  get_test: route('GET', `${TESTS}/{id}`, tests.getTest),
  update_test: route('PUT', `${TESTS}/{id}`, tests.updateTest),
  delete_test: route('DELETE', `${TESTS}/{id}`, tests.deleteTest),
  list_test_runs: route('GET', `${TESTS}/{id}/runs`, runs.listTestRuns),
  trigger_test: route('POST', `${TESTS}/{id}/runs`, runs.triggerTest),
  get_test_run: route('GET', `${TESTS}/{id}/runs/{id}`, runs.getTestRun),
  list_test_suites: route('GET', SUITES, tests.listTestSuites),
  list_suite_runs: route('GET', `${SUITES}/{id}/runs`, runs.listSuiteRuns),
  trigger_suite: route('POST', `${SUITES}/{id}/runs`, runs.triggerSuite),
};

function route(method: string, path: string, run: Operation): Route {
  const pattern = new RegExp(`^${path.replaceAll('{id}', '([^/]+)')}$`);
  const [fixed = ''] = path.split('{id}');
  const isKeyed = method === 'POST' && run !== assistants.chat;
  return { method, pattern, fixedLength: fixed.length, run, isKeyed };
}

export type OperationName = keyof typeof ROUTES;

export const OPERATION_NAMES = Object.keys(ROUTES) as readonly OperationName[];

/** The operation for a method and a path with its ids, empty where there are none. HEAD counts as GET. */
export function findOperation(method: string, path: string) {
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

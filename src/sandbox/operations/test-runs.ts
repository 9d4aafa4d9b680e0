import * as v from 'valibot';
import { json, refuse, type Answer, type Call } from '../call.js';
import { ASSISTANTS, findAssistant, type Assistant, type Thread } from '../store.js';
import type { AssistantTest, TestRun, RunStatus } from '../test-store.js';
import { takeTurn } from './assistants.js';
import { paginate, parseBody } from './parse-request.js';
import { requireSuite, requireTest } from './tests.js';

export function listTestRuns(call: Call): Answer {
  return runList(call, [requireTest(call)]);
}

export function listSuiteRuns(call: Call): Answer {
  return runList(call, requireSuite(call));
}

function runList({ query, store }: Call, tests: readonly AssistantTest[]): Answer {
  const matches = (run: TestRun): boolean =>
    (['status', 'test_suite_run_id'] as const).every(
      (name) => !query.has(name) || query.get(name) === run[name],
    );
  const runs = store.tests.runsOf(tests.map(({ test_id }) => test_id));
  return json(paginate(runs.filter(matches), query));
}

export function getTestRun(call: Call): Answer {
  const test = requireTest(call);
  const run = call.store.tests.findRun(call.subId);
  if (run?.test_id === test.test_id) return json(run);
  throw refuse(404, { detail: `There is no run ${call.subId} of the test ${test.test_id}.` });
}

export function triggerTest(call: Call): Answer {
  const test = requireTest(call);
  requireVersion(call);
  const run = call.store.tests.addRun(test);
  const answer = json(run, 201);
  start(call, test, run);
  return answer;
}

export function triggerSuite(call: Call): Answer {
  const tests = requireSuite(call);
  requireVersion(call);
  const suiteRunId = call.store.tests.newSuiteRunId();
  const runs = tests.map((test) => [test, call.store.tests.addRun(test, suiteRunId)] as const);
  const answer = json(
    runs.map(([, run]) => run),
    201,
  );
  for (const [test, run] of runs) start(call, test, run);
  return answer;
}

/** `main` is what the other one is promoted to. */
const VERSIONS: readonly string[] = ['main', ASSISTANTS[0].version_id];

const triggerBody = v.object({ destination_version_id: v.optional(v.string()) });

/** All versions of the sandbox's assistants are the same. */
function requireVersion({ body }: Call): void {
  if (body.length === 0) return;
  const { destination_version_id: id } = parseBody(triggerBody, body);
  if (id === undefined || VERSIONS.includes(id)) return;
  const detail = `There is no version ${id}. The versions are ${VERSIONS.join(' and ')}.`;
  throw refuse(400, { detail });
}

interface Outcome {
  status: 'passed' | 'failed' | 'error';
  logs: string;
  /** Undefined when the rubric was not judged. */
  items?: TestRun['detail_status'];
}

/** The run goes on after the answer to its trigger. */
function start(call: Call, test: AssistantTest, run: TestRun): void {
  void simulate(call, test, run)
    .catch((error: unknown) => failure(`The sandbox failed: ${String(error)}`))
    .then(({ status, logs, items }) => {
      const detail_status = items ?? test.rubric.map(({ name }) => ({ name, status }));
      call.store.tests.finishRun(run, { status, logs, detail_status });
    });
}

async function simulate(call: Call, test: AssistantTest, run: TestRun): Promise<Outcome> {
  const sentences = quotedIn(test.instructions);
  const assistant = findAssistant(test.destination);
  if (assistant === undefined) return failure(`There is no assistant ${test.destination}.`);
  const obstacle = obstacleTo(call, { test, assistant, sentences });
  if (obstacle !== undefined) return failure(obstacle);
  const metadata = { assistant_id: assistant.id, telnyx_conversation_channel: 'web_chat' };
  const thread = call.store.create(test.name, metadata);
  const { id: conversation_id } = thread.conversation;
  call.store.tests.updateRun(run, { status: 'running', conversation_id });
  const isInTime = await converse(call, { test, assistant, sentences }, thread);
  if (isInTime) return judged(test, thread);
  return failure(`The test took longer than ${test.max_duration_seconds} seconds.`);
}

function failure(logs: string): Outcome {
  return { status: 'error', logs };
}

function judged(test: AssistantTest, { messages }: Thread): Outcome {
  const replies = messages.filter(({ role }) => role === 'assistant').map(({ text }) => text ?? '');
  const items = judge(test, replies);
  const unmet = items.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (unmet.length === 0) return { status: 'passed', logs: '', items };
  const logs = `The assistant did not say all the quoted words of: ${unmet.join(', ')}`;
  return { status: 'failed', logs, items };
}

interface Simulation {
  test: AssistantTest;
  assistant: Assistant;
  sentences: readonly string[];
}

/** Why the test cannot be run, for its logs. */
function obstacleTo(
  { needsRetention }: Call,
  { test, assistant, sentences }: Simulation,
): string | undefined {
  if (test.telnyx_conversation_channel !== 'web_chat') {
    return 'The sandbox can run web_chat tests only.';
  }
  if (needsRetention && !assistant.privacy_settings.data_retention) {
    return '400 at the conversation of the assistant: it stores no conversations.';
  }
  if (sentences.length > 0) return undefined;
  return 'The caller of the sandbox says what the instructions quote, and they quote nothing.';
}

/** Says the sentences one after another. False when they take longer than the test allows. */
async function converse(
  call: Call,
  { test, assistant, sentences }: Simulation,
  thread: Thread,
): Promise<boolean> {
  const { max_duration_seconds: seconds = Infinity } = test;
  const lastMs = call.now().getTime() + seconds * 1_000;
  for (const content of sentences) {
    await takeTurn(call, { assistant, thread, content });
    if (call.now().getTime() > lastMs) return false;
  }
  return true;
}

const QUOTED = /"([^"]*)"|[“„”]([^“„”]+)[“”]/gu;
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

/** The quoted parts of a text, in order. */
export function quotedIn(text: string): string[] {
  return [...text.matchAll(QUOTED)]
    .map(([, straight, curly]) => (straight ?? curly ?? '').replace(/\s+/gu, ' ').trim())
    .filter((quoted) => quoted !== '');
}

/** The verdict on each item of a rubric: it passes when the assistant said all words that it quotes. */
export function judge(
  { rubric }: Pick<AssistantTest, 'rubric'>,
  replies: readonly string[],
): { name: string; status: RunStatus }[] {
  const said = new Set(replies.flatMap(wordsIn));
  return rubric.map(({ name, criteria }) => {
    const isMet = quotedIn(criteria)
      .flatMap(wordsIn)
      .every((word) => said.has(word));
    return { name, status: isMet ? 'passed' : 'failed' };
  });
}

function wordsIn(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.toLowerCase().replaceAll('’', "'"));
}

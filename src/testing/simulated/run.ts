import { AppError } from '../../base/errors.js';
import { Deadline } from '../../base/time.js';
import type { AssistantTestsClient, TestRun } from '../../conversations/assistants.js';
import { inOrder } from '../../conversations/messages.js';
import { callsOf, replyOf, type TestCase } from '../chat-file/chat-file.js';
import { durationText, fill } from '../chat-file/syntax.js';
import {
  type Known,
  type Observation,
  failed,
  impossible,
  PASSED,
  unobserved,
  type Finding,
} from '../checks/check.js';
import { evaluate } from '../checks/evaluate.js';
import { excerpt } from '../checks/matching.js';
import { recordedConversation, type RecordedConversation } from '../recording/recording.js';
import {
  type Job,
  type CheckResult,
  type RunEnd,
  type TurnResult,
  endByChecks,
  FAILED_EXIT_CODE,
  UNCHECKED_EXIT_CODE,
} from '../run/results.js';
import {
  metadataOf,
  patiently,
  readKnown,
  type RunInProgress,
  type Session,
} from '../run/session.js';
import { isUpToDate, SIMULATED_TIMEOUT_MS, testBody, testOf, itemName } from './test-body.js';

const POLL_MS = 2_000;

/** One run of a simulated case, by Telnyx's own assistant tests. Its conversation is kept. */
export async function* simulatedRun(run: RunInProgress): AsyncGenerator<undefined, RunEnd> {
  const { session, job } = run;
  const client = await session.ports.assistantTests?.();
  if (!client) throw new AppError('bug', 'a simulated case needs the assistant tests of Telnyx');
  const testId = await broughtUpToDate(run, client);
  const state = await finishedRun(run, client, testId);
  const { observation, conversation } = await observe(session, state, job);
  const checks = checkSimulated(job.test, state, observation);
  run.turns.push(...simulatedTurns(job.test, conversation, checks));
  return simulatedVerdict(state, checks);
}

/** The test of a case, created or changed when it is not what it should be. */
async function broughtUpToDate(
  { session, job, assistantId }: RunInProgress,
  client: AssistantTestsClient,
): Promise<string> {
  const body = testBody(job.file, job.test, assistantId);
  const existing = await patiently(session, (call) => client.listTests(body.test_suite, call));
  const test = testOf(existing, body, job.assistantIds);
  if (!test) return (await patiently(session, client.testCreator(body))).id;
  if (isUpToDate(test, body)) return test.id;
  await patiently(session, (call) => client.updateTest(test.id, body, call));
  return test.id;
}

/** Triggers a run, once, and asks for it until it ends, as long as its case lets it take. */
async function finishedRun(
  run: RunInProgress,
  client: AssistantTestsClient,
  testId: string,
): Promise<TestRun> {
  const { session, job } = run;
  const { clock } = session.ports;
  const { signal, versionId } = session.options;
  const { timeoutMs = SIMULATED_TIMEOUT_MS } = job.test.settings;
  await session.gate.pass(signal);
  let state = await client.triggerTest({ testId, versionId }, session.call());
  const deadline = new Deadline(clock, timeoutMs);
  for (;;) {
    run.conversationId = state.conversationId;
    if (isFinished(state)) return state;
    if (!deadline.hasRoomFor(POLL_MS)) {
      throw new AppError('timeout', `the run did not end within ${durationText(timeoutMs)}`);
    }
    await clock.sleep(POLL_MS, signal);
    const asked = { testId, runId: state.id };
    state = await patiently(session, (call) => client.getTestRun(asked, call));
  }
}

interface ObservedRun {
  observation: Observation;
  conversation: RecordedConversation;
}

async function observe(
  session: Session,
  { conversationId: id }: TestRun,
  { file, test }: Job,
): Promise<ObservedRun> {
  const none = { unknown: 'the run has no conversation' };
  const conversation = id === undefined ? none : await conversationOf(session, id);
  const readsMetadata = test.checks.some(({ check }) => check.type === 'metadata');
  const { greeting = [], turns = [] } = 'value' in conversation ? conversation.value : {};
  const record = [...greeting, ...turns.flatMap((turn) => turn.record)];
  const missing = 'unknown' in conversation ? conversation : undefined;
  const observation: Observation = {
    ...unobserved('a simulated conversation has no times'),
    reply: missing ?? { value: replyOf(record) ?? '' },
    tools: missing ?? { value: callsOf(record) },
    metadata: readsMetadata && id !== undefined ? await metadataOf(session, id) : none,
    variables: file.variables,
    isConversation: true,
  };
  return { observation, conversation: { greeting, turns } };
}

function conversationOf(session: Session, id: string): Promise<Known<RecordedConversation>> {
  return readKnown(session, async (call) => {
    const messages = await session.ports.messages(id, call);
    if (messages.length === 0) return { unknown: 'the conversation has no messages' };
    return { value: recordedConversation(inOrder(messages)) };
  });
}

const UNFINISHED = ['pending', 'starting', 'running'];
const JUDGED = ['passed', 'failed', 'completed'];

function isFinished({ status }: TestRun): boolean {
  return !UNFINISHED.includes(status);
}

/** The checks of a simulated case: the rubric by its items, the others by the whole conversation. */
function checkSimulated(test: TestCase, run: TestRun, observation: Observation): CheckResult[] {
  let item = 0;
  return test.checks.map(({ line, text, check }) => {
    const { verdict, reason } =
      check.type === 'judge'
        ? judged(run, itemName(fill(check.text, observation.variables), item++))
        : evaluate(check, observation);
    return { line, check: text, verdict, reason };
  });
}

function judged(run: TestRun, name: string): Finding {
  const status = run.items.find((item) => item.name === name)?.status;
  if (status === 'passed' || (status === undefined && run.status === 'passed')) return PASSED;
  if (status === 'failed') return failed(`the judge of Telnyx says no${logsOf(run)}`);
  return impossible(`the judge of Telnyx gave no verdict${logsOf(run)}`);
}

function logsOf({ logs }: TestRun): string {
  return logs.trim() === '' ? '' : `: ${excerpt(logs)}`;
}

/** The verdict on a run that is finished. */
function simulatedVerdict(run: TestRun, checks: readonly CheckResult[]): RunEnd {
  if (!JUDGED.includes(run.status)) {
    return {
      verdict: 'error',
      reason: `the run ended as ${run.status}${logsOf(run)}`,
      exitCode: UNCHECKED_EXIT_CODE,
    };
  }
  const end = endByChecks(checks);
  if (run.status !== 'failed' || end.verdict === 'failed') return end;
  return { verdict: 'failed', reason: `the run failed${logsOf(run)}`, exitCode: FAILED_EXIT_CODE };
}

/** The conversation of a simulated caller; the checks are of all of it, and shown with its end. */
function simulatedTurns(
  test: TestCase,
  { turns }: RecordedConversation,
  checks: CheckResult[],
): TurnResult[] {
  const taken = turns.length === 0 ? [{ message: '', record: [] }] : turns;
  return taken.map(({ message, record }, index) => ({
    line: test.line,
    said: message,
    reply: replyOf(record),
    tools: callsOf(record),
    isRecovered: false,
    checks: index === taken.length - 1 ? checks : [],
  }));
}

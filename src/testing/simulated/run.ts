import { AppError } from '../../base/errors.js';
import { Deadline, type CallOptions } from '../../base/time.js';
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
  type Finding,
} from '../checks/check.js';
import { evaluate } from '../checks/evaluate.js';
import { excerpt } from '../checks/matching.js';
import { recordedConversation, type RecordedConversation } from '../recording/recording.js';
import { endByError } from '../run/play.js';
import {
  type Job,
  type UntimedRun,
  type CheckResult,
  type RunEnd,
  type TurnResult,
  endByChecks,
  FAILED_EXIT_CODE,
  UNCHECKED_EXIT_CODE,
} from '../run/results.js';
import { metadataOf, patiently, readKnown, type Session } from '../run/session.js';
import { isUpToDate, SIMULATED_TIMEOUT_MS, testBody, testOf, itemName } from './test-body.js';

const POLL_MS = 2_000;

/** One run of a simulated case, by Telnyx's own assistant tests. Its conversation is kept. */
export async function* simulatedRun(
  session: Session,
  job: Job,
  assistantId: string,
): AsyncGenerator<undefined, UntimedRun> {
  let run: TestRun | undefined;
  const partial = (): Pick<UntimedRun, 'conversationId' | 'isKept'> => ({
    conversationId: run?.conversationId,
    isKept: run?.conversationId !== undefined,
  });
  try {
    const client = await clientOf(session);
    const testId = await broughtUpToDate(session, client, { job, assistantId });
    for await (run of statesOfRun(session, client, { job, testId }));
    if (!run) throw new AppError('bug', 'a run has no state');
    const observed = await observe(session, run, job);
    const checks = checkSimulated(job.test, run, observed.observation);
    const turns = simulatedTurns(job.test, observed.conversation, checks);
    return { ...simulatedVerdict(run, checks), ...partial(), turns };
  } catch (error) {
    return { ...endByError(session, error), ...partial(), turns: [] };
  }
}

async function clientOf({ ports: { assistantTests } }: Session): Promise<AssistantTestsClient> {
  if (assistantTests) return assistantTests();
  throw new AppError('bug', 'a simulated case needs the assistant tests of Telnyx');
}

/** Runs a request that may be repeated without harm: it is tried again on 429 and server errors. */
function repeatable<T>(session: Session, request: (call: CallOptions) => Promise<T>): Promise<T> {
  return patiently(session, session.call(), request);
}

/** The test of a case, created or changed when it is not what it should be. */
async function broughtUpToDate(
  session: Session,
  client: AssistantTestsClient,
  { job, assistantId }: { job: Job; assistantId: string },
): Promise<string> {
  const body = testBody(job.file, job.test, assistantId);
  const existing = await repeatable(session, (call) => client.listTests(body.test_suite, call));
  const test = testOf(existing, body, job.assistantIds);
  if (!test) return (await repeatable(session, client.testCreator(body))).id;
  if (isUpToDate(test, body)) return test.id;
  await repeatable(session, (call) => client.updateTest(test.id, body, call));
  return test.id;
}

/** Triggers a run, once, and asks for it until it ends, as long as its case lets it take. */
async function* statesOfRun(
  session: Session,
  client: AssistantTestsClient,
  { job, testId }: { job: Job; testId: string },
): AsyncGenerator<TestRun> {
  const { ports, options, gate } = session;
  const { signal, versionId } = options;
  const { timeoutMs = SIMULATED_TIMEOUT_MS } = job.test.settings;
  await gate.pass(signal);
  let run = await client.triggerTest({ testId, versionId }, session.call());
  const deadline = new Deadline(ports.clock, timeoutMs);
  yield run;
  while (!isFinished(run)) {
    if (!deadline.hasRoomFor(POLL_MS)) {
      throw new AppError('timeout', `the run did not end within ${durationText(timeoutMs)}`);
    }
    await ports.clock.sleep(POLL_MS, signal);
    const { id: runId } = run;
    run = await repeatable(session, (call) => client.getTestRun({ testId, runId }, call));
    yield run;
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
  const noTime = { unknown: 'a simulated conversation has no times' };
  const observation: Observation = {
    reply: missing ?? { value: replyOf(record) ?? '' },
    isSilent: false,
    firstWordMs: noTime,
    totalMs: noTime,
    tools: missing ?? { value: callsOf(record) },
    metadata: readsMetadata && id !== undefined ? await metadataOf(session, id) : none,
    reference: '',
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
    reference: undefined,
    tools: callsOf(record),
    firstWordMs: undefined,
    totalMs: undefined,
    isRecovered: false,
    checks: index === taken.length - 1 ? checks : [],
    turn: undefined,
  }));
}

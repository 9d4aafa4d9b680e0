import { AppError } from '../../base/errors.js';
import { Deadline, type CallOptions } from '../../base/time.js';
import type { AssistantTestsClient, TestRun } from '../../conversations/assistant-tests.js';
import { inOrder } from '../../conversations/messages.js';
import { callsOf, replyOf } from '../chat-file/chat-file.js';
import { durationText } from '../chat-file/values.js';
import type { Known, Observation } from '../checks/check.js';
import { recordedConversation, type RecordedConversation } from '../recording/recording.js';
import { endByError } from '../run/play.js';
import type { Job, RunEnd, RunResult } from '../run/results.js';
import { patiently, type Session } from '../run/session.js';
import { checkSimulated, isFinished, simulatedTurns, simulatedVerdict } from './judge.js';
import { isUpToDate, SIMULATED_TIMEOUT_MS, testBody, testOf } from './test-body.js';

const POLL_MS = 2_000;

/** One run of a simulated case, by Telnyx's own assistant tests. Its conversation is kept. */
export async function* simulatedRun(
  session: Session,
  job: Job,
  assistantId: string,
): AsyncGenerator<undefined, RunResult> {
  const { clock } = session.ports;
  const started = clock.monotonic();
  let run: TestRun | undefined;
  const partial = (): Omit<RunResult, keyof RunEnd | 'turns'> => ({
    conversationId: run?.conversationId,
    isKept: run?.conversationId !== undefined,
    ms: Math.round(clock.monotonic() - started),
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

async function observe(session: Session, run: TestRun, { file, test }: Job): Promise<ObservedRun> {
  const conversation = await conversationOf(session, run);
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
    metadata: readsMetadata ? await metadataOf(session, run) : { unknown: 'it was not read' },
    reference: '',
    variables: file.variables,
  };
  return { observation, conversation: { greeting, turns } };
}

async function conversationOf(
  session: Session,
  run: TestRun,
): Promise<Known<RecordedConversation>> {
  return known(session, run, async (id, call) => {
    const messages = await session.ports.messages(id, call);
    if (messages.length === 0) return { unknown: 'the conversation has no messages' };
    return { value: recordedConversation(inOrder(messages)) };
  });
}

async function metadataOf(session: Session, run: TestRun): Promise<Known<Record<string, string>>> {
  return known(session, run, async (id, call) => {
    const { metadata } = await session.ports.getConversation(id, call);
    return { value: metadata };
  });
}

/** The result of reading from the conversation of a run, or the reason why it cannot be read. */
async function known<T>(
  session: Session,
  { conversationId }: TestRun,
  read: (id: string, call: CallOptions) => Promise<Known<T>>,
): Promise<Known<T>> {
  if (conversationId === undefined) return { unknown: 'the run has no conversation' };
  try {
    return await repeatable(session, (call) => read(conversationId, call));
  } catch (error) {
    if (session.options.signal.aborted || !(error instanceof AppError)) throw error;
    return { unknown: `the conversation could not be read: ${error.message}` };
  }
}

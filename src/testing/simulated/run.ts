import { AppError } from '../../base/errors.js';
import { retrying } from '../../base/retry.js';
import { Deadline, type CallOptions } from '../../base/time.js';
import { inOrder } from '../../conversations/messages.js';
import { callsOf, replyOf } from '../chat-file/chat-file.js';
import { durationText } from '../chat-file/values.js';
import type { Known, Observation } from '../checks/check.js';
import { recordedConversation, type RecordedConversation } from '../recording/recording.js';
import { endByError } from '../run/play.js';
import type { Job, RunEnd, RunResult } from '../run/results.js';
import type { Session } from '../run/session.js';
import { checkSimulated, isFinished, simulatedTurns, simulatedVerdict } from './judge.js';
import {
  type SimulatedRun,
  type SimulationPorts,
  isUpToDate,
  SIMULATED_TIMEOUT_MS,
  testBody,
  testOf,
} from './test-body.js';

const POLL_MS = 2_000;

/** One run of a simulated case, by Telnyx's own assistant tests. Its conversation is kept. */
export async function* simulatedRun(
  session: Session,
  job: Job,
  assistantId: string,
): AsyncGenerator<undefined, RunResult> {
  const { clock } = session.ports;
  const started = clock.monotonic();
  let run: SimulatedRun | undefined;
  const partial = (): Omit<RunResult, keyof RunEnd | 'turns'> => ({
    conversationId: run?.conversationId,
    isKept: run?.conversationId !== undefined,
    ms: Math.round(clock.monotonic() - started),
  });
  try {
    const ports = portsOf(session);
    const testId = await broughtUpToDate(session, ports, { job, assistantId });
    await session.gate.pass(session.options.signal);
    run = await ports.triggerRun(testId, session.options.versionId, session.call());
    run = await finished(session, { ports, testId, run, job });
    const observed = await observe(session, run, job);
    const checks = checkSimulated(job.test, run, observed.observation);
    const turns = simulatedTurns(job.test, observed.conversation, checks);
    return { ...simulatedVerdict(run, checks), ...partial(), turns };
  } catch (error) {
    return { ...endByError(session, error), ...partial(), turns: [] };
  }
}

function portsOf({ ports: { simulations } }: Session): SimulationPorts {
  if (simulations) return simulations;
  throw new AppError('bug', 'a simulated case needs the tests of Telnyx');
}

/** Reads are tried again on 429 and server errors. */
function reading<T>(session: Session, read: (call: CallOptions) => Promise<T>): Promise<T> {
  const { clock } = session.ports;
  const { signal, timeoutMs } = session.call();
  return retrying(read, { clock, signal, deadline: new Deadline(clock, timeoutMs) });
}

/** The test of a case, created or changed when it is not what it should be. */
async function broughtUpToDate(
  session: Session,
  ports: SimulationPorts,
  { job, assistantId }: { job: Job; assistantId: string },
): Promise<string> {
  const body = testBody(job.file, job.test, assistantId);
  const existing = await reading(session, (call) => ports.testsOf(body.test_suite, call));
  const test = testOf(existing, body, job.assistantIds);
  if (!test) return (await ports.createTest(body, session.call())).id;
  if (!isUpToDate(test, body)) await ports.updateTest(test.id, body, session.call());
  return test.id;
}

/** Waits for the end of a run, as long as its case lets it take. */
async function finished(
  session: Session,
  {
    ports,
    testId,
    run,
    job,
  }: { ports: SimulationPorts; testId: string; run: SimulatedRun; job: Job },
): Promise<SimulatedRun> {
  const { clock } = session.ports;
  const { timeoutMs = SIMULATED_TIMEOUT_MS } = job.test.settings;
  const deadline = new Deadline(clock, timeoutMs);
  let latest = run;
  while (!isFinished(latest)) {
    if (!deadline.hasRoomFor(POLL_MS)) {
      throw new AppError('timeout', `the run did not end within ${durationText(timeoutMs)}`);
    }
    await clock.sleep(POLL_MS, session.options.signal);
    latest = await reading(session, (call) => ports.getRun(testId, run.id, call));
  }
  return latest;
}

interface ObservedRun {
  observation: Observation;
  conversation: RecordedConversation;
}

async function observe(
  session: Session,
  run: SimulatedRun,
  { file, test }: Job,
): Promise<ObservedRun> {
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
  run: SimulatedRun,
): Promise<Known<RecordedConversation>> {
  return known(session, run, async (id, call) => {
    const messages = await session.ports.messages(id, call);
    if (messages.length === 0) return { unknown: 'the conversation has no messages' };
    return { value: recordedConversation(inOrder(messages)) };
  });
}

async function metadataOf(
  session: Session,
  run: SimulatedRun,
): Promise<Known<Record<string, string>>> {
  return known(session, run, async (id, call) => {
    const { metadata } = await session.ports.getConversation(id, call);
    return { value: metadata };
  });
}

/** What can be read of the conversation of a run; else why it cannot. */
async function known<T>(
  session: Session,
  { conversationId }: SimulatedRun,
  read: (id: string, call: CallOptions) => Promise<Known<T>>,
): Promise<Known<T>> {
  if (conversationId === undefined) return { unknown: 'the run has no conversation' };
  try {
    return await reading(session, (call) => read(conversationId, call));
  } catch (error) {
    if (session.options.signal.aborted || !(error instanceof AppError)) throw error;
    return { unknown: `the conversation could not be read: ${error.message}` };
  }
}

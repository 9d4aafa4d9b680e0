import { AppError } from '../../base/errors.js';
import { percentile } from '../../base/time.js';
import {
  isSimulated,
  checksOf,
  replyOf,
  type ScriptedTurn,
  callsOf,
  type ChatFile,
} from '../chat-file/chat-file.js';
import { fill, durationText } from '../chat-file/syntax.js';
import { unobserved, type Observation } from '../checks/check.js';
import { simulatedRun } from '../simulated/run.js';
import { deleteBeside, endByError, playRun, judgeTurn } from './play.js';
import {
  type CaseResult,
  type Job,
  type RunEnd,
  type RunResult,
  caseVerdict,
  type TurnResult,
  endByChecks,
  timesOf,
} from './results.js';
import { openSession, type RunInProgress, type Session, type SessionSetup } from './session.js';

/*
 * The way into running tests. `test` and the library call, in this order:
 *
 *     readChatFile     (chat-file/parse.ts) for each file
 *     selectedCases    (plan.ts) by lines, tags, titles, and what failed last; `listText` shows them
 *     plannedJobs      (plan.ts) with assistants, or REPLAY
 *     runTests         here, over TestPorts; or replayTests, which needs none
 *     maskedResult     (results.ts) before anything is printed or written
 *     caseLines, summaryLines, junitReport, …   (report/) the texts
 *     exitCodeOfResults (results.ts) of all results, or of what `compared` finds worse
 *
 * One case: playRun (play.ts) → takeTimedTurn, readTools → judgeTurn → evaluate (checks/). A simulated one:
 * simulatedRun (simulated/run.ts).
 */

const ONCE = { count: 1, mustPass: 1 };

export interface TestRun {
  /** Sorted as files and cases. After an interrupt, cases that did not begin are missing. */
  results: CaseResult[];
  isInterrupted: boolean;
}

/**
 * Runs cases: several side by side, serial ones alone after the others, the runs of a case one after
 * another. What passed is deleted beside the cases that follow. An interrupt ends it with what was done.
 */
export async function runTests(jobs: readonly Job[], setup: SessionSetup): Promise<TestRun> {
  const { options, onEvent } = setup;
  const session = openSession(setup);
  const results = new Map<Job, CaseResult[]>();
  const run = async (job: Job): Promise<void> => {
    const finished = await runCase(session, job);
    results.set(job, finished);
    for (const result of finished) onEvent({ type: 'finished', result });
  };
  const settled = (): Promise<unknown> => Promise.all(session.deletions.splice(0));
  const runAlone = async (job: Job): Promise<void> => {
    await run(job);
    await settled();
  };
  const isAlone = ({ test }: Job): boolean => test.settings.isSerial === true;
  try {
    await inLanes(session, jobs.filter((job) => !isAlone(job)), { lanes: options.concurrency, run }); // prettier-ignore
    await settled();
    await inLanes(session, jobs.filter(isAlone), { lanes: 1, run: runAlone });
  } finally {
    session.end();
  }
  return { results: inFileOrder(jobs, results), isInterrupted: options.signal.aborted };
}

/** Runs cases against their own recordings: nothing is sent. */
export function replayTests(jobs: readonly Job[]): TestRun {
  const results = new Map<Job, CaseResult[]>();
  for (const job of jobs) {
    const skipReason = isSimulated(job.test) ? 'a simulated case has no recording' : job.skipReason;
    const runs = skipReason === undefined ? [replayRun(job)] : [];
    results.set(job, [caseResult({ ...job, skipReason }, undefined, { runs, needed: ONCE })]);
  }
  return { results: inFileOrder(jobs, results), isInterrupted: false };
}

async function inLanes(
  { options: { signal }, onEvent }: Session,
  jobs: readonly Job[],
  { lanes, run }: { lanes: number; run: (job: Job) => Promise<void> },
): Promise<void> {
  const waiting = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of waiting) {
      if (signal.aborted) return;
      onEvent({ type: 'started', job });
      await run(job);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
}

/** All runs of a case, with each of its assistants. */
async function runCase(session: Session, job: Job): Promise<CaseResult[]> {
  const needed = job.test.settings.runs ?? ONCE;
  const runs = job.assistantIds.map((): RunResult[] => []);
  const count = job.skipReason === undefined ? needed.count : 0;
  for (let index = 0; index < count && !session.options.signal.aborted; index++) {
    const results = await inTurn(job.assistantIds.map((id) => oneRun(session, job, id)));
    for (const [at, result] of results.entries()) runs[at]?.push(result);
  }
  return job.assistantIds.map((id, at) => caseResult(job, id, { runs: runs[at] ?? [], needed }));
}

async function* oneRun(
  session: Session,
  job: Job,
  assistantId: string | undefined,
): AsyncGenerator<undefined, RunResult> {
  if (assistantId === undefined) throw new AppError('bug', 'a case has no assistant to run with');
  const { clock } = session.ports;
  const started = clock.monotonic();
  const run: RunInProgress = { session, job, assistantId, conversationId: undefined, turns: [] };
  const end = yield* endOf(run);
  const { conversationId, turns } = run;
  const ms = Math.round(clock.monotonic() - started);
  const result = { ...end, conversationId, isKept: conversationId !== undefined, turns, ms };
  if (!isSimulated(job.test)) deleteBeside(session, result);
  return result;
}

async function* endOf(run: RunInProgress): AsyncGenerator<undefined, RunEnd> {
  try {
    return yield* isSimulated(run.job.test) ? simulatedRun(run) : playRun(run);
  } catch (error) {
    return endByError(run.session, error);
  }
}

/** Takes a step of each at a time, until all are done. */
async function inTurn<T>(steps: readonly AsyncGenerator<undefined, T>[]): Promise<T[]> {
  const latest: IteratorResult<undefined, T>[] = [];
  while (steps.some((_, index) => !latest[index]?.done)) {
    for (const [index, each] of steps.entries()) {
      if (!latest[index]?.done) latest[index] = await each.next();
    }
  }
  return latest.flatMap((step) => (step.done ? [step.value] : []));
}

function caseResult(
  { file, test, skipReason }: Job,
  assistantId: string | undefined,
  { runs, needed }: { runs: RunResult[]; needed: { count: number; mustPass: number } },
): CaseResult {
  const { line, title, tags } = test;
  const verdict =
    skipReason === undefined
      ? caseVerdict(runs, needed)
      : ({ verdict: 'skipped', reason: skipReason } as const);
  return { file: file.path, line, title, tags, assistantId, ...verdict, runs };
}

/** The results of each file in the order of its cases, and its `p95` after them. */
function inFileOrder(jobs: readonly Job[], results: ReadonlyMap<Job, CaseResult[]>): CaseResult[] {
  const files = [...new Set(jobs.map(({ file }) => file))];
  return files.flatMap((file) => {
    const own = jobs.filter((job) => job.file === file).flatMap((job) => results.get(job) ?? []);
    return [...own, ...p95Results(file, own)];
  });
}

const NO_METADATA = { unknown: 'a recording has no metadata' };
const NO_REPLY = { unknown: 'the recording has no reply: the file has no < for this message' };

/** One run of a case against its own recording: nothing is sent. */
function replayRun({ file, test }: Job): RunResult {
  const variables = new Map(file.variables);
  const turns: TurnResult[] = [];
  let end = endByChecks([]);
  for (const turn of test.turns) {
    const expectsSilence = checksOf(test, turn).some(({ check }) => check.type === 'silent');
    const observation = recordedObservation(turn, expectsSilence);
    const said = fill(turn.message, variables);
    const result = judgeTurn(test, turn, { said, isRecovered: false, observation, variables });
    turns.push(result);
    end = endByChecks(result.checks);
    if (end.verdict !== 'passed') break;
  }
  return { ...end, conversationId: undefined, isKept: false, ms: 0, turns };
}

function recordedObservation(
  { record }: ScriptedTurn,
  expectsSilence: boolean,
): Omit<Observation, 'variables'> {
  const reply = replyOf(record);
  const isSilent = expectsSilence && reply === undefined;
  return {
    ...unobserved('a recording has no times'),
    reply: reply === undefined && !isSilent ? NO_REPLY : { value: reply ?? '' },
    isSilent,
    tools: { value: callsOf(record) },
    metadata: NO_METADATA,
    reference: reply ?? '',
  };
}

/** The setting `p95` of a file as a test of its own for each assistant; none when nothing was timed. */
function p95Results(
  { path, settings: { p95 } }: ChatFile,
  results: readonly CaseResult[],
): CaseResult[] {
  const assistants = new Set(results.map(({ assistantId }) => assistantId));
  return [...assistants].flatMap((assistantId): CaseResult[] => {
    const own = results.filter((result) => result.assistantId === assistantId);
    const ms = percentile(timesOf(own).answers, 0.95);
    if (!p95 || ms === undefined) return [];
    const { line, text } = p95;
    const place = { file: path, line, title: `p95: ${text}`, tags: [], assistantId, runs: [] };
    if (ms <= p95.ms) return [{ ...place, verdict: 'passed', reason: '' }];
    const reason = `95 of 100 answers took up to ${durationText(ms)}`;
    return [{ ...place, verdict: 'failed', reason }];
  });
}

import { AppError, exitCodeOf } from '../../base/errors.js';
import type { CallOptions } from '../../base/time.js';
import { checksOf, replyOf, type ScriptedTurn, type TestCase } from '../chat-file/chat-file.js';
import { RUN_KEY } from '../chat-file/settings.js';
import { fill } from '../chat-file/syntax.js';
import type { Known, Observation } from '../checks/check.js';
import { needsTools, evaluate } from '../checks/evaluate.js';
import { type RunEnd, type TurnResult, type RunResult, endByChecks } from './results.js';
import { metadataOf, patiently, type RunInProgress, type Session } from './session.js';
import { readTools, takeTimedTurn } from './take-turn.js';

/** A run whose conversation is there. */
interface Played extends RunInProgress {
  conversationId: string;
  /** Grows by what turns keep. */
  variables: Map<string, string>;
}

/**
 * One run of a case in a conversation of its own. It yields after each turn, so that the turns of several
 * assistants can be taken in turn; the first turn that does not pass ends it.
 */
export async function* playRun(run: RunInProgress): AsyncGenerator<undefined, RunEnd> {
  const { job, turns } = run;
  run.conversationId = await newConversation(run);
  const played = {
    ...run,
    conversationId: run.conversationId,
    variables: new Map(job.file.variables),
  };
  for (const turn of job.test.turns) {
    const said = fill(turn.message, played.variables);
    turns.push(untakenTurn(turn, said));
    const result = await playTurn(played, turn, said);
    turns.splice(-1, 1, result);
    const end = endByChecks(result.checks);
    if (end.verdict !== 'passed') return end;
    yield;
  }
  return endByChecks([]);
}

/** A failure that was foreseen is the run's; another one is a bug, and everybody's. */
export function endByError({ gate }: Session, error: unknown): RunEnd {
  if (!(error instanceof AppError)) throw error;
  gate.note(error);
  const { delivery } = error.details;
  const fate = delivery === 'unknown' ? ' (the message may have been delivered)' : '';
  return { verdict: 'error', reason: `${error.message}${fate}`, exitCode: exitCodeOf(error) };
}

async function newConversation({ session, job, assistantId }: RunInProgress): Promise<string> {
  const { ports, options } = session;
  const { settings, title: name } = job.test;
  const own = { assistant_id: assistantId, [RUN_KEY]: options.runId };
  const create = ports.conversationCreator({ name, metadata: { ...settings.metadata, ...own } });
  return (await patiently(session, create)).id;
}

async function playTurn(run: Played, turn: ScriptedTurn, said: string): Promise<TurnResult> {
  const { session, job, assistantId, conversationId, variables } = run;
  const { timeoutMs = session.options.timeoutMs, speaker } = job.test.settings;
  const checks = checksOf(job.test, turn).map(({ check }) => check);
  const expectsSilence = checks.some(({ type }) => type === 'silent');
  const message = { assistantId, conversationId, text: said, speaker };
  const answer = await takeTimedTurn(session, message, { timeoutMs, expectsSilence });
  const readsTools = session.options.readsTools || checks.some(needsTools);
  const readsMetadata = checks.some(({ type }) => type === 'metadata');
  const observation = {
    ...answer,
    reply: { value: answer.reply },
    tools: readsTools ? await readTools(session, message, answer) : NOT_READ,
    metadata: readsMetadata ? await metadataOf(session, conversationId) : NOT_READ,
    reference: replyOf(turn.record) ?? '',
  };
  const { isRecovered } = answer;
  return judgeTurn(job.test, turn, { said, isRecovered, observation, variables });
}

const NOT_READ = { unknown: 'it was not read' };

/** Deletes the conversation of a run that passed, unless all are kept; the session awaits it. */
export function deleteBeside(session: Session, run: RunResult): void {
  const deletion = deletePassed(session, run);
  // It fails where it is awaited.
  deletion.catch(() => undefined);
  session.deletions.push(deletion);
}

async function deletePassed(session: Session, run: RunResult): Promise<void> {
  const { conversationId, verdict } = run;
  if (conversationId === undefined || verdict !== 'passed' || session.options.keepsAll) return;
  try {
    await deleteConversation(session, conversationId);
    run.isKept = false;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    session.onEvent({ type: 'left', conversationId, reason: error.message });
  }
}

/** A conversation that is missing at a second try was deleted by the first one. */
async function deleteConversation(session: Session, id: string): Promise<void> {
  let attempts = 0;
  const remove = async (call: CallOptions): Promise<void> => {
    attempts++;
    try {
      await session.ports.deleteConversation(id, call);
    } catch (error) {
      const isGone = error instanceof AppError && error.kind === 'not_found' && attempts > 1;
      if (!isGone) throw error;
    }
  };
  await patiently(session, remove, session.cleanUpCall());
}

/** A turn that was observed, and what was said in it. */
interface ObservedTurn {
  said: string;
  isRecovered: boolean;
  observation: Omit<Observation, 'variables'>;
  /** Grows by what the checks keep for later turns. */
  variables: Map<string, string>;
}

/** The checks of a turn. */
export function judgeTurn(
  test: TestCase,
  turn: ScriptedTurn,
  { said, isRecovered, observation, variables }: ObservedTurn,
): TurnResult {
  const checked = checksOf(test, turn).map(({ line, text, check }) => {
    const { verdict, reason, kept } = evaluate(check, { ...observation, variables });
    return { kept, result: { line, check: text, verdict, reason } };
  });
  for (const { kept } of checked) if (kept) variables.set(kept.name, kept.value);
  const { isSilent, reply, firstWordMs, totalMs, tools } = observation;
  return {
    ...untakenTurn(turn, said),
    reply: isSilent ? undefined : known(reply),
    tools: known(tools),
    firstWordMs: known(firstWordMs),
    totalMs: known(totalMs),
    isRecovered,
    checks: checked.map(({ result }) => result),
  };
}

function known<T>(observed: Known<T>): T | undefined {
  return 'value' in observed ? observed.value : undefined;
}

/** A turn that could not be taken. */
function untakenTurn(turn: ScriptedTurn, said: string): TurnResult {
  const reference = replyOf(turn.record);
  return {
    line: turn.line,
    said,
    reply: undefined,
    reference,
    isRecovered: false,
    checks: [],
    turn,
  };
}

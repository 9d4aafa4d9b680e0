import {
  checksOf,
  replyOf,
  type ScriptedTurn,
  type TestCase,
  callsOf,
} from '../chat-file/chat-file.js';
import { fill, type Variables } from '../chat-file/values.js';
import type { Known, Observation, ToolUse } from '../checks/check.js';
import { evaluate } from '../checks/evaluate.js';
import type { CheckResult, TurnResult, Job, RunResult } from './results.js';
import { endByChecks } from './verdicts.js';

/** A turn that was observed, and what was said in it. */
export interface ObservedTurn {
  said: string;
  isRecovered: boolean;
  observation: Observation;
  /** Undefined when they were not read. */
  tools: readonly ToolUse[] | undefined;
}

/** The checks of a turn, and the values that they keep for later ones. */
export function judgeTurn(
  test: TestCase,
  turn: ScriptedTurn,
  { said, isRecovered, observation, tools }: ObservedTurn,
): { result: TurnResult; kept: { name: string; value: string }[] } {
  const kept: { name: string; value: string }[] = [];
  const checks = checksOf(test, turn).map(({ line, text, check }): CheckResult => {
    const finding = evaluate(check, observation);
    if (finding.kept) kept.push(finding.kept);
    return { line, check: text, verdict: finding.verdict, reason: finding.reason };
  });
  const { isSilent, reply, firstWordMs, totalMs } = observation;
  const result: TurnResult = {
    line: turn.line,
    said,
    reply: isSilent ? undefined : known(reply),
    reference: replyOf(turn.record),
    tools,
    firstWordMs: known(firstWordMs),
    totalMs: known(totalMs),
    isRecovered,
    checks,
    turn,
  };
  return { result, kept };
}

function known<T>(observed: Known<T>): T | undefined {
  return 'value' in observed ? observed.value : undefined;
}

/** A turn that could not be taken. */
export function untakenTurn(turn: ScriptedTurn, said: string): TurnResult {
  return {
    line: turn.line,
    said,
    reply: undefined,
    reference: replyOf(turn.record),
    tools: undefined,
    firstWordMs: undefined,
    totalMs: undefined,
    isRecovered: false,
    checks: [],
    turn,
  };
}

const NO_TIME = { unknown: 'a recording has no times' };
const NO_METADATA = { unknown: 'a recording has no metadata' };
const NO_REPLY = { unknown: 'the recording has no reply: the file has no < for this message' };

/** One run of a case against its own recording: nothing is sent. */
export function replayRun({ file, test }: Job): RunResult {
  const variables = new Map(file.variables);
  const turns: TurnResult[] = [];
  let end = endByChecks([]);
  for (const turn of test.turns) {
    const expectsSilence = checksOf(test, turn).some(({ check }) => check.type === 'silent');
    const { result, kept } = judgeTurn(test, turn, {
      said: fill(turn.message, variables),
      isRecovered: false,
      observation: recordedObservation(turn, variables, expectsSilence),
      tools: callsOf(turn.record),
    });
    turns.push(result);
    end = endByChecks(result.checks);
    if (end.verdict !== 'passed') break;
    for (const { name, value } of kept) variables.set(name, value);
  }
  return { ...end, conversationId: undefined, isKept: false, ms: 0, turns };
}

function recordedObservation(
  { record }: ScriptedTurn,
  variables: Variables,
  expectsSilence: boolean,
): Observation {
  const reply = replyOf(record);
  const isSilent = expectsSilence && reply === undefined;
  return {
    reply: reply === undefined && !isSilent ? NO_REPLY : { value: reply ?? '' },
    isSilent,
    firstWordMs: NO_TIME,
    totalMs: NO_TIME,
    tools: { value: callsOf(record) },
    metadata: NO_METADATA,
    reference: reply ?? '',
    variables,
  };
}

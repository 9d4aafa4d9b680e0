import { replyOf, callsOf, type TestCase } from '../chat-file/chat-file.js';
import type { TestRun } from '../../conversations/assistants.js';
import { evaluate } from '../checks/evaluate.js';
import { failed, impossible, PASSED, type Finding, type Observation } from '../checks/check.js';
import { excerpt } from '../checks/plain-text.js';
import type { RecordedConversation } from '../recording/recording.js';
import type { CheckResult, RunEnd, TurnResult } from '../run/results.js';
import { endByChecks, FAILED_EXIT_CODE, UNCHECKED_EXIT_CODE } from '../run/verdicts.js';
import { itemName } from './test-body.js';
import { fill } from '../chat-file/values.js';

const UNFINISHED = ['pending', 'starting', 'running'];
const JUDGED = ['passed', 'failed', 'completed'];

export function isFinished({ status }: TestRun): boolean {
  return !UNFINISHED.includes(status);
}

/** The checks of a simulated case: the rubric by its items, the others by the whole conversation. */
export function checkSimulated(
  test: TestCase,
  run: TestRun,
  observation: Observation,
): CheckResult[] {
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
export function simulatedVerdict(run: TestRun, checks: readonly CheckResult[]): RunEnd {
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
export function simulatedTurns(
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

import type { CaseResult, CheckResult, RunResult, TurnResult } from '../run/results.js';

type Mask = (text: string) => string;

const MASKED_KEY = '[key]';

/** Hides secrets, such as the key, wherever they stand. */
export function hideSecrets(secrets: readonly string[]): Mask {
  const known = secrets.filter((secret) => secret !== '');
  return (text) => known.reduce((result, secret) => result.replaceAll(secret, MASKED_KEY), text);
}

/**
 * Results with every text masked, for whatever is printed or written of them. Parts in which nothing is masked
 * are not copied: a run of many cases keeps them once.
 */
export function maskedResult(result: CaseResult, mask: Mask): CaseResult {
  return sameOr(result, {
    ...result,
    title: mask(result.title),
    tags: mapped(result.tags, mask),
    reason: mask(result.reason),
    runs: mapped(result.runs, (run) => maskedRun(run, mask)),
  });
}

function mapped<T>(list: T[], change: (each: T) => T): T[] {
  return sameOr(
    list,
    list.map((each) => change(each)),
  );
}

/** The first one when both have the same values. */
function sameOr<T extends object>(before: T, after: T): T {
  const values = Object.values(before) as unknown[];
  return Object.values(after).every((value, index) => value === values[index]) ? before : after;
}

function maskedRun(run: RunResult, mask: Mask): RunResult {
  return sameOr(run, {
    ...run,
    reason: mask(run.reason),
    turns: mapped(run.turns, (turn) => maskedTurn(turn, mask)),
  });
}

function maskedTurn(turn: TurnResult, mask: Mask): TurnResult {
  const { reply, reference, tools } = turn;
  return sameOr(turn, {
    ...turn,
    said: mask(turn.said),
    reply: reply === undefined ? undefined : mask(reply),
    reference: reference === undefined ? undefined : mask(reference),
    tools: tools?.map(({ name, arguments: args, result }) => ({
      name: mask(name),
      arguments: mask(args),
      result: result === undefined ? undefined : mask(result),
    })),
    checks: mapped(turn.checks, (check) => maskedCheck(check, mask)),
  });
}

function maskedCheck(result: CheckResult, mask: Mask): CheckResult {
  const { check, reason } = result;
  return sameOr(result, { ...result, check: mask(check), reason: mask(reason) });
}

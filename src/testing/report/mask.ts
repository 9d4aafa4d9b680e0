import type { CaseResult, RunResult, TurnResult } from '../run/results.js';

type Mask = (text: string) => string;

const MASKED_KEY = '[key]';

/** Hides secrets, such as the key, wherever they stand. */
export function hideSecrets(secrets: readonly string[]): Mask {
  const known = secrets.filter((secret) => secret !== '');
  return (text) => known.reduce((result, secret) => result.replaceAll(secret, MASKED_KEY), text);
}

/** Results with every text masked, for whatever is printed or written of them. */
export function maskedResult(result: CaseResult, mask: Mask): CaseResult {
  return {
    ...result,
    title: mask(result.title),
    tags: result.tags.map(mask),
    reason: mask(result.reason),
    runs: result.runs.map((run) => maskedRun(run, mask)),
  };
}

function maskedRun(run: RunResult, mask: Mask): RunResult {
  return {
    ...run,
    reason: mask(run.reason),
    turns: run.turns.map((turn) => maskedTurn(turn, mask)),
  };
}

function maskedTurn(turn: TurnResult, mask: Mask): TurnResult {
  const { reply, reference, tools } = turn;
  return {
    ...turn,
    said: mask(turn.said),
    reply: reply === undefined ? undefined : mask(reply),
    reference: reference === undefined ? undefined : mask(reference),
    tools: tools?.map(({ name, arguments: args, result }) => ({
      name: mask(name),
      arguments: mask(args),
      result: result === undefined ? undefined : mask(result),
    })),
    checks: turn.checks.map((check) => ({
      ...check,
      check: mask(check.check),
      reason: mask(check.reason),
    })),
  };
}

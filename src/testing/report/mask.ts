import type { CaseResult, RunResult, TurnResult } from '../run/results.js';

type Mask = (text: string) => string;

const MASKED_KEY = '[key]';

/** Hides secrets, such as the key, wherever they stand. */
export function hideSecrets(secrets: readonly string[]): Mask {
  const known = secrets.filter((secret) => secret !== '');
  return (text) => known.reduce((result, secret) => result.replaceAll(secret, MASKED_KEY), text);
}

const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}@(?:[\p{L}\d-]+\.)+\p{L}{2,24}(?![\w-])/gu;
const CARD = /(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])/g;
/**
 * With the country, or written as only telephone numbers are: in brackets, with the groups of North America,
 * or with a leading zero and a blank, slash or hyphen. A plain row of digits may be an order's.
 */
const TELEPHONES = [
  /(?<![\w+])\+[1-9](?:[ ().\/-]{0,2}\d){6,14}(?!\d)/g,
  /(?<![\w-])00[1-9](?:[ ().\/-]{0,2}\d){7,13}(?![\w-])/g,
  /(?<![\w-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])/g,
  /(?<![\w-])0[1-9]\d{1,4}[ /-]\d{2,4}(?:[ -]?\d{2,4}){1,3}(?![\w-])/g,
];

/** Masks e-mail addresses, cards and telephone numbers; order numbers stay. */
export function redactPersonal(text: string): string {
  const withoutMail = text.replace(EMAIL, '[email]');
  const withoutCards = withoutMail.replace(CARD, (digits) => (isCard(digits) ? '[card]' : digits));
  return TELEPHONES.reduce((result, pattern) => result.replace(pattern, '[phone]'), withoutCards);
}

/** By the check digit that all cards have (Luhn), and the first digit of those in use. */
function isCard(text: string): boolean {
  const digits = Array.from(text.replace(/\D/g, ''), Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  const first = digits.at(-1) ?? 0;
  return sum % 10 === 0 && first >= 2 && first <= 6;
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

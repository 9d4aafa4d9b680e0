import { percentile } from '../../base/time.js';
import { sanitizeLine } from '../../text/sanitize.js';
import { durationText } from '../chat-file/values.js';
import type { CaseResult } from '../run/results.js';
import { countsOf, timesOf, type Counts } from '../run/verdicts.js';
import type { Comparison } from './baseline.js';
import { signOf, type ReportStyle } from './text.js';

/** The end of a report for a person. */
export function summaryLines(results: readonly CaseResult[], style: ReportStyle): string[] {
  const counts = countsOf(results);
  const isFine = counts.failed === 0 && counts.errors === 0;
  const look = isFine ? style.good : style.bad;
  return [look(countsText(counts)), ...timeLines(results).map(style.dim)];
}

/** `3 passed, 1 failed, 2 errors`. */
export function countsText({ passed, flaky, failed, errors, skipped }: Counts): string {
  const parts = [
    `${passed} passed`,
    ...(flaky > 0 ? [`${flaky} flaky`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'error' : 'errors'}`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return parts.join(', ');
}

function timeLines(results: readonly CaseResult[]): string[] {
  const { firstWords, answers } = timesOf(results);
  const turns = results.flatMap(({ runs }) => runs).flatMap((run) => run.turns);
  const recovered = turns.filter(({ isRecovered }) => isRecovered).length;
  return [
    ...(answers.length === 0
      ? []
      : [`first words ${rangeText(firstWords)}; answers ${rangeText(answers)}`]),
    ...(recovered === 0
      ? []
      : [`${recovered} ${recovered === 1 ? 'turn was' : 'turns were'} recovered`]),
  ];
}

/** The median and the 95th percentile. */
export function rangeText(times: readonly number[]): string {
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  if (p50 === undefined || p95 === undefined) return 'unknown';
  return `p50 ${durationText(p50)}, p95 ${durationText(p95)}`;
}

/** The changes since the baseline. */
export function comparisonLines(comparison: Comparison, style: ReportStyle): string[] {
  const { worse, fixed, flakier, added } = comparison;
  const linesFor = (word: string, results: readonly CaseResult[]): string[] =>
    results.map((result) => `${word}: ${caseName(result)}`);
  const keys = new Set(added.map(keyOf));
  const known = worse.filter((result) => !keys.has(keyOf(result)));
  const lines = [
    ...linesFor('worse', known).map(style.bad),
    ...linesFor('fixed', fixed).map(style.good),
    ...linesFor('flaky now', flakier).map(style.warning),
    ...linesFor('new', added),
  ];
  return lines.length === 0 ? ['nothing changed since the baseline'] : lines;
}

function keyOf({ file, title, assistantId }: CaseResult): string {
  return JSON.stringify([file, title, assistantId]);
}

function caseName({ file, line, title }: CaseResult): string {
  return sanitizeLine(`${file}:${line}  ${title}`, 500);
}

/** The cases of several assistants beside each other, and how fast each of them was. */
export function sideBySideLines(results: readonly CaseResult[], style: ReportStyle): string[] {
  const assistants = [...new Set(results.map(({ assistantId }) => assistantId ?? ''))];
  if (assistants.length < 2) return [];
  const of = (id: string): CaseResult[] =>
    results.filter(({ assistantId }) => (assistantId ?? '') === id);
  const names = assistants.map(
    (id, index) => `${index + 1}: ${sanitizeLine(id)}  ${totals(of(id))}`,
  );
  const cases = [...new Map(results.map((result) => [caseName(result), result])).keys()];
  const rows = cases.map((name) => {
    const verdicts = assistants.map(
      (id) => of(id).find((result) => caseName(result) === name)?.verdict,
    );
    return `${verdicts.map((verdict) => (verdict ? signOf(verdict, style) : ' ')).join(' ')}  ${name}`;
  });
  return [...names, assistants.map((_, index) => index + 1).join(' '), ...rows];
}

function totals(results: readonly CaseResult[]): string {
  const { firstWords, answers } = timesOf(results);
  return `${countsText(countsOf(results))}; first words ${rangeText(firstWords)}; answers ${rangeText(answers)}`;
}

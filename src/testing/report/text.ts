import { percentile } from '../../base/time.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import { durationText } from '../chat-file/syntax.js';
import {
  type CaseVerdict,
  type CaseResult,
  type CheckResult,
  type RunResult,
  countsOf,
  timesOf,
  type Counts,
  openChecks,
  totalsOf,
} from '../run/results.js';
import type { Comparison } from './json.js';
import { shellWord } from '../../base/text/sanitize.js';
import { type ReportStyle, turnLines, safeLine } from './turn-lines.js';

const SIGNS: Readonly<Record<CaseVerdict, { sign: string; look: keyof ReportStyle }>> = {
  passed: { sign: '✓', look: 'good' },
  flaky: { sign: '~', look: 'warning' },
  failed: { sign: '✗', look: 'bad' },
  error: { sign: '!', look: 'bad' },
  skipped: { sign: '-', look: 'dim' },
};

function signOf(verdict: CaseVerdict, style: ReportStyle): string {
  const { sign, look } = SIGNS[verdict];
  return style[look](sign);
}

export interface TextOptions {
  style: ReportStyle;
  /** Cases that passed or were skipped are not told. */
  isQuiet: boolean;
  /** Several assistants are compared: each line names its own. */
  namesAssistant: boolean;
  /** The words of this command that running a case again needs too: `--sandbox`. */
  flags?: readonly string[];
}

/** A case for a person: one line, and the details of a case that did not pass. */
export function caseLines(result: CaseResult, options: TextOptions): string[] {
  const { verdict, runs } = result;
  const isFine = verdict === 'passed' || verdict === 'skipped';
  if (isFine) return options.isQuiet ? [] : [headline(result, options)];
  const bad = runs.filter((run) => run.verdict !== 'passed');
  const [shown] = [...bad.filter((run) => run.verdict === 'failed'), ...bad];
  const others = bad.filter((run) => run !== shown);
  return [
    headline(result, options),
    ...(shown ? runLines(result, shown, options.style) : [`  ${safeLine(result.reason)}`]),
    ...others.map(
      (run) => `  another run ${verb(run)}: ${safeLine(run.reason)}${conversationOf(run)}`,
    ),
    ...(shown ? [options.style.dim(`  again: ${againCommand(result, options)}`)] : []),
  ];
}

function headline(result: CaseResult, { style, namesAssistant }: TextOptions): string {
  const { file, line: number, title, assistantId, verdict } = result;
  const assistant = namesAssistant && assistantId !== undefined ? `  ${safeLine(assistantId)}` : '';
  const place = style.dim(`${safeLine(file)}:${number}`);
  const facts = style.dim(`(${factsOf(result)})`);
  return `${signOf(verdict, style)} ${place}  ${safeLine(title)}${assistant}  ${facts}`;
}

function factsOf(result: CaseResult): string {
  const { verdict, reason, runs } = result;
  if (verdict === 'skipped') return `skipped: ${safeLine(reason)}`;
  if (runs.length === 0) return verdict;
  const { passed, ms } = totalsOf(result);
  const share = runs.length === 1 ? '' : `${passed} of ${runs.length} runs, `;
  return `${share}${durationText(ms)}`;
}

function verb({ verdict }: RunResult): string {
  return verdict === 'failed' ? 'failed' : 'was an error';
}

function conversationOf({ conversationId, isKept }: RunResult): string {
  return conversationId !== undefined && isKept ? `, conversation ${safeLine(conversationId)}` : '';
}

/** The command that runs a case again. */
function againCommand(
  { file, line: number, assistantId }: CaseResult,
  { flags = [], namesAssistant }: TextOptions,
): string {
  const assistant = namesAssistant && assistantId !== undefined ? ['-a', assistantId] : [];
  return ['telnyx-chat', 'test', ...flags, ...assistant, `${file}:${number}`]
    .map(shellWord)
    .join(' ');
}

function runLines({ file }: CaseResult, run: RunResult, style: ReportStyle): string[] {
  const turn = run.turns.at(-1);
  const checks = openChecks([run]);
  const first = checks[0]?.line ?? turn?.line;
  const place = first === undefined ? '' : `${safeLine(file)}:${first}  `;
  const whys =
    checks.length === 0
      ? [`  ${place}${safeLine(run.reason)}`]
      : checks.flatMap((check) => checkLines(file, check));
  const id = conversationOf(run).replace(/^, /, '');
  return [
    ...whys,
    ...(turn ? turnLines(turn, style) : []),
    ...(id === '' ? [] : [style.dim(`  ${id}`)]),
  ];
}

function checkLines(file: string, { line: number, check, verdict, reason }: CheckResult): string[] {
  const what = verdict === 'error' ? 'could not be checked' : 'failed';
  return [`  ${safeLine(file)}:${number}  ${safeLine(check)}`, `    ${what}: ${safeLine(reason)}`];
}

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
  const turns = results.flatMap(({ runs }) => runs).flatMap((run) => run.turns);
  const recovered = turns.filter(({ isRecovered }) => isRecovered).length;
  return [
    ...(timesOf(results).answers.length === 0 ? [] : [timesText(results)]),
    ...(recovered > 0
      ? [`${recovered} ${recovered === 1 ? 'turn was' : 'turns were'} recovered`]
      : []),
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
    (id, index) =>
      `${index + 1}: ${sanitizeLine(id)}  ${countsText(countsOf(of(id)))}; ${timesText(of(id))}`,
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

function timesText(results: readonly CaseResult[]): string {
  const { firstWords, answers } = timesOf(results);
  return `first words ${rangeText(firstWords)}; answers ${rangeText(answers)}`;
}

import { sanitizeLine } from '../../text/sanitize.js';
import { durationText } from '../chat-file/values.js';
import type { CaseResult } from '../run/results.js';
import { countsOf, timesOf } from '../run/verdicts.js';
import { countsText, rangeText } from './summary.js';

/** Failures as annotations of a GitHub workflow: `::error file=…,line=…::…`. */
export function annotations(results: readonly CaseResult[]): string[] {
  return results.flatMap((result) => {
    const level = levelOf(result);
    return level === undefined ? [] : [annotation(level, result)];
  });
}

function levelOf({ verdict }: CaseResult): 'error' | 'warning' | undefined {
  if (verdict === 'failed' || verdict === 'error') return 'error';
  return verdict === 'flaky' ? 'warning' : undefined;
}

function annotation(level: string, { file, title, reason, ...result }: CaseResult): string {
  const checks = result.runs.flatMap(({ turns }) => turns).flatMap((turn) => turn.checks);
  const line = checks.find(({ verdict }) => verdict !== 'passed')?.line ?? result.line;
  const what = withoutCommand(sanitizeLine(reason === '' ? result.verdict : reason, 1_000));
  const place = `file=${property(file)},line=${line},title=${property(withoutCommand(sanitizeLine(title)))}`;
  return `::${level} ${place}::${data(what)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The older form of a command is found anywhere in a line. */
function withoutCommand(text: string): string {
  return text.replaceAll('##[', '# #[');
}

/**
 * A text in which the runner finds no command: it reads `::` at the beginning of a line, blanks aside, and
 * `##[` anywhere.
 */
export function inertText(text: string): string {
  return withoutCommand(text.replace(/^(\s*):(?=:)/gm, '$1: '));
}

/** The report as Markdown, for the summary of a job or a comment. */
export function markdownReport(results: readonly CaseResult[]): string {
  const { firstWords, answers } = timesOf(results);
  const times = `First words ${rangeText(firstWords)}; answers ${rangeText(answers)}.`;
  return [
    `### ${countsText(countsOf(results))}`,
    '',
    ...(answers.length === 0 ? [] : [times, '']),
    '| | Case | Assistant | Runs | Time | Reason |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.map(row),
    '',
  ].join('\n');
}

function row({ file, line, title, assistantId, verdict, reason, runs }: CaseResult): string {
  const passed = runs.filter((run) => run.verdict === 'passed').length;
  const ms = runs.reduce((sum, run) => sum + run.ms, 0);
  const cells = [
    verdict,
    `${escaped(file)}:${line} ${escaped(title)}`,
    escaped(assistantId ?? ''),
    runs.length === 0 ? '' : `${passed}/${runs.length}`,
    runs.length === 0 ? '' : durationText(ms),
    escaped(reason),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** One line in which nothing is Markdown, HTML, a mention or a link. */
function escaped(text: string): string {
  return sanitizeLine(text, 300)
    .replace(/[\\`*_{}[\]#+!|~]/g, '\\$&')
    .replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char)
    .replace(/@(?=\w)/g, '@\u2060')
    .replaceAll('://', ':\u2060//');
}

import { sanitizeLine } from '../../base/text/sanitize.js';
import { type Fault, durationText } from '../chat-file/syntax.js';
import { type CaseResult, countsOf, timesOf, openChecks, totalsOf } from '../run/results.js';
import { countsText, rangeText } from './text.js';

/** GitHub shows no more of a level in one step. */
const MAX_ANNOTATIONS = 10;

/** How GitHub knows a file: from the root of the repository. */
export type FileNamer = (file: string) => string;

/** Failed checks as annotations of a GitHub workflow: `::error file=…,line=…::…`. */
export function annotations(results: readonly CaseResult[], nameOf: FileNamer): string[] {
  const counts = { error: 0, warning: 0 };
  return results.flatMap((result) => {
    const level = levelOf(result);
    if (level === undefined) return [];
    const room = MAX_ANNOTATIONS - counts[level];
    const shown = placedReasons(result).slice(0, room);
    counts[level] += shown.length;
    const { file, title } = result;
    return shown.map((placed) => annotation(level, { file: nameOf(file), title, ...placed }));
  });
}

/** Mistakes in a file as annotations. */
export function mistakeAnnotations(
  mistakes: readonly { name: string; fault: Fault }[],
  nameOf: FileNamer,
): string[] {
  return mistakes.slice(0, MAX_ANNOTATIONS).map(({ name, fault: { line, column, what } }) => {
    const place = { file: nameOf(name), line, column, title: 'mistake in a .chat file' };
    return annotation('error', { ...place, reason: what });
  });
}

function levelOf({ verdict }: CaseResult): 'error' | 'warning' | undefined {
  if (verdict === 'failed' || verdict === 'error') return 'error';
  return verdict === 'flaky' ? 'warning' : undefined;
}

interface PlacedReason {
  line: number;
  reason: string;
}

/** Each check that did not pass, once for all runs; without one, what ended the case. */
function placedReasons({ line, verdict, reason, runs }: CaseResult): PlacedReason[] {
  const checks = openChecks(runs);
  if (checks.length === 0) return [{ line, reason: reason === '' ? verdict : reason }];
  const first = new Map(checks.toReversed().map((check) => [check.line, check]));
  return [...first.values()]
    .toSorted((a, b) => a.line - b.line)
    .map((check) => ({ line: check.line, reason: `${check.check}: ${check.reason}` }));
}

interface Annotation extends PlacedReason {
  file: string;
  title: string;
  column?: number;
}

function annotation(level: string, { file, line, column, title, reason }: Annotation): string {
  const place = [
    `file=${property(file)}`,
    `line=${line}`,
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${property(withoutCommand(sanitizeLine(title)))}`,
  ];
  return `::${level} ${place.join(',')}::${data(withoutCommand(sanitizeLine(reason, 1_000)))}`;
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

function row(result: CaseResult): string {
  const { file, line, title, assistantId, verdict, reason, runs } = result;
  const { passed, ms } = totalsOf(result);
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

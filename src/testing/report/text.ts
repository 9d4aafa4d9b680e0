import { sanitize, sanitizeLine } from '../../text/sanitize.js';
import { durationText } from '../chat-file/values.js';
import { toolText } from '../checks/tool-checks.js';
import type {
  CaseVerdict,
  CaseResult,
  CheckResult,
  RunResult,
  TurnResult,
} from '../run/results.js';
import { markedDifference } from './difference.js';

/** How parts of a report for a person look. Each gives its text back, with colour or without. */
export interface ReportStyle {
  good: (text: string) => string;
  bad: (text: string) => string;
  warning: (text: string) => string;
  dim: (text: string) => string;
  /** A word that differs from the reference. */
  difference: (text: string) => string;
}

const asItIs = (text: string): string => text;

/** Without colour. */
export const PLAIN_STYLE: ReportStyle = {
  good: asItIs,
  bad: asItIs,
  warning: asItIs,
  dim: asItIs,
  difference: (text) => `[${text}]`,
};

const SIGNS: Readonly<Record<CaseVerdict, { sign: string; look: keyof ReportStyle }>> = {
  passed: { sign: '✓', look: 'good' },
  flaky: { sign: '~', look: 'warning' },
  failed: { sign: '✗', look: 'bad' },
  error: { sign: '!', look: 'bad' },
  skipped: { sign: '-', look: 'dim' },
};

export function signOf(verdict: CaseVerdict, style: ReportStyle): string {
  const { sign, look } = SIGNS[verdict];
  return style[look](sign);
}

/** Limit on the lines of a message or a reply. */
const MAX_LINES = 40;
const MAX_LINE_LENGTH = 1_000;

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
    ...(shown ? runLines(result, shown, options.style) : [`  ${line(result.reason)}`]),
    ...others.map((run) => `  another run ${verb(run)}: ${line(run.reason)}${conversationOf(run)}`),
    ...(shown ? [options.style.dim(`  again: ${againCommand(result, options)}`)] : []),
  ];
}

function headline(result: CaseResult, { style, namesAssistant }: TextOptions): string {
  const { file, line: number, title, assistantId, verdict } = result;
  const assistant = namesAssistant && assistantId !== undefined ? `  ${line(assistantId)}` : '';
  const place = style.dim(`${line(file)}:${number}`);
  const facts = style.dim(`(${factsOf(result)})`);
  return `${signOf(verdict, style)} ${place}  ${line(title)}${assistant}  ${facts}`;
}

function factsOf({ verdict, reason, runs }: CaseResult): string {
  if (verdict === 'skipped') return `skipped: ${line(reason)}`;
  if (runs.length === 0) return verdict;
  const passed = runs.filter((run) => run.verdict === 'passed').length;
  const ms = runs.reduce((sum, run) => sum + run.ms, 0);
  const share = runs.length === 1 ? '' : `${passed} of ${runs.length} runs, `;
  return `${share}${durationText(ms)}`;
}

function verb({ verdict }: RunResult): string {
  return verdict === 'failed' ? 'failed' : 'was an error';
}

function conversationOf({ conversationId, isKept }: RunResult): string {
  return conversationId !== undefined && isKept ? `, conversation ${line(conversationId)}` : '';
}

/** The command that runs a case again. */
function againCommand(
  { file, line: number, assistantId }: CaseResult,
  { flags = [], namesAssistant }: TextOptions,
): string {
  const assistant = namesAssistant && assistantId !== undefined ? ['-a', assistantId] : [];
  return ['telnyx-chat', 'test', ...flags, ...assistant, `${file}:${number}`].map(quoted).join(' ');
}

/** Quoted for a shell where needed. */
function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${line(word).replaceAll("'", `'\\''`)}'`;
}

function runLines({ file }: CaseResult, run: RunResult, style: ReportStyle): string[] {
  const turn = run.turns.at(-1);
  const checks = run.turns
    .flatMap((each) => each.checks)
    .filter(({ verdict }) => verdict !== 'passed');
  const first = checks[0]?.line ?? turn?.line;
  const place = first === undefined ? '' : `${line(file)}:${first}  `;
  const whys =
    checks.length === 0
      ? [`  ${place}${line(run.reason)}`]
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
  return [`  ${line(file)}:${number}  ${line(check)}`, `    ${what}: ${line(reason)}`];
}

/** The message, the accepted reply beside the new one, and the tools that were called. */
export function turnLines(turn: TurnResult, style: ReportStyle): string[] {
  const { said, reply, reference, tools = [], isRecovered } = turn;
  const { before, after } = sideBySide(reference, reply, style);
  return [
    ...block('>', sanitize(said), style.dim),
    ...(before === undefined ? [] : block('-', before, style.dim)),
    ...(after === undefined ? [] : block('+', after, (text) => text)),
    ...tools.map((tool) => style.dim(`    * ${line(toolText(tool))}`)),
    ...(isRecovered ? [style.dim('    the turn was recovered')] : []),
  ];
}

function sideBySide(
  reference: string | undefined,
  reply: string | undefined,
  { difference }: ReportStyle,
): { before: string | undefined; after: string | undefined } {
  const before = reference === undefined ? undefined : sanitize(reference);
  const after = reply === undefined ? undefined : sanitize(reply);
  if (before === undefined || after === undefined) return { before, after };
  return markedDifference(before, after, difference);
}

function block(mark: string, text: string, look: (line: string) => string): string[] {
  const lines = text.split('\n');
  const rest = lines.length - MAX_LINES;
  const shown = lines.slice(0, MAX_LINES).map((each) => `    ${mark} ${each}`.trimEnd());
  return [...shown, ...(rest > 0 ? [`    ${mark} … ${rest} more lines`] : [])].map(look);
}

function line(text: string): string {
  return sanitizeLine(text, MAX_LINE_LENGTH);
}

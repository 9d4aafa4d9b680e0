// Reports in the formats of other test runners: JUnit's XML, and TAP.
import { sanitizeLine } from '../../base/text/sanitize.js';
import { toolText } from '../checks/tool-checks.js';
import { type CaseResult, type RunResult, countsOf, openChecks, totalsOf } from '../run/results.js';
import { type ReportHeader, inertJson } from './json.js';

/** Characters that XML 1.0 forbids, and controls that a terminal would obey. */
const ILLEGAL = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** The report as JUnit's XML, as Jenkins reads it: a suite a file, a test a case. */
export function junitReport(
  { run, started }: ReportHeader,
  results: readonly CaseResult[],
): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const nameOf = namesIn(results);
  const suites = files.map((file) => {
    const own = results.filter((result) => result.file === file);
    const facts = {
      ...totals(own),
      skipped: countsOf(own).skipped,
      timestamp: started.toISOString(),
    };
    const tests = own.map((result) => testCase(result, nameOf(result)));
    return element('testsuite', { name: file, ...facts, file }, tests);
  });
  const all = element(
    'testsuites',
    { name: `telnyx-chat test ${run}`, ...totals(results) },
    suites,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}\n`;
}

function totals(results: readonly CaseResult[]): Record<string, string | number> {
  const { failed, errors } = countsOf(results);
  const ms = results.reduce((sum, result) => sum + totalsOf(result).ms, 0);
  return { tests: results.length, failures: failed, errors, time: seconds(ms) };
}

/** Names a case by its title, and by its assistant where there are several. */
function namesIn(results: readonly CaseResult[]): (result: CaseResult) => string {
  const isCompared = new Set(results.map(({ assistantId }) => assistantId)).size > 1;
  return ({ title, assistantId }) =>
    isCompared && assistantId !== undefined ? `${title} [${assistantId}]` : title;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function testCase(result: CaseResult, name: string): string {
  const { file, line, runs } = result;
  const classname = file.replace(/\.chat$/, '');
  const children = [
    ...outcome(result),
    ...(runs.length === 0 ? [] : [element('system-out', {}, [text(runs.map(runText).join('\n'))])]),
  ];
  const time = seconds(totalsOf(result).ms);
  return element('testcase', { name, classname, time, file, line }, children);
}

function outcome({ verdict, reason, runs }: CaseResult): string[] {
  if (verdict === 'passed' || verdict === 'flaky') return [];
  if (verdict === 'skipped') return [element('skipped', { message: reason }, [])];
  const name = verdict === 'failed' ? 'failure' : 'error';
  const why = runs.filter((run) => run.verdict !== 'passed').flatMap(reasonsOf);
  return [element(name, { message: reason, type: verdict }, [text(why.join('\n'))])];
}

function reasonsOf(run: RunResult): string[] {
  const checks = openChecks([run]);
  if (checks.length === 0) return [run.reason];
  return checks.map((check) => `line ${check.line}: ${check.check}: ${check.reason}`);
}

/** A run and its conversation, as it went. */
function runText({ verdict, conversationId, ms, turns }: RunResult, index: number): string {
  const conversation = conversationId === undefined ? '' : `, conversation ${conversationId}`;
  const lines = turns.flatMap(({ said, reply, tools = [] }) => [
    `> ${said}`,
    ...tools.map((tool) => `* ${toolText(tool)}`),
    ...(reply === undefined ? [] : [`< ${reply}`]),
  ]);
  return [`run ${index + 1}: ${verdict}, ${seconds(ms)} s${conversation}`, ...lines].join('\n');
}

function element(
  name: string,
  attributes: Record<string, string | number>,
  children: readonly string[],
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${attribute(String(value))}"`,
  );
  const begin = `<${name}${written.join('')}`;
  if (children.length === 0) return `${begin}/>`;
  const isText = name === 'failure' || name === 'error' || name === 'system-out';
  const separator = isText ? '' : '\n';
  return `${begin}>${separator}${children.join(separator)}${separator}</${name}>`;
}

function attribute(value: string): string {
  return escaped(value, /[&<>"\t\n\r]/g);
}

function text(value: string): string {
  return escaped(value, /[&<>\r]/g);
}

/** A log that the report is printed to obeys no command in it: `::` at the beginning of a line, `##[` anywhere. */
function escaped(value: string, special: RegExp): string {
  return value
    .replace(ILLEGAL, '\ufffd')
    .replace(special, (char) => ENTITIES[char] ?? char)
    .replace(/^(\s*):(?=:)/gm, '$1&#58;')
    .replaceAll('##[', '##&#91;');
}

/** The report in version 14 of the Test Anything Protocol. */
export function tapReport(
  results: readonly CaseResult[],
  { isInterrupted }: { isInterrupted: boolean },
): string {
  const nameOf = namesIn(results);
  const tests = results.flatMap((result, index) => testLines(result, index + 1, nameOf(result)));
  const end = isInterrupted ? ['Bail out! interrupted'] : [];
  return `${['TAP version 14', `1..${results.length}`, ...tests, ...end].join('\n')}\n`;
}

function testLines(result: CaseResult, number: number, name: string): string[] {
  const { file, line, verdict, reason } = result;
  const begin = `${number} - ${description(`${file}:${line} ${name}`)}`;
  if (verdict === 'skipped') return [`ok ${begin} # SKIP ${description(reason)}`];
  if (verdict === 'passed') return [`ok ${begin}`];
  return [`${verdict === 'flaky' ? 'ok' : 'not ok'} ${begin}`, ...diagnostics(result)];
}

/** `#` and `\` mean something in a description. */
function description(text: string): string {
  return sanitizeLine(text, 1_000).replace(/[\\#]/g, '\\$&');
}

/** A block of YAML; JSON is YAML. */
function diagnostics(result: CaseResult): string[] {
  const { verdict, reason, file, line, runs } = result;
  const checks = openChecks(runs);
  const conversations = runs.flatMap(({ conversationId, isKept }) =>
    conversationId !== undefined && isKept ? [conversationId] : [],
  );
  const { passed } = totalsOf(result);
  return [
    '  ---',
    `  message: ${inertJson(reason)}`,
    `  severity: ${verdict}`,
    `  at: ${inertJson({ file, line: checks[0]?.line ?? line })}`,
    `  runs: ${inertJson({ passed, of: runs.length })}`,
    `  conversations: ${inertJson(conversations)}`,
    `  checks: ${inertJson(checks)}`,
    '  ...',
  ];
}

import { inertJson } from './json.js';
import { sanitizeLine } from '../../text/sanitize.js';
import type { CaseResult } from '../run/results.js';

/** The report in version 14 of the Test Anything Protocol. */
export function tapReport(
  results: readonly CaseResult[],
  { isInterrupted }: { isInterrupted: boolean },
): string {
  const namesAssistant = new Set(results.map(({ assistantId }) => assistantId)).size > 1;
  const tests = results.flatMap((result, index) => testLines(result, index + 1, namesAssistant));
  const end = isInterrupted ? ['Bail out! interrupted'] : [];
  return `${['TAP version 14', `1..${results.length}`, ...tests, ...end].join('\n')}\n`;
}

function testLines(result: CaseResult, number: number, namesAssistant: boolean): string[] {
  const { file, line, title, assistantId, verdict, reason } = result;
  const assistant = namesAssistant && assistantId !== undefined ? ` [${assistantId}]` : '';
  const name = escaped(`${file}:${line} ${title}${assistant}`);
  const begin = `${number} - ${name}`;
  if (verdict === 'skipped') return [`ok ${begin} # SKIP ${escaped(reason)}`];
  if (verdict === 'passed') return [`ok ${begin}`];
  return [`${verdict === 'flaky' ? 'ok' : 'not ok'} ${begin}`, ...diagnostics(result)];
}

/** `#` and `\` mean something in a description. */
function escaped(text: string): string {
  return sanitizeLine(text, 1_000).replace(/[\\#]/g, '\\$&');
}

/** A block of YAML; JSON is YAML. */
function diagnostics({ verdict, reason, file, line, runs }: CaseResult): string[] {
  const checks = runs.flatMap(({ turns }) => turns).flatMap((turn) => turn.checks);
  const bad = checks.filter((check) => check.verdict !== 'passed');
  const conversations = runs.flatMap(({ conversationId, isKept }) =>
    conversationId !== undefined && isKept ? [conversationId] : [],
  );
  const passed = runs.filter((run) => run.verdict === 'passed').length;
  return [
    '  ---',
    `  message: ${inertJson(reason)}`,
    `  severity: ${verdict}`,
    `  at: ${inertJson({ file, line: bad[0]?.line ?? line })}`,
    `  runs: ${inertJson({ passed, of: runs.length })}`,
    `  conversations: ${inertJson(conversations)}`,
    `  checks: ${inertJson(bad)}`,
    '  ...',
  ];
}

import { exitCodeOf } from '../base/errors.js';
import { errorJson } from '../text/error-report.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { CheckResult } from './check.js';

export interface FindingLooks {
  nameWidth: number;
  paint: Record<'dim' | 'error', (text: string) => string>;
  /** Wraps a line at the window's edge, where the indent is that of what does not fit on it. */
  wrap: (line: string, indent: number) => string;
}

/** A result for people, with its fix below it. */
export function findingLines(
  finding: CheckResult,
  { nameWidth, paint, wrap }: FindingLooks,
): string[] {
  const { name, status, fix } = finding;
  const says = sanitizeLine(finding.says, 1000);
  const hang = status.length + nameWidth + 4;
  const line = wrap(`${status}  ${name.padEnd(nameWidth)}  ${says}`, hang);
  const shown = status === 'fail' ? paint.error(line) : status === 'skip' ? paint.dim(line) : line;
  if (fix === undefined) return [shown];
  return [shown, wrap(`${' '.repeat(hang)}fix: ${sanitizeLine(fix, 1000)}`, hang + 'fix: '.length)];
}

/** The counts, in one line. */
export function summary(findings: readonly CheckResult[]): string {
  const count = (status: CheckResult['status']): number =>
    findings.filter((finding) => finding.status === status).length;
  const parts = [
    `${count('pass')} passed`,
    ...(count('warn') > 0 ? [warnings(count('warn'))] : []),
    ...(count('fail') > 0 ? [`${count('fail')} failed`] : []),
    ...(count('skip') > 0 ? [`${count('skip')} skipped`] : []),
  ];
  return parts.join(', ');
}

function warnings(count: number): string {
  return count === 1 ? '1 warning' : `${count} warnings`;
}

/** All results, for a program. */
export function findingsJson(findings: readonly CheckResult[]): object {
  return {
    ok: findings.every(({ status }) => status !== 'fail'),
    checks: findings.map(({ name, status, says, fix, error }) => ({
      name,
      status,
      message: says,
      fix: fix ?? null,
      error: error ? errorJson(error).error : null,
    })),
  };
}

/** The exit code of the first failure; 0 when nothing failed. */
export function exitCode(findings: readonly CheckResult[]): number {
  const failed = findings.find(({ status }) => status === 'fail');
  return failed ? exitCodeOf(failed.error) : 0;
}

import { exitCodeOf } from '../base/errors.js';
import type { Paint } from '../chat/ports.js';
import { errorJson } from '../text/error-report.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { CheckResult } from './check.js';

/** A result for people, with its fix below it. */
export function findingLines(finding: CheckResult, nameWidth: number, paint: Paint): string[] {
  const { name, status, fix } = finding;
  const says = sanitizeLine(finding.says, 1000);
  const line = `${status}  ${name.padEnd(nameWidth)}  ${says}`;
  const shown = status === 'fail' ? paint.error(line) : status === 'skip' ? paint.dim(line) : line;
  const indent = ' '.repeat(status.length + nameWidth + 4);
  return fix === undefined ? [shown] : [shown, `${indent}fix: ${sanitizeLine(fix, 1000)}`];
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

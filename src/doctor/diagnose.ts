import { AppError, isStop, exitCodeOf } from '../base/errors.js';
import { errorJson } from '../base/text/error-report.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import { accountCheck, assistantCheck, lastConversationCheck, turnCheck } from './account.js';
import type { DoctorCheck, DoctorPorts, CheckResult } from './check.js';
import {
  configCheck,
  envFileCheck,
  nodeCheck,
  profileCheck,
  apiKeyCheck,
  assistantIdCheck,
  baseUrlCheck,
  clockCheck,
  dnsCheck,
  proxyCheck,
  tcpCheck,
  tlsCheck,
} from './machine.js';

/** In the order in which a turn depends on them. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  ...[nodeCheck, configCheck, envFileCheck],
  ...[profileCheck, apiKeyCheck, assistantIdCheck, baseUrlCheck],
  ...[proxyCheck, dnsCheck, tcpCheck, tlsCheck, clockCheck],
  ...[accountCheck, assistantCheck, lastConversationCheck, turnCheck],
];

/** Runs the checks in order. A check is skipped when one that it needs failed. */
export async function* diagnose(
  checks: readonly DoctorCheck[],
  ports: DoctorPorts,
): AsyncGenerator<CheckResult> {
  const findings: CheckResult[] = [];
  for (const check of checks) {
    const finding = blocked(check, findings) ?? (await examine(check, ports, findings));
    findings.push(finding);
    yield finding;
  }
}

/** A skipped result when a check that this one needs did not succeed. */
function blocked(
  { name, needs = [] }: DoctorCheck,
  findings: readonly CheckResult[],
): CheckResult | undefined {
  const missing = findings.find(
    ({ name: other, status }) => needs.includes(other) && (status === 'fail' || status === 'skip'),
  );
  return missing && skipped(name, missing);
}

function skipped(name: string, { name: missing }: CheckResult): CheckResult {
  return { name, status: 'skip', says: `needs ${missing}` };
}

async function examine(
  check: DoctorCheck,
  ports: DoctorPorts,
  findings: readonly CheckResult[],
): Promise<CheckResult> {
  const { name } = check;
  try {
    return { name, ...(await check.run(ports)) };
  } catch (error) {
    if (!(error instanceof AppError) || isStop(error)) throw error;
    // An unreadable file is one failure, not one for each setting that could be in it.
    const same = findings.find((earlier) => earlier.error?.message === error.message);
    if (same) return skipped(name, same);
    return { name, status: 'fail', says: error.message, fix: error.details.hint, error };
  }
}

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

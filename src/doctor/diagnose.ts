import { AppError, isStop } from '../base/errors.js';
import type { DoctorCheck, DoctorPorts, CheckResult } from './check.js';
import { accountCheck, assistantCheck, lastConversationCheck } from './checks/account.js';
import {
  configCheck,
  envFileCheck,
  nodeCheck,
  profileCheck,
  apiKeyCheck,
  assistantIdCheck,
  baseUrlCheck,
} from './checks/machine.js';
import { clockCheck, dnsCheck, proxyCheck, tcpCheck, tlsCheck } from './checks/network.js';
import { turnCheck } from './checks/turn.js';

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

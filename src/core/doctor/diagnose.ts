import { AppError } from '../../errors.js';
import { isStop, type Check, type DoctorPorts, type Finding } from './check.js';

/** Runs the checks in order. What needs a check that failed is skipped. */
export async function* diagnose(
  checks: readonly Check[],
  ports: DoctorPorts,
): AsyncGenerator<Finding> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = blocked(check, findings) ?? (await examine(check, ports, findings));
    findings.push(finding);
    yield finding;
  }
}

/** The check as skipped, when one that it needs did not succeed. */
function blocked({ name, needs = [] }: Check, findings: readonly Finding[]): Finding | undefined {
  const missing = findings.find(
    ({ name: other, status }) => needs.includes(other) && (status === 'fail' || status === 'skip'),
  );
  return missing && skipped(name, missing);
}

function skipped(name: string, { name: missing }: Finding): Finding {
  return { name, status: 'skip', says: `needs ${missing}` };
}

async function examine(
  check: Check,
  ports: DoctorPorts,
  findings: readonly Finding[],
): Promise<Finding> {
  const { name } = check;
  try {
    return { name, ...(await check.run(ports)) };
  } catch (error) {
    if (!(error instanceof AppError) || isStop(error)) throw error;
    // A file that cannot be read fails once, not with each setting that could be in it.
    const same = findings.find((earlier) => earlier.error?.message === error.message);
    if (same) return skipped(name, same);
    return { name, status: 'fail', says: error.message, fix: error.details.hint, error };
  }
}

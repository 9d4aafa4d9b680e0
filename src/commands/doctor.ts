import type { Context } from '../process/context.js';
import type { CheckResult } from '../doctor/check.js';
import { DOCTOR_CHECKS, diagnose } from '../doctor/diagnose.js';
import { exitCode, findingLines, findingsJson, summary } from '../doctor/report.js';
import { jsonLine } from '../text/json-line.js';
import { paintFor } from '../terminal/appearance.js';
import { write } from '../process/write.js';
import { openWorld, type DoctorOptions } from './doctor/world.js';
import { appearanceFor } from './options.js';

/** Checks everything that a first turn needs, each failure with its fix. Gives the exit code. */
export async function doctor(options: DoctorOptions, context: Context): Promise<number> {
  const world = await openWorld(options, context);
  const findings: CheckResult[] = [];
  const show = lineWriter(options, context);
  try {
    for await (const finding of diagnose(DOCTOR_CHECKS, world.ports)) {
      findings.push(finding);
      if (!options.json) await show(finding);
    }
  } finally {
    await world.close();
  }
  const end = options.json ? jsonLine(findingsJson(findings)) : `\n${summary(findings)}\n`;
  await write(context.stdout, end);
  return exitCode(findings);
}

/** Prints each finding when it is there: the network may make the next one wait. */
function lineWriter(
  options: DoctorOptions,
  context: Context,
): (finding: CheckResult) => Promise<void> {
  const width = Math.max(...DOCTOR_CHECKS.map(({ name }) => name.length));
  const appearance = appearanceFor(options, context);
  const paint = paintFor({ ...appearance, noticeColor: appearance.color });
  return (finding) => write(context.stdout, `${findingLines(finding, width, paint).join('\n')}\n`);
}

import { defineCommand, hintForProfile } from '../command-line/command.js';
import { toggle } from '../command-line/flag.js';
import type { CheckResult } from '../doctor/check.js';
import {
  DOCTOR_CHECKS,
  diagnose,
  exitCode,
  findingLines,
  findingsJson,
  summary,
} from '../doctor/diagnose.js';
import { write } from '../process/output.js';
import { paintFor } from '../terminal/styles.js';
import { errorJson } from '../base/text/error-report.js';
import { jsonLine } from '../base/text/well-formed.js';
import { openWorld } from './doctor/world.js';
import { appearanceFor, noticesOn, OUTPUT, proseOn } from './options/output.js';
import { TURN_TARGET } from './options/target.js';

export const doctor = defineCommand({
  description:
    'Checks this machine, the settings, the network and the account, and says how to fix what fails. The exit code is that of the first failure.',
  flags: {
    target: TURN_TARGET,
    output: { ...OUTPUT, verbose: toggle('-v, --verbose', 'report retries') },
    trial: { turn: toggle('--turn', 'try a whole turn, in a conversation that is deleted again') },
  },
  async run({ target, output, trial: { turn } }, context) {
    const notices = await noticesOn(context, { ...target, ...output });
    const world = await openWorld(target, turn, { context, notices });
    const findings: CheckResult[] = [];
    const appearance = appearanceFor(output, context);
    const looks = {
      nameWidth: Math.max(...DOCTOR_CHECKS.map(({ name }) => name.length)),
      paint: paintFor({ ...appearance, noticeColor: appearance.color }),
      wrap: await proseOn(context.stdout, target, context),
    };
    try {
      for await (const found of diagnose(DOCTOR_CHECKS, world.ports)) {
        const finding = withProfile(found, target.profile);
        findings.push(finding);
        if (output.json) continue;
        // At once: the network may make the next one wait.
        await write(context.stdout, `${findingLines(finding, looks).join('\n')}\n`);
      }
    } finally {
      await world.close();
    }
    const end = output.json ? jsonLine(findingsJson(findings)) : `\n${summary(findings)}\n`;
    await write(context.stdout, end);
    const failed = findings.find(({ error }) => error !== undefined)?.error;
    if (output.json && failed) context.stderr.write(jsonLine(errorJson(failed)));
    return exitCode(findings);
  },
});

/** The commands that a fix names are for the profile that was checked. */
function withProfile({ fix, error, ...finding }: CheckResult, profile?: string): CheckResult {
  const named = error?.but({ hint: hintForProfile(error.details.hint, profile) });
  return { ...finding, fix: hintForProfile(fix, profile), ...(named && { error: named }) };
}

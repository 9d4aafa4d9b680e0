import { AppError } from '../../base/errors.js';
import type { Notices } from '../../account/account.js';
import type { Context } from '../../process/context.js';
import { openLastTestRun } from '../../store/last-test-run.js';
import { findStorePaths } from '../../store/paths.js';
import { failedCases, readReport } from '../../testing/report/baseline.js';
import type { CaseResult } from '../../testing/run/results.js';
import { jsonLine } from '../../text/json-line.js';

/** The last run in the working folder, for `--failed`. */
export interface LastRun {
  /** The cases that failed or were errors. Throws `usage` when there was no run. */
  failed(): { file: string; title: string }[];
  /** Only verdicts are kept, and nothing that was said. A failure is a warning. */
  write(results: readonly CaseResult[]): void;
}

export function openLastRun(context: Context, { notify }: Notices): LastRun {
  const { platform, uid, cwd } = context;
  const { state } = findStorePaths(context) ?? {};
  const warn = (warning: string): void => notify(`warning: ${warning}`);
  // Without a home folder nothing is remembered.
  const file =
    state === undefined ? undefined : openLastTestRun(state, cwd, { platform, uid, warn });
  return {
    failed() {
      const found = file?.read();
      if (found) return failedCases(readReport(found.report, found.path));
      throw new AppError('usage', 'no tests were run in this folder yet', {
        hint: 'run them without --failed',
      });
    },
    write(results) {
      try {
        file?.write(jsonLine({ cases: results.map(outlineOf) }), context.randomId());
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        warn(`this run is not remembered for --failed: ${error.message}`);
      }
    },
  };
}

function outlineOf({ file, title, assistantId, verdict }: CaseResult): object {
  return { file, title, assistant: assistantId ?? null, verdict };
}

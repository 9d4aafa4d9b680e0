import type { Context } from '../../process/context.js';
import { errorJson, errorLines } from '../../text/error-report.js';
import { jsonLine } from '../../text/json-line.js';
import { AppError } from '../../base/errors.js';
import { writerForReader } from '../../process/write.js';

export interface Failed {
  id: string;
  error: AppError;
}

/** The result so far. */
export interface Outcome {
  deleted: string[];
  failed: Failed[];
  /** Ids that were left after a failure that concerns all of them. */
  notTried: string[];
}

/** How many ids are shown of those that were not tried. */
const MAX_SHOWN = 20;

interface ReportOptions {
  context: Pick<Context, 'stdout' | 'stderr'>;
  /** A line on stderr. */
  print: (line: string) => void;
}

export interface DeleteReport {
  one(id: string, error: AppError | undefined): Promise<void>;
  /** The summary at the end. */
  all(): Promise<void>;
}

/** Tells what was done; when that cannot be written, what was not done is in the error. */
export function openReport(
  outcome: Outcome,
  json: boolean,
  { context: { stdout, stderr }, print: complain }: ReportOptions,
): DeleteReport {
  const write = writerForReader(stdout);
  const print = async (text: string): Promise<void> => {
    try {
      await write(text);
    } catch (error) {
      throw error instanceof AppError ? error.with({ hint: tally(outcome) }) : error;
    }
  };
  return {
    async one(id, error) {
      if (json) return;
      if (error) errorLines(error.with({ conversationId: id })).forEach((line) => complain(line));
      else await print(`deleted ${id}\n`);
    },
    async all() {
      const { deleted, failed, notTried } = outcome;
      const all = { deleted, failed: failed.map(asJson), not_tried: notTried };
      if (json) await print(jsonLine(all));
      const failure = json ? failureOfAll(failed) : undefined;
      if (failure) stderr.write(jsonLine(errorJson(failure)));
      else if (!json && notTried.length > 0) complain(untried(notTried));
    },
  };
}

/** One error for a program that reads stderr: the first, which also decides the exit code. */
function failureOfAll([first, ...more]: readonly Failed[]): AppError | undefined {
  if (!first || more.length === 0) return first?.error;
  const message = `${first.error.message}; ${more.length} more could not be deleted`;
  return first.error.but({ message });
}

function tally({ deleted, notTried }: Outcome): string {
  const rest = notTried.length === 0 ? '' : `; ${untried(notTried)}`;
  return `${deleted.length} deleted${rest}`;
}

function untried(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_SHOWN).join(' ');
  const more = ids.length > MAX_SHOWN ? ` … and ${ids.length - MAX_SHOWN} more` : '';
  return `${ids.length} more ${ids.length === 1 ? 'was' : 'were'} not tried: ${shown}${more}`;
}

function asJson({ id, error }: Failed): object {
  return { id, ...errorJson(error) };
}

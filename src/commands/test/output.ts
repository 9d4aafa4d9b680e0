import type { Notices } from '../../account/account.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/output.js';
import { openProgress, type Progress } from '../../terminal/status-line.js';
import { stylesFor } from '../../terminal/styles.js';
import type { Comparison } from '../../testing/report/json.js';
import { annotations, inertText } from '../../testing/report/github.js';
import {
  comparisonLines,
  countsText,
  sideBySideLines,
  summaryLines,
  caseLines,
} from '../../testing/report/text.js';
import { PLAIN_STYLE, type ReportStyle } from '../../testing/report/turn-lines.js';
import { type CaseResult, countsOf } from '../../testing/run/results.js';
import type { TestEvent } from '../../testing/run/session.js';
import type { TestRun } from '../../testing/run/run-tests.js';
import { ESCAPE_SEQUENCE } from '../../base/text/width.js';
import { isWatched, proseOn, type Prose } from '../options/output.js';
import { isOnGithub, workspaceNames } from './reports.js';

export function reportStyle(color: boolean): ReportStyle {
  if (!color) return PLAIN_STYLE;
  const { underline: difference, ...styles } = stylesFor({ color });
  return { ...styles, difference };
}

export interface OutputOptions {
  context: Context;
  notices: Notices;
  style: ReportStyle;
  isQuiet: boolean;
  /** A report has stdout. */
  isStdoutTaken: boolean;
  /** Cases, each as often as it has assistants. */
  total: number;
  namesAssistant: boolean;
  /** Flags of this command that running a case again needs too. */
  flags: readonly string[];
}

/** The output of a run for a person. All results that it gets are masked. */
export interface TestOutput {
  onEvent: (event: TestEvent) => void;
  /** The end of the report; resolves when all is written, rejects when something could not be. */
  end: (run: TestRun, comparison: Comparison | undefined) => Promise<void>;
}

export function openOutput(options: OutputOptions): TestOutput {
  const { context, notices, total, isQuiet, style } = options;
  const hasProgress = isWatched(context, { quiet: isQuiet });
  const progress = openProgress(context, hasProgress);
  const print = openPrinter(options, progress);
  const finished: CaseResult[] = [];
  const printCase = (result: CaseResult): void => {
    finished.push(result);
    print.lines(caseLines(result, options));
  };
  return {
    onEvent(event) {
      if (event.type === 'finished') printCase(event.result);
      if (event.type === 'left') {
        progress.end();
        notices.notify(
          `the conversation ${event.conversationId} could not be deleted: ${event.reason}`,
        );
      }
      if (!hasProgress) return;
      const waiting = event.type === 'waiting' ? '; waiting, as the API asks for it' : '';
      const counts = countsText(countsOf(finished));
      const line = `${finished.length} of ${total} cases: ${counts}${waiting}`;
      print.afterwards(() => progress.show(() => line));
    },
    async end({ results, isInterrupted }, comparison) {
      // The bound on all answers of a file is known only now.
      const printed = new Set(finished.map(keyOf));
      for (const result of results) if (!printed.has(keyOf(result))) printCase(result);
      print.lines([
        ...sideBySideLines(results, style),
        ...(comparison ? comparisonLines(comparison, style) : []),
        ...summaryLines(results, style),
        ...(isInterrupted ? [style.warning('interrupted: other cases may not have run')] : []),
      ]);
      print.annotations(annotations(comparison?.worse ?? results, workspaceNames(context)));
      await print.end();
    },
  };
}

function keyOf({ file, line, title, assistantId }: CaseResult): string {
  return JSON.stringify([file, line, title, assistantId]);
}

/** The width of `    > ` and the other marks. */
const SAID_INDENT = 6;
const SAID = /^ {4}[>+-] /;
/** A command to copy stays in one piece. */
const COMMAND = /^ {2}again: /;

/** Lines for a window: what does not fit goes on under its own beginning. */
export function fitted(lines: readonly string[], prose: Prose): string {
  const fit = (line: string): string => {
    const plain = line.replace(ESCAPE_SEQUENCE, '');
    if (COMMAND.test(plain)) return line;
    return prose(line, SAID.test(plain) ? SAID_INDENT : undefined);
  };
  return `${lines.map(fit).join('\n')}\n`;
}

interface Printer {
  lines(lines: readonly string[]): void;
  annotations(lines: readonly string[]): void;
  /** Calls it below what was printed before. */
  afterwards(show: () => void): void;
  /** Leaves no progress behind. */
  end(): Promise<void>;
}

/** Prints in the order of calls; a reader that leaves early ends nothing. */
function openPrinter({ context, isStdoutTaken }: OutputOptions, progress: Progress): Printer {
  const { stdout, stderr } = context;
  const prose = proseOn(stdout, {}, context);
  const isAnnotated = isOnGithub(context);
  const write = writerForReader(stdout);
  let printed = Promise.resolve();
  const print = (text: () => string | Promise<string>): void => {
    printed = printed.then(async () => {
      const ready = await text();
      progress.end();
      await write(ready);
    });
    // `end` reports a failure: until then the tests go on.
    printed.catch(() => undefined);
  };
  return {
    lines(lines) {
      if (isStdoutTaken || lines.length === 0) return;
      if (isAnnotated) print(() => `${inertText(lines.join('\n'))}\n`);
      else print(async () => fitted(lines, await prose));
    },
    annotations(lines) {
      if (!isAnnotated || lines.length === 0) return;
      const text = `${lines.join('\n')}\n`;
      if (isStdoutTaken) stderr.write(text);
      else print(() => text);
    },
    afterwards: (show) => void printed.then(show, show),
    end: () => printed.finally(() => progress.end()),
  };
}

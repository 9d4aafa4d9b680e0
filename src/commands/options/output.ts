import type { Notices } from '../../account/account.js';
import { isOn } from '../../base/environment.js';
import type { AppError } from '../../base/errors.js';
import { errorJson, errorLines, guideOf } from '../../base/text/error-report.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import { jsonLine } from '../../base/text/well-formed.js';
import { choice, toggle } from '../../command-line/flag.js';
import type { Context, Output } from '../../process/context.js';
import type { Redactor } from '../../redact/redact.js';
import type { Settings } from '../../settings/settings.js';
import { appearanceOf, type Appearance, type Format } from '../../terminal/appearance.js';

export const JSON_FLAG = toggle('--json', 'print JSON');
export const QUIET = toggle('-q, --quiet', 'print nothing but the answer and errors');
export const DEBUG = toggle('--debug', 'print a line about each request (TELNYX_CHAT_DEBUG)');
export const NO_COLOR = toggle('--no-color', 'print without colour (NO_COLOR)');
export const SCREEN_READER = toggle(
  '--screen-reader',
  'only ever add plain lines (also with TERM=dumb)',
);

/** How a command prints what the API says. */
export const OUTPUT = { json: JSON_FLAG, quiet: QUIET, debug: DEBUG, color: NO_COLOR };

/** The same for what may be longer than the window. */
export const PAGED_OUTPUT = { ...OUTPUT, pager: toggle('--no-pager', 'print without a pager') };

/** The same for turns. */
export const TURN_OUTPUT = {
  ...OUTPUT,
  jsonl: toggle('--jsonl', 'print one JSON object a line', { conflicts: 'json' }),
  verbose: toggle('-v, --verbose', 'report retries, and ids with each failure'),
  stream: toggle('--no-stream', 'wait for the whole reply'),
};

const FORMATS: readonly Format[] = ['auto', 'markdown', 'plain'];

/** How replies look on a terminal. */
export const APPEARANCE = {
  format: choice('--format <format>', 'how replies look on a terminal', {
    choices: FORMATS,
    default: 'auto',
  }),
  screenReader: SCREEN_READER,
  raw: toggle('--raw', 'let replies control the terminal'),
};

/** The values of such flags; a command without one of them has it off. */
export interface OutputFlags {
  json?: boolean;
  jsonl?: boolean;
  quiet?: boolean;
  debug?: boolean;
}

/** Whether stderr is for errors only. */
export function isSilent({ quiet, json, jsonl }: OutputFlags): boolean {
  return [quiet, json, jsonl].includes(true);
}

/** Whether somebody sees progress on stderr. */
export function isWatched({ stderr }: Pick<Context, 'stderr'>, output: OutputFlags): boolean {
  return stderr.isTTY === true && !isSilent(output);
}

/** Whether somebody can be asked: questions are drawn on stderr and answered on stdin. */
export function mayAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Notices go to stderr, a line each; without any, it is not opened, as that takes time. */
export async function noticesOn(
  context: Context,
  output: OutputFlags & ProseFlags,
): Promise<Notices> {
  if (isSilent(output) && !isDebugging(output, context.env))
    return { notify: none, debug: undefined };
  const print = await proseLines(output, context);
  const { stderr, env } = context;
  return noticesTo(
    {
      notify: (line) => print(sanitizeLine(line, 1000)),
      debug: (line) => void stderr.write(`${sanitizeLine(line, 1000)}\n`),
    },
    output,
    env,
  );
}

const none = (): void => undefined;

function isDebugging({ debug }: OutputFlags, env: Context['env']): boolean {
  return debug === true || isOn(env, 'TELNYX_CHAT_DEBUG');
}

/** The same for whatever prints lines; those about requests are one line each, in any window. */
export function noticesTo(
  { notify, debug }: Record<keyof Notices, (line: string) => void>,
  output: OutputFlags,
  env: Context['env'],
): Notices {
  return {
    notify: isSilent(output) ? none : notify,
    debug: isDebugging(output, env) ? debug : undefined,
  };
}

/** Whether tool calls are shown; undefined: when the assistant has tools. A flag outdoes `--quiet`. */
export function tracePreference(
  { trace }: Pick<Settings, 'trace'>,
  { quiet }: OutputFlags,
): boolean | undefined {
  return quiet === true && trace?.origin.source !== 'flag' ? false : trace?.value;
}

interface AppearanceValues {
  color: boolean;
  screenReader?: boolean;
  format?: Format;
  raw?: boolean;
  wrap?: boolean;
}

export function appearanceFor(
  { screenReader = false, ...values }: AppearanceValues,
  { env, stdout, stderr }: Context,
): Appearance {
  const streams = { stdoutIsTTY: stdout.isTTY === true, stderrIsTTY: stderr.isTTY === true };
  return appearanceOf({ env, ...streams, ...values, screenReader });
}

/** Printed once where `--raw` meets a terminal. */
export const RAW_WARNING = 'warning: --raw lets replies control this terminal';

/** Gives a text as the window shows it; `hang` is the indent of what does not fit on its first line. */
export type Prose = (text: string, hang?: number) => string;

export interface ProseFlags {
  /** From `--no-wrap`. */
  wrap?: boolean | undefined;
  screenReader?: boolean | undefined;
}

/** Wraps nothing. */
export const AS_IT_IS: Prose = (text) => text;

/** Prints lines of prose on stderr. */
export async function proseLines(
  flags: ProseFlags,
  context: Pick<Context, 'env' | 'home' | 'platform' | 'stderr'>,
): Promise<(line: string) => void> {
  const { stderr } = context;
  const prose = await proseOn(stderr, flags, context);
  return (line) => void stderr.write(`${prose(line)}\n`);
}

/** Prints a failure on stderr, with the guide that says more of it: for a program as JSON. */
export async function printError(
  error: AppError,
  { json, ...flags }: ProseFlags & Pick<OutputFlags, 'json'>,
  context: Pick<Context, 'env' | 'home' | 'platform' | 'stderr'>,
): Promise<void> {
  if (json) {
    context.stderr.write(jsonLine(errorJson(error)));
    return;
  }
  const prose = await proseOn(context.stderr, flags, context);
  const guide = guideOf(error);
  const lines = [...errorLines(error), ...(guide ? [`see: telnyx-chat help ${guide}`] : [])];
  context.stderr.write(`${prose(lines.join('\n'))}\n`);
}

/** Wraps what is printed on a terminal, unless flags or settings leave that to the terminal. */
export async function proseOn(
  stream: Output,
  { wrap, screenReader }: ProseFlags,
  context: Pick<Context, 'env' | 'home' | 'platform'>,
): Promise<Prose> {
  const isPlain = wrap === false || screenReader || context.env['TERM'] === 'dumb';
  if (!stream.isTTY || isPlain) return AS_IT_IS;
  // Both load late: a pipe has no edge.
  const { wrapsWords } = await import('../../account/sources.js');
  if (!wrapsWords(wrap, context)) return AS_IT_IS;
  const { wrapText } = await import('../../base/text/wrap.js');
  return (text, hang) => (stream.columns ? wrapText(text, stream.columns, hang) : text);
}

/** Masks personal data in what a command gives out. */
export const REDACT = toggle(
  '--redact',
  'mask phone numbers, e-mail addresses, cards, IBANs, long numbers',
);

/** Undefined when nothing is masked. */
export async function redactorFor(
  isOn: boolean,
  counts?: 'masked' | 'printed',
): Promise<Redactor | undefined> {
  return isOn ? (await import('../../redact/redact.js')).openRedactor(counts) : undefined;
}

import type { Notices } from '../../account/account.js';
import { choice, toggle } from '../../command-line/flag.js';
import type { Context } from '../../process/context.js';
import { isOn } from '../../base/environment.js';
import type { Settings } from '../../settings/settings.js';
import { appearanceOf, type Appearance, type Format } from '../../terminal/appearance.js';
import { sanitizeLine } from '../../text/sanitize.js';
import { proseLines, type ProseFlags } from './prose.js';

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
export interface Output {
  json?: boolean;
  jsonl?: boolean;
  quiet?: boolean;
  debug?: boolean;
}

/** Whether stderr is for errors only. */
export function isSilent({ quiet, json, jsonl }: Output): boolean {
  return [quiet, json, jsonl].includes(true);
}

/** Whether somebody sees progress on stderr. */
export function isWatched({ stderr }: Pick<Context, 'stderr'>, output: Output): boolean {
  return stderr.isTTY === true && !isSilent(output);
}

/** Whether somebody can be asked: questions are drawn on stderr and answered on stdin. */
export function mayAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Notices go to stderr, a line each; without any, it is not opened, as that takes time. */
export async function noticesOn(context: Context, output: Output & ProseFlags): Promise<Notices> {
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

function isDebugging({ debug }: Output, env: Context['env']): boolean {
  return debug === true || isOn(env, 'TELNYX_CHAT_DEBUG');
}

/** The same for whatever prints lines; those about requests are one line each, in any window. */
export function noticesTo(
  { notify, debug }: Record<keyof Notices, (line: string) => void>,
  output: Output,
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
  { quiet }: Output,
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

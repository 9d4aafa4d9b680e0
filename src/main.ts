import type { Context } from './process/context.js';
import { isOn } from './base/environment.js';
import { AppError, exitCodeOf, isStop } from './base/errors.js';
import { sanitize } from './base/text/sanitize.js';
import { printError } from './commands/options/output.js';
import { runProgram } from './program.js';

export { processContext } from './process/context.js';
export { withUsualFlags } from './process/v8-flags.js';

/** The built program has lines of many kilobytes, which a stack may quote. */
const MAX_STACK_LINE = 300;

/**
 * Runs one command line and gives its exit code.
 * The only place where an error becomes words and a number.
 */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  try {
    return await runProgram(argv, context);
  } catch (error) {
    await report(error, argv, context);
    return exitCodeOf(error);
  }
}

async function report(error: unknown, argv: readonly string[], context: Context): Promise<void> {
  const { stderr, env } = context;
  const flags = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
  const known = error instanceof AppError ? error : unforeseen(error);
  const json = flags.includes('--json') || flags.includes('--jsonl');
  if (!json && isWantedStop(known)) return;
  const screenReader = flags.includes('--screen-reader');
  await printError(known, { json, wrap: !flags.includes('--no-wrap'), screenReader }, context);
  if (json) return;
  const isDebugging = flags.includes('--debug') || isOn(env, 'TELNYX_CHAT_DEBUG');
  if (known !== error && isDebugging && error instanceof Error) {
    const stack = sanitize(error.stack ?? '').split('\n');
    stderr.write(`${stack.map((line) => line.slice(0, MAX_STACK_LINE)).join('\n')}\n`);
  }
}

/** Stopping the program while no turn is running needs no message. */
function isWantedStop(error: AppError): boolean {
  const { delivery, hint } = error.details;
  return isStop(error) && delivery === undefined && hint === undefined;
}

function unforeseen(error: unknown): AppError {
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('bug', `something unforeseen went wrong: ${message}`, {
    hint: 'this is a bug: report it with what TELNYX_CHAT_DEBUG=1 prints',
    cause: error,
  });
}

// Loaded late: only `--regex` needs a context of its own, whose work can be stopped.
import { createContext, Script } from 'node:vm';
import { AppError } from '../base/errors.js';

/** Bound on matching one text, in milliseconds: some patterns backtrack without end. */
const MAX_MATCH_MS = 1_000;

type Spans = [start: number, end: number][];

/** Up to 100 matches in each text. */
const MATCH = new Script(`texts.map((text) => {
  const spans = [];
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (match !== '') spans.push([index, index + match.length]);
    if (spans.length === 100) break;
  }
  return spans;
})`);

/** Finds a regular expression in texts. Throws `usage` when it is none, or takes too long on a text. */
export function timedPattern(source: string): (texts: readonly string[]) => Spans[] {
  const sandbox: { pattern: RegExp; texts: readonly string[] } = {
    pattern: compiled(source),
    texts: [],
  };
  const context = createContext(sandbox);
  const match = (texts: readonly string[]): Spans[] => {
    if (texts.length === 0) return [];
    sandbox.texts = texts;
    try {
      return MATCH.runInContext(context, { timeout: MAX_MATCH_MS }) as Spans[];
    } catch (error) {
      if (!isTimeout(error)) throw error;
      // Together they may only be many.
      if (texts.length > 1) return texts.flatMap((text) => match([text]));
      throw tooSlow(source);
    }
  };
  return match;
}

function compiled(source: string): RegExp {
  try {
    return new RegExp(source, 'giu');
  } catch {
    return lenient(source);
  }
}

/** Without the `u` flag, which forbids needless escapes such as `\\-`. */
function lenient(source: string): RegExp {
  try {
    return new RegExp(source, 'gi');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^.*: /, '') : '';
    throw new AppError('usage', `bad --regex ${JSON.stringify(source)}: ${why}`, {
      hint: 'it is a regular expression of JavaScript; without --regex the words are taken as they are',
      cause,
    });
  }
}

/** It may come from another context, so its class tells nothing. */
function isTimeout(error: unknown): boolean {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function tooSlow(source: string): AppError {
  return new AppError(
    'usage',
    `the pattern ${JSON.stringify(source)} takes over ${MAX_MATCH_MS / 1000} s on one message`,
    {
      hint: 'nested repetitions such as (a+)+ can take forever: rewrite the expression without them',
    },
  );
}

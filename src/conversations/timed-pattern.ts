// Loaded late: only `--regex` needs it.
import { AppError } from '../base/errors.js';
import { isOutOfTime, withinTime } from '../base/within-time.js';
import type { Matcher } from './search.js';

/** Bound on matching one text, in milliseconds: some patterns backtrack without end. */
const MAX_MATCH_MS = 1_000;
/** In one text. */
const MAX_MATCHES = 100;

type Spans = ReturnType<Matcher>[number];

/** Finds a regular expression in texts. Throws `usage` when it is none, or takes too long on a text. */
export function timedPattern(source: string): Matcher {
  const pattern = compiled(source);
  const match: Matcher = (texts) => {
    if (texts.length === 0) return [];
    try {
      return withinTime(MAX_MATCH_MS, () => texts.map((text) => spansIn(text, pattern)));
    } catch (error) {
      if (!isOutOfTime(error)) throw error;
      // Together they may only be many.
      if (texts.length > 1) return texts.flatMap((text) => match([text]));
      throw tooSlow(source);
    }
  };
  return match;
}

function spansIn(text: string, pattern: RegExp): Spans {
  const spans: Spans = [];
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (match !== '') spans.push([index, index + match.length]);
    if (spans.length === MAX_MATCHES) break;
  }
  return spans;
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

function tooSlow(source: string): AppError {
  return new AppError(
    'usage',
    `the pattern ${JSON.stringify(source)} takes over ${MAX_MATCH_MS / 1000} s on one message`,
    {
      hint: 'nested repetitions such as (a+)+ can take forever: rewrite the expression without them',
    },
  );
}

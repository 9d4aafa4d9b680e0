import { SUSPICIOUS, SequenceFilter } from './sequence-filter.js';

interface Sanitizer {
  write(chunk: string): string;
  end(): string;
}

const isClean = (text: string): boolean => !SUSPICIOUS.test(text);

/**
 * Makes text from outside safe to print on a terminal: the only control characters left are tab and
 * newline, escape sequences are gone with their payloads, and nothing can hide or reorder the text.
 */
export function sanitize(text: string): string {
  if (isClean(text)) return text;
  const filter = new SequenceFilter();
  return filter.write(text) + filter.end();
}

/** `sanitize` for text that comes in pieces: the result does not depend on where it was cut. */
export function createSanitizer(): Sanitizer {
  const filter = new SequenceFilter();
  return {
    write: (chunk) => (filter.isIdle && isClean(chunk) ? chunk : filter.write(chunk)),
    end: () => filter.end(),
  };
}

/** On one line, however long: nothing is cut off. */
export function oneLine(text: string): string {
  return sanitizeLine(text, Infinity);
}

/** For names, titles, header values and error texts: one line, at most `maxLength` code points. */
export function sanitizeLine(text: string, maxLength = 200): string {
  const line = sanitize(text).replace(/[\n\t]+/g, ' ');
  return cutText(line.trim(), maxLength);
}

/** A word of a command that can be copied into a shell. */
export function shellWord(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${oneLine(word).replaceAll("'", `'\\''`)}'`;
}

/** At most `maxLength` code points. */
export function cutText(text: string, maxLength: number): string {
  const characters = Array.from(text);
  if (characters.length <= maxLength) return text;
  return `${characters
    .slice(0, maxLength - 1)
    .join('')
    .trimEnd()}…`;
}

import { SUSPICIOUS } from './characters.js';
import { SequenceFilter } from './sequence-filter.js';

export interface Sanitizer {
  write(chunk: string): string;
  end(): string;
}

const isPlain = (text: string): boolean => !SUSPICIOUS.test(text);

/**
 * Makes text from outside safe to print on a terminal: of the control characters only tab and newline
 * are left, escape sequences are gone with their payloads, and nothing can hide or reorder what is read.
 */
export function sanitize(text: string): string {
  if (isPlain(text)) return text;
  const filter = new SequenceFilter();
  return filter.write(text) + filter.end();
}

/** `sanitize` for text that comes in pieces: the same result, wherever it was cut. */
export function createSanitizer(): Sanitizer {
  const filter = new SequenceFilter();
  return {
    write: (chunk) => (filter.isIdle && isPlain(chunk) ? chunk : filter.write(chunk)),
    end: () => filter.end(),
  };
}

/** For names, titles, header values and error texts: one line, at most `maxLength` code points. */
export function sanitizeLine(text: string, maxLength = 200): string {
  const line = sanitize(text)
    .replace(/[\n\t]+/g, ' ')
    .trim();
  const characters = Array.from(line);
  if (characters.length <= maxLength) return line;
  return `${characters
    .slice(0, maxLength - 1)
    .join('')
    .trimEnd()}…`;
}

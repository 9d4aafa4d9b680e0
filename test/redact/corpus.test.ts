import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../src/redact/redact.js';

const LINES = readFileSync(new URL('corpus.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const MARKED = /«([^»]*)»/g;

/** The line as it is said, and what is left of it where all marked pieces are masked. */
function expectation(line: string): { said: string; rest: string[]; marked: string[] } {
  const marked = Array.from(line.matchAll(MARKED), ([, piece = '']) => piece);
  return {
    said: line.replace(MARKED, '$1'),
    rest: line.split(MARKED).filter((_, i) => i % 2 === 0),
    marked,
  };
}

const STAND_IN = /\[(?:phone|email|card|iban|number) \d+\]/g;

const redacted = LINES.map((line) => {
  const { said, rest, marked } = expectation(line);
  return { said, rest, marked, text: openRedactor().text(said) };
});

describe('redaction of 300 lines', () => {
  it('has 300 lines', () => expect(LINES.length).toBeGreaterThanOrEqual(300));

  it('masks at least 98 % of what is to be masked', () => {
    const all = redacted.flatMap(({ marked, text }) => marked.map((piece) => ({ piece, text })));
    const missed = redacted.filter(
      ({ marked, text }) =>
        marked.length > 0 && (text.match(STAND_IN)?.length ?? 0) !== marked.length,
    );
    const left = all.filter(({ piece, text }) => text.includes(piece));
    const faults = missed.map(({ said, text }) => `${said} → ${text}`);
    expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(all.length * 0.02);
    expect(left.length).toBeLessThanOrEqual(all.length * 0.02);
  });

  it('leaves at least 99 % of the rest as it is', () => {
    const changed = redacted.filter(
      ({ said, marked, text }) => marked.length === 0 && text !== said,
    );
    const harmless = redacted.filter(({ marked }) => marked.length === 0);
    const faults = changed.map(({ said, text }) => `${said} → ${text}`);
    expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(harmless.length * 0.01);
  });

  it('leaves the words around what it masks', () => {
    const words = (text: string): string => text.replace(/[^\p{L}\p{N}@]+/gu, ' ').trim();
    const faults = redacted
      .filter(({ rest, text }) => words(text.split(STAND_IN).join(' ')) !== words(rest.join(' ')))
      .map(({ said, text }) => `${said} → ${text}`);
    expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(redacted.length * 0.01);
  });
});

import { AppError } from './errors.js';

/** Short enough to be part of a file name. */
const ID = /^[\w.:-]{1,180}$/;
const PROFILE = /^[\w.-]{1,64}$/;

/** Keys with a special meaning in JavaScript objects. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

export function isReserved(name: string): boolean {
  return RESERVED.includes(name);
}

function isDots(text: string): boolean {
  return text === '.' || text === '..';
}

/** Returns the id when it can be one: ids are opaque, without spaces, slashes and control characters. */
export function checkedId(what: 'assistant' | 'conversation' | 'version', id: string): string {
  if (ID.test(id) && !isDots(id)) return id;
  const article = what === 'assistant' ? 'an' : 'a';
  throw new AppError('usage', `${JSON.stringify(id)} is not ${article} ${what} id`, {
    hint: `ids have only letters, digits and - _ . :; copy it from the Telnyx portal or from an earlier reply`,
  });
}

/** Returns the profile name when it can be one. */
export function checkedProfile(name: string): string {
  if (PROFILE.test(name) && !isDots(name) && !isReserved(name)) return name;
  throw new AppError('usage', `${JSON.stringify(name)} is not a profile name`, {
    hint: 'a profile name has up to 64 letters, digits and - _ .',
  });
}

/** Returns the key when it can be sent in a header. The error never shows it. */
export function checkedKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key) && !/["'`<>]/.test(key)) return key;
  throw new AppError('usage', 'that does not look like an API key', {
    hint: 'copy the key again from the Telnyx portal, without quotes, spaces or line breaks',
  });
}

/** More single-letter changes make it another word, not a typing mistake. */
const MAX_CHANGES = 2;

/** The candidate closest to a mistyped word; undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const isBeginning = word !== '' && candidate.startsWith(word);
    const distance = isBeginning ? 0.5 : editDistance(word, candidate);
    if (
      distance <= Math.min(MAX_CHANGES, candidate.length / 2) &&
      distance < (best?.distance ?? Infinity)
    ) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const at = (cells: number[], index: number): number => cells[index] ?? Infinity;
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? Infinity;
}

import type { TextSpan } from './search.js';

/** A piece of an excerpt, on one line. */
export interface ExcerptPiece {
  text: string;
  isMarked: boolean;
}

/** In characters: longer sentences are cut around what matches. */
const MAX_EXCERPT = 160;
/** Before what matches. */
const MAX_BEFORE = 60;

/** The sentence of the first match, with all matches in it marked. */
export function excerptOf(text: string, spans: readonly TextSpan[]): ExcerptPiece[] {
  const [first = 0, firstEnd = 0] = spans[0] ?? [];
  const start = Math.max(sentenceStart(text, first), first - MAX_BEFORE);
  const end = Math.min(sentenceEnd(text, firstEnd), Math.max(firstEnd, start + MAX_EXCERPT));
  const pieces: ExcerptPiece[] = [];
  let at = start;
  for (const [from, to] of spans.filter((span) => span[0] < end)) {
    pieces.push(
      { text: text.slice(at, from), isMarked: false },
      { text: text.slice(from, Math.min(to, end)), isMarked: true },
    );
    at = Math.min(to, end);
  }
  pieces.push({ text: text.slice(at, end), isMarked: false });
  const isCutBefore = start > 0 && !/[.!?\n]\s*$/.test(text.slice(Math.max(0, start - 3), start));
  const isCutAfter = end < sentenceEnd(text, firstEnd);
  return [
    { text: isCutBefore ? '…' : '', isMarked: false },
    ...pieces.map((piece) => ({ ...piece, text: piece.text.replace(/\s+/g, ' ') })),
    { text: isCutAfter ? '…' : '', isMarked: false },
  ].filter((piece) => piece.text !== '');
}

function sentenceStart(text: string, at: number): number {
  const before = text.slice(Math.max(0, at - MAX_EXCERPT), at);
  const end = /^[^]*(?:[.!?]\s+|\n\s*\n)/.exec(before)?.[0].length ?? 0;
  return at - before.length + end;
}

function sentenceEnd(text: string, at: number): number {
  const after = /[.!?](?=\s|$)|\n\s*\n/.exec(text.slice(at));
  if (!after) return text.length;
  return at + after.index + (after[0].startsWith('\n') ? 0 : 1);
}

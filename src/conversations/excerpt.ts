import type { Signal } from '../base/time.js';
import type { Conversation, Message, MessagePage } from './conversation.js';
import { timeOf, type ReadPage } from './messages.js';
import { firstWords } from './metadata.js';

/** A piece of a text, by its first character and the one after it. */
export type TextSpan = readonly [start: number, end: number];

/** The first words of conversations without a name, by id, as far as they are known in time. */
export type FirstWordsOf = (
  conversations: readonly Conversation[],
  signal: Signal,
) => Promise<ReadonlyMap<string, string>>;

/** The first words that somebody said, in messages of any order; '' when there are none. Masked before they are cut. */
export function firstWordsIn(
  messages: readonly Message[],
  mask: (text: string) => string = (text) => text,
): string {
  let [text, earliest] = ['', Infinity];
  for (const message of messages) {
    if (message.role !== 'user' || message.text === '') continue;
    const time = timeOf(message);
    if (time >= earliest) continue;
    [text, earliest] = [message.text, time];
  }
  return firstWords(mask(text)) ?? '';
}

/** The first words of a conversation, by the page of its messages that has the oldest ones. */
export async function readFirstWords(readPage: ReadPage): Promise<string> {
  const first = await readPage(1);
  const isOldest = first.pages <= 1 || isOldestFirst(first);
  const { messages } = isOldest ? first : await readPage(first.pages);
  return firstWordsIn(messages);
}

function isOldestFirst({ messages }: MessagePage): boolean {
  const [first, last] = [messages[0], messages.at(-1)];
  return first !== undefined && last !== undefined && timeOf(first) < timeOf(last);
}

/** A piece of an excerpt, on one line. */
export interface ExcerptPiece {
  text: string;
  isMarked: boolean;
}

/** In characters: longer sentences are cut around what matches. */
const MAX_EXCERPT = 160;
/** Before what matches. */
const MAX_BEFORE = 60;

/** Of one message. */
const MAX_SENTENCES = 3;

/** The sentence of the first match, and those of words that it does not have, with all matches marked. */
export function excerptOf(text: string, spans: readonly TextSpan[]): ExcerptPiece[] {
  const shown = new Set<string>();
  const pieces: ExcerptPiece[] = [];
  let count = 0;
  let end = 0;
  for (const span of spans.length === 0 ? [NOTHING] : spans) {
    const word = text.slice(...span).toLowerCase();
    const isNew = (count === 0 || span[0] >= end) && !shown.has(word);
    shown.add(word);
    if (!isNew || count === MAX_SENTENCES) continue;
    const start = excerptStart(text, span[0], end);
    pieces.push(plain(gapBefore(text, start, end)));
    end = excerptEnd(text, start, span[1]);
    pieces.push(...marked(text, spans, [start, end]));
    count++;
  }
  const isCutAfter = !isSentenceEnd(text, end);
  return [...pieces, plain(isCutAfter ? '…' : '')].filter((piece) => piece.text !== '');
}

const NOTHING: TextSpan = [0, 0];

function plain(text: string): ExcerptPiece {
  return { text: text.replace(/\s+/g, ' '), isMarked: false };
}

/** Between two excerpts, or before the first one, whose `end` is 0. */
function gapBefore(text: string, start: number, end: number): string {
  if (end > 0) return text.slice(end, start).trim() === '' ? ' ' : ' … ';
  const isCut = start > 0 && !/[.!?\n]\s*$/.test(text.slice(Math.max(0, start - 3), start));
  return isCut ? '…' : '';
}

function isSentenceEnd(text: string, at: number): boolean {
  return sentenceEnd(text, Math.max(0, at - 1)) === at;
}

function excerptStart(text: string, at: number, after: number): number {
  const start = Math.max(sentenceStart(text, at), after);
  const from = at - MAX_BEFORE;
  if (from <= start) return start;
  const words = /^\S{1,20}\s/.exec(text.slice(from - 1, at))?.[0].length ?? 1;
  return isLowSurrogate(text, from) ? from + 1 : from - 1 + words;
}

function excerptEnd(text: string, start: number, matchEnd: number): number {
  const most = Math.max(matchEnd, start + MAX_EXCERPT);
  const end = sentenceEnd(text, matchEnd);
  if (end <= most) return end;
  const cut = /\s\S{1,20}$/.exec(text.slice(matchEnd, most + 1))?.index;
  if (cut !== undefined && cut > 0) return matchEnd + cut;
  return isLowSurrogate(text, most) ? most - 1 : most;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function marked(text: string, spans: readonly TextSpan[], [start, end]: TextSpan): ExcerptPiece[] {
  const pieces: ExcerptPiece[] = [];
  let at = start;
  for (const [from, to] of spans.filter((span) => span[0] >= start && span[0] < end)) {
    const markEnd = Math.min(to, end);
    pieces.push(plain(text.slice(at, from)), {
      ...plain(text.slice(from, markEnd)),
      isMarked: true,
    });
    at = markEnd;
  }
  return [...pieces, plain(text.slice(at, end))];
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

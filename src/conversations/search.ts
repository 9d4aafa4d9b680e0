import { sanitize } from '../base/text/sanitize.js';
import type { Conversation, Message } from './conversation.js';
import { firstWordsIn, type TextSpan } from './excerpt.js';
import { timeOf } from './messages.js';
import { nameOf } from './metadata.js';
import { batchesOf, readMany, type ReadBatch, type ReadManyPorts } from './read-many.js';

/** For each text the places that match; none when the text does not. */
export type Matcher = (texts: readonly string[]) => TextSpan[][];

/** A quotation that stands for itself, not one inside of JSON. */
const PHRASE = /(?<=^|\s)"([^"]*[^"\s][^"]*)"(?=\s|$)/;
const PHRASE_OR_WORD = new RegExp(`${PHRASE.source}|\\S+`, 'g');

/** The words of a text; double quotes make several words one. */
export function wordsIn(text: string): string[] {
  return Array.from(text.matchAll(PHRASE_OR_WORD), ([word, phrase]) => phrase ?? word);
}

/** The words that a shell has separated. It has taken its own quotes: blanks in a word are part of it. */
export function wordsOf(operands: readonly string[]): string[] {
  return operands.flatMap((word) => (PHRASE.test(word) ? wordsIn(word) : [word]));
}

/** Texts that contain all words, in any case. */
export function wordMatcher(words: readonly string[]): Matcher {
  const patterns = words.map((word) => {
    const source = word.trim().replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return new RegExp(source.replace(/\s+/g, '\\s+'), 'giu');
  });
  return (texts) => texts.map((text) => spansOf(text, patterns));
}

function spansOf(text: string, patterns: readonly RegExp[]): TextSpan[] {
  if (patterns.some((pattern) => text.search(pattern) < 0)) return [];
  const found = patterns.map((pattern) =>
    Array.from(text.matchAll(pattern), ({ 0: match, index }): TextSpan => [
      index,
      index + match.length,
    ]),
  );
  const merged: TextSpan[] = [];
  for (const [start, end] of found.flat().sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && start <= last[1]) merged.splice(-1, 1, [last[0], Math.max(last[1], end)]);
    else merged.push([start, end]);
  }
  return merged;
}

/** A message that matches. */
export interface SearchHit {
  message: Message;
  /** The text that was searched, tool calls included; safe on a terminal. */
  text: string;
  spans: TextSpan[];
}

/** The hits of one conversation, the latest first. */
export interface SearchedConversation {
  conversation: Conversation;
  /** Its name, else the first words of its user; '' when neither is known. */
  title: string;
  hits: SearchHit[];
}

export interface SearchQuery {
  match: Matcher;
  /** Only messages of this role. */
  role?: string | undefined;
  /** Masks the text whose first words become a title. */
  mask?: ((text: string) => string) | undefined;
  /** Only the latest ones of a conversation. */
  maxHits: number;
}

/** Searches conversations, the latest used first. Each is read once. */
export function searchConversations(
  ports: ReadManyPorts,
  query: SearchQuery,
): AsyncGenerator<SearchedConversation> {
  const begin = (conversation: Conversation): SearchedConversation => ({
    conversation,
    title: nameOf(conversation),
    hits: [],
  });
  return readMany(ports, begin, async (conversation, searched) => {
    try {
      for await (const batch of batchesOf(conversation, ports.readPage)) {
        note(searched, batch, query);
      }
    } finally {
      searched.hits.reverse();
    }
  });
}

/** Most messages do not match: only then their order and the first words are looked at. */
function note(
  searched: SearchedConversation,
  { messages, isPartial }: ReadBatch,
  { match, role, mask, maxHits }: SearchQuery,
): void {
  const chosen = role === undefined ? messages : messages.filter((each) => each.role === role);
  const texts = chosen.map(searchedText);
  const spans = match(texts);
  const isFound = spans.some((each) => each.length > 0);
  if (searched.title === '' && (isFound || isPartial)) {
    searched.title = firstWordsIn(messages, mask);
  }
  if (!isFound) return;
  const found = chosen
    .map((message, index): SearchHit => ({
      message,
      text: texts[index] ?? '',
      spans: spans[index] ?? [],
    }))
    .filter((hit) => hit.spans.length > 0)
    .sort((a, b) => timeOf(a.message) - timeOf(b.message));
  searched.hits = [...searched.hits, ...found].slice(-maxHits);
}

function searchedText({ text, toolCalls }: Message): string {
  const calls = toolCalls.map((call) => `${call.name} ${call.arguments}`);
  return sanitize([text, ...calls].filter((part) => part !== '').join('\n'));
}

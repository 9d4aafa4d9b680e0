import { AppError } from '../base/errors.js';
import { sideBySide } from '../base/side-by-side.js';
import { sanitize } from '../text/sanitize.js';
import type { Conversation, Message, MessagePage } from './conversation.js';
import { messagesByTime } from './message-pages.js';
import { timeOf } from './messages.js';
import { firstWords, nameOf } from './names.js';
import { usedAt } from './paginate.js';

/** A piece of a text, by its first character and the one after it. */
export type TextSpan = readonly [start: number, end: number];

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
  /** What was searched, safe on a terminal: the text and the tool calls. */
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

export interface SearchPorts {
  /** The conversations to search, the latest used first; each call looks again. */
  walk: () => AsyncIterable<Conversation>;
  /** A page of the messages of one; the first one is 1. */
  readPage: (conversationId: string, number: number) => Promise<MessagePage>;
  /** Told of a conversation that cannot be read; throws to end the search. */
  onUnreadable: (error: AppError) => void;
}

export interface SearchQuery {
  match: Matcher;
  /** Only messages of this role. */
  role?: string | undefined;
  /** Only the latest ones of a conversation. */
  maxHits: number;
}

/** Requests that the API bears at once. */
const AT_ONCE = 4;

/** Searches conversations, the latest used first. Each is read once. */
export async function* searchConversations(
  ports: SearchPorts,
  query: SearchQuery,
): AsyncGenerator<SearchedConversation> {
  const search = (conversation: Conversation): Promise<SearchedConversation> =>
    searchOne(conversation, ports, query);
  yield* sideBySide(eachOnce(ports.walk), search, { atOnce: AT_ONCE });
}

/** More looks find only what is used faster than it is searched. */
const MAX_LOOKS = 5;

/**
 * One that is used during the search moves to the front of the list, where it would not be met again:
 * the front is looked at until nothing is new there.
 */
async function* eachOnce(walk: SearchPorts['walk']): AsyncGenerator<Conversation> {
  const seen = new Set<string>();
  let searchedFrom = -Infinity;
  for (let look = 0; look < MAX_LOOKS; look++) {
    let latest = searchedFrom;
    let isNews = false;
    for await (const conversation of walk()) {
      const time = usedAt(conversation);
      if (time > 0 && time < searchedFrom) break;
      latest = Math.max(latest, time);
      if (seen.has(conversation.id)) continue;
      seen.add(conversation.id);
      isNews = true;
      yield conversation;
    }
    if (!isNews) return;
    searchedFrom = latest;
  }
}

async function searchOne(
  conversation: Conversation,
  { readPage, onUnreadable }: SearchPorts,
  query: SearchQuery,
): Promise<SearchedConversation> {
  const searched: SearchedConversation = { conversation, title: nameOf(conversation), hits: [] };
  try {
    const first = await readPage(conversation.id, 1);
    const read = (number: number): Promise<MessagePage> =>
      number === 1 ? Promise.resolve(first) : readPage(conversation.id, number);
    if (first.pages <= 1) note(searched, { messages: first.messages, isPartial: false }, query);
    else {
      for await (const { messages } of messagesByTime(read, () => undefined)) {
        note(searched, { messages, isPartial: true }, query);
      }
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    onUnreadable(error.with({ conversationId: conversation.id }));
  }
  searched.hits.reverse();
  return searched;
}

/** Most messages do not match: only then their order and the first words are looked at. */
function note(
  searched: SearchedConversation,
  { messages, isPartial }: { messages: readonly Message[]; isPartial: boolean },
  { match, role, maxHits }: SearchQuery,
): void {
  const chosen = role === undefined ? messages : messages.filter((each) => each.role === role);
  const texts = chosen.map(searchedText);
  const spans = match(texts);
  const isFound = spans.some((each) => each.length > 0);
  if (searched.title === '' && (isFound || isPartial)) searched.title = firstWordsIn(messages);
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

/** The first words that somebody said, in messages of any order; '' when there are none. */
export function firstWordsIn(messages: readonly Message[]): string {
  let [text, earliest] = ['', Infinity];
  for (const message of messages) {
    if (message.role !== 'user' || message.text === '') continue;
    const time = timeOf(message);
    if (time >= earliest) continue;
    [text, earliest] = [message.text, time];
  }
  return firstWords(text) ?? '';
}

function searchedText({ text, toolCalls }: Message): string {
  const calls = toolCalls.map((call) => `${call.name} ${call.arguments}`);
  return sanitize([text, ...calls].filter((part) => part !== '').join('\n'));
}

import { hasty, retrying, type CallOptions, Deadline, type Clock } from '../base/time.js';
import type {
  Conversation,
  NewConversation,
  SharedConversation,
  Message,
  MessagePage,
  NewMessage,
  History,
} from '../conversations/conversation.js';
import { pagesOf } from '../conversations/messages.js';
import { type Caller, readText } from './caller.js';
import { segment } from './http.js';
import { parse } from './wire.js';

/** The path of one conversation, below the base URL. */
export function conversationPath(id: string): string {
  return `/ai/conversations/${segment(id)}`;
}

/** A function that creates one conversation at most, however often it is called: same key, same bytes. */
export function conversationCreator(
  caller: Caller,
  { name, metadata }: NewConversation,
  key: string,
): (call: CallOptions) => Promise<Conversation> {
  const body = JSON.stringify({ name, metadata });
  const headers = { 'idempotency-key': key };
  return ({ signal, timeoutMs }) =>
    caller.json(
      { signal, timeoutMs, method: 'POST', path: '/ai/conversations', headers, body },
      parse.conversation,
    );
}

/**
 * Finds or creates the one conversation for this metadata: key and bytes follow from the metadata
 * alone, so the API itself makes only one within 24 hours. Another generation is another conversation.
 */
export async function createShared(
  caller: Caller,
  { metadata, generation }: { metadata: Record<string, string>; generation: number },
  call: CallOptions,
): Promise<SharedConversation> {
  // The order of the pairs means nothing.
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = JSON.stringify({ metadata: Object.fromEntries(pairs) });
  const headers = { 'idempotency-key': `shared-${generation}-${await digest(body)}` };
  return caller.json(
    { ...call, method: 'POST', path: '/ai/conversations', headers, body },
    (created, response) => ({
      conversation: parse.conversation(created),
      isReplay: response.headers['idempotent-replayed'] === 'true',
    }),
  );
}

/** In characters that a key may have. The crypto module is loaded late: it takes long, and little else needs it. */
async function digest(text: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(text).digest('base64url');
}

/** The most that the API puts on one page. */
export const PAGE_SIZE = 100;

/** One page, the first one is 1. */
export async function messagePage(
  caller: Caller,
  conversationId: string,
  { number, ...call }: CallOptions & { number: number },
): Promise<MessagePage> {
  const path = `${conversationPath(conversationId)}/messages`;
  const query = { 'page[size]': PAGE_SIZE, 'page[number]': number };
  const { data, meta } = await caller.json({ ...call, path, query }, parse.messagePage);
  return { messages: data, total: meta.total_results, pages: meta.total_pages };
}

/** A function that adds one message, and still only one when called again: same key, same bytes. Its failures tell the delivery. */
export function messageAdder(
  caller: Caller,
  { conversationId, role, text, speaker }: NewMessage,
  key: string,
): (call: CallOptions) => Promise<void> {
  const path = `${conversationPath(conversationId)}/message`;
  const body = JSON.stringify({ role, content: text, name: speaker });
  const headers = { accept: '*/*', 'idempotency-key': key };
  const add = { method: 'POST', path, body, headers } as const;
  return async (call) => {
    await readText(await caller.open({ ...call, ...add }));
  };
}

/** The most messages that are held at once: a longer conversation is not searched. */
const MAX_MESSAGES = 100_000;
/** The most characters of them (64 MiB). */
const MAX_CHARACTERS = 32 * 1024 * 1024;
/** Of one list whose pages do not fit together. */
const MAX_READINGS = 3;

/** All pages as one list, read again when a message arrives meanwhile; within the timeout of the call. */
export async function history(
  caller: Caller,
  conversationId: string,
  { call, clock }: { call: CallOptions; clock: Clock },
): Promise<History> {
  const { signal, timeoutMs } = call;
  const retry = { clock, signal, deadline: new Deadline(clock, timeoutMs) };
  const read = (number: number): Promise<MessagePage> =>
    retrying((each) => messagePage(caller, conversationId, { ...each, number }), retry, hasty);
  for (let count = 1; ; count++) {
    const found = await completeList(pagesOf(read));
    if (found.isComplete || found.isLast || count === MAX_READINGS) return found;
  }
}

/**
 * Pages as one list. It is whole when each page's total is the number we have and no page repeats a
 * message of another, as pages in different orders would. Without totals, a full page may not be all.
 * `isLast`: another reading would not help.
 */
async function completeList(
  pages: AsyncIterable<MessagePage>,
): Promise<History & { isLast: boolean }> {
  const lists: Message[][] = [];
  const totals = new Set<number>();
  let [count, characters, isTooLarge] = [0, 0, false];
  for await (const { messages: list, total } of pages) {
    lists.push(list);
    if (total !== undefined) totals.add(total);
    count += list.length;
    characters += sum(list.map(lengthOf));
    isTooLarge = count > MAX_MESSAGES || characters > MAX_CHARACTERS;
    if (isTooLarge) break;
  }
  const found = lists.flat();
  const isCounted = totals.size > 0 || found.length < PAGE_SIZE;
  const isConsistent = isCounted && [...totals].every((total) => total === found.length);
  const isComplete = !isTooLarge && isConsistent && areApart(lists);
  return { messages: found, isComplete, isLast: isTooLarge || lists.length === 1 };
}

/** Characters in what a message says and calls. */
function lengthOf({ text, toolCalls }: Message): number {
  return text.length + sum(toolCalls.map((call) => call.arguments.length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Whether no list has a message of another one. Messages have no id, so they are compared as a whole. */
function areApart(lists: readonly Message[][]): boolean {
  if (lists.length === 1) return true;
  const sets = lists.map((list) => new Set(list.map((each) => JSON.stringify(each))));
  const all = new Set(sets.flatMap((set) => [...set]));
  return all.size === sum(sets.map(({ size }) => size));
}

import type { CallOptions, Clock, History, Message } from '../core/conversation.js';
import { readAgain } from '../core/delivery/read-again.js';
import type { Caller } from './caller.js';
import { segment } from './segment.js';
import { parse } from './wire.js';

/** Most messages that one page can hold. */
const PAGE_SIZE = 100;

interface MessagePage {
  messages: Message[];
  /** Pages in all, as this one says. */
  pages: number;
  /** Messages in all pages, as this one says. */
  total: number | undefined;
}

/** Reads the page with that number, from 1 on. */
type ReadPage = (number: number) => Promise<MessagePage>;

async function page(
  caller: Caller,
  { conversationId, number }: { conversationId: string; number: number },
  call: CallOptions,
): Promise<MessagePage> {
  const path = `/ai/conversations/${segment(conversationId)}/messages`;
  const query = { 'page[size]': PAGE_SIZE, 'page[number]': number };
  const { data, meta } = await caller.json({ ...call, path, query }, parse.messagePage);
  return { messages: data, pages: meta.total_pages, total: meta.total_results };
}

async function* pagesOf(read: ReadPage): AsyncGenerator<MessagePage> {
  for (let number = 1, pages = 1; number <= pages; number++) {
    const next = await read(number);
    yield next;
    if (next.messages.length === 0) return;
    ({ pages } = next);
  }
}

/** All messages, a page at a time; the bound of the call is that of each page. */
export async function* messages(
  caller: Caller,
  conversationId: string,
  call: CallOptions,
): AsyncGenerator<Message[]> {
  const pages = pagesOf((number) => page(caller, { conversationId, number }, call));
  for await (const each of pages) if (each.messages.length > 0) yield each.messages;
}

/** A longer conversation is not searched: no more messages than this are held at once. */
const MOST_MESSAGES = 100_000;
/** Most readings of one list, when its pages do not fit together. */
const READINGS = 3;

/** All pages as one list, read again when somebody writes meanwhile; within the bound of the call. */
export async function history(
  caller: Caller,
  conversationId: string,
  { call, clock }: { call: CallOptions; clock: Clock },
): Promise<History> {
  const deadline = clock.monotonic() + call.timeoutMs;
  const read: ReadPage = (number) => {
    const left = { ...call, timeoutMs: Math.max(1, deadline - clock.monotonic()) };
    return readAgain((each) => page(caller, { conversationId, number }, each), {
      call: left,
      clock,
    });
  };
  for (let count = 1; ; count++) {
    const found = await wholeList(pagesOf(read));
    if (found.isWhole || found.isOne || count === READINGS) return found;
  }
}

/**
 * Pages as one list. It is whole when each page's count of all messages is the number we have, and no
 * page repeats a message of another: pages in different orders have the right number, too. Without
 * such counts, a full page may not be all.
 */
async function wholeList(pages: AsyncIterable<MessagePage>): Promise<History & { isOne: boolean }> {
  const lists: Message[][] = [];
  const totals = new Set<number>();
  let count = 0;
  for await (const { messages: list, total } of pages) {
    lists.push(list);
    if (total !== undefined) totals.add(total);
    if ((count += list.length) > MOST_MESSAGES) break;
  }
  const found = lists.flat();
  const isCounted = totals.size > 0 || found.length < PAGE_SIZE;
  const isComplete = isCounted && [...totals].every((total) => total === found.length);
  return { messages: found, isWhole: isComplete && areApart(lists), isOne: lists.length === 1 };
}

/** Whether no list has a message of another one. Messages have no id: all that they say is compared. */
function areApart(lists: readonly Message[][]): boolean {
  const sets = lists.map((list) => new Set(list.map((each) => JSON.stringify(each))));
  const all = new Set(sets.flatMap((set) => [...set]));
  return all.size === sets.reduce((sum, { size }) => sum + size, 0);
}

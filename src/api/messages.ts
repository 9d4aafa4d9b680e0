import type {
  CallOptions,
  History,
  Message,
  MessagePage,
  NewMessage,
} from '../core/conversation.js';
import { bodyText, type Caller } from './caller.js';
import { conversationPath } from './path.js';
import { parse } from './wire.js';

/** Most messages that one page can hold. */
const PAGE_SIZE = 100;

interface DatedPage extends MessagePage {
  pages: number;
  /** The server's clock, in milliseconds since 1970. */
  serverTime: number | undefined;
}

/** One page, the first one is 1. */
export async function messagePage(
  caller: Caller,
  conversationId: string,
  { number, ...call }: CallOptions & { number: number },
): Promise<DatedPage> {
  const path = `${conversationPath(conversationId)}/messages`;
  const query = { 'page[size]': PAGE_SIZE, 'page[number]': number };
  const { data, meta, date } = await caller.json({ ...call, path, query }, (body, { headers }) => ({
    ...parse.messagePage(body),
    date: headers.date,
  }));
  const serverTime = Date.parse(date ?? '');
  return {
    messages: data,
    total: meta.total_results,
    pages: meta.total_pages,
    serverTime: Number.isNaN(serverTime) ? undefined : serverTime,
  };
}

async function* messagePages(
  caller: Caller,
  conversationId: string,
  call: CallOptions,
): AsyncGenerator<DatedPage> {
  for (let number = 1, pages = 1; number <= pages; number++) {
    const page = await messagePage(caller, conversationId, { ...call, number });
    yield page;
    if (page.messages.length === 0) return;
    ({ pages } = page);
  }
}

/** All messages, a page at a time, in the API's order. */
export async function* messages(
  caller: Caller,
  conversationId: string,
  call: CallOptions,
): AsyncGenerator<Message[]> {
  for await (const page of messagePages(caller, conversationId, call)) {
    if (page.messages.length > 0) yield page.messages;
  }
}

/**
 * All pages as one list; whole when each page's count of all messages is the number we have. Without
 * such counts, a full page may not be all.
 */
export async function history(
  caller: Caller,
  conversationId: string,
  call: CallOptions,
): Promise<History> {
  const messages: Message[] = [];
  const totals = new Set<number>();
  let serverTime: number | undefined;
  for await (const page of messagePages(caller, conversationId, call)) {
    messages.push(...page.messages);
    if (page.total !== undefined) totals.add(page.total);
    serverTime ??= page.serverTime;
  }
  const isCounted = totals.size > 0 || messages.length < PAGE_SIZE;
  const isWhole = isCounted && [...totals].every((total) => total === messages.length);
  return { messages, isWhole, serverTime };
}

/** A function that adds one message, and still only one when called again: same key, same bytes. Its failures say what was delivered. */
export function messageAdder(
  caller: Caller,
  { conversationId, role, text, speaker }: NewMessage,
  key: string,
): (call: CallOptions) => Promise<void> {
  const path = `${conversationPath(conversationId)}/message`;
  const body = JSON.stringify({ role, content: text, name: speaker });
  const add = { method: 'POST', path, body, headers: { 'idempotency-key': key } } as const;
  return async (call) => {
    await bodyText(await caller.open({ ...call, ...add }));
  };
}

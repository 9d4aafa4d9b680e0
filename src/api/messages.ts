import type { CallOptions, Message, MessagePage, NewMessage } from '../core/conversation.js';
import { readText } from './answer.js';
import type { Caller } from './caller.js';
import { conversationPath } from './path.js';
import { parse } from './wire.js';

/** Most messages that one page can hold. */
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

/** Page after page, as `read` gives them, from 1 on. */
export async function* pagesOf(
  read: (number: number) => Promise<MessagePage>,
): AsyncGenerator<MessagePage> {
  for (let number = 1, pages = 1; number <= pages; number++) {
    const page = await read(number);
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
  const pages = pagesOf((number) => messagePage(caller, conversationId, { ...call, number }));
  for await (const page of pages) {
    if (page.messages.length > 0) yield page.messages;
  }
}

/** A function that adds one message, and still only one when called again: same key, same bytes. Its failures say what was delivered. */
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

// A day of 10,000 conversations, and a conversation of 5,000 messages (or as many as its id says).

const CONVERSATIONS = 10_000;
const EVERY_MS = 8_640;
const END = Date.parse('2026-01-02T00:00:00.000Z');
const NOTE = 'x'.repeat(400);

/** Of those that are searched, with this metadata; each has so many messages. */
const SEARCHED = 2_000;
export const SEARCHED_MESSAGES = 20;
export const SEARCHED_PREFIX = '20202020';

/** The latest first, as the API lists them when asked to. @param {URLSearchParams} query */
export function listConversations(query) {
  const isSearched = query.get('metadata->kind') === 'eq.searched';
  const all = isSearched ? SEARCHED : CONVERSATIONS;
  const before = Date.parse(query.get('last_message_at')?.replace('lte.', '') ?? '') || END;
  const first = Math.max(0, Math.ceil((END - before) / EVERY_MS));
  const count = Math.min(Number(query.get('limit') ?? 100), all - first);
  const data = Array.from({ length: Math.max(0, count) }, (_, index) =>
    conversation(first + index, isSearched),
  );
  return { data };
}

function conversation(index, isSearched) {
  const id = `${isSearched ? SEARCHED_PREFIX : '3fa85f64'}-5717-4562-b3fc-${String(index).padStart(12, '0')}`;
  const time = new Date(END - index * EVERY_MS).toISOString();
  const metadata = { assistant_id: 'assistant-bench', note: NOTE };
  return { id, name: `Talk ${index}`, metadata, created_at: time, last_message_at: time };
}

/** @param {number} total @param {URLSearchParams} query */
export function listMessages(total, query) {
  const size = Number(query.get('page[size]') ?? 20);
  const number = Number(query.get('page[number]') ?? 1);
  const start = (number - 1) * size;
  const length = Math.max(0, Math.min(size, total - start));
  const data = Array.from({ length }, (_, index) => message(start + index));
  const total_pages = Math.ceil(total / size);
  return {
    data,
    meta: { page_number: number, page_size: size, total_pages, total_results: total },
  };
}

function message(index) {
  const time = new Date(END + index * 1_000).toISOString();
  const role = index % 2 === 0 ? 'user' : 'assistant';
  return { role, text: `${index} ${NOTE}`, created_at: time, sent_at: time, tool_calls: [] };
}

// Loaded late: few chats search.
import { AppError } from '../base/errors.js';
import { paced } from '../base/side-by-side.js';
import { excerptOf } from '../conversations/excerpt.js';
import { paginateConversations, usedAt } from '../conversations/list.js';
import type { ReadManyPorts } from '../conversations/read-many.js';
import {
  searchConversations,
  wordMatcher,
  wordsIn,
  type SearchedConversation,
} from '../conversations/search.js';
import { age } from '../base/time.js';
import { oneLine, sanitizeLine } from '../base/text/sanitize.js';
import { cancellable, notify, notifyFailure, type Chat } from './chat.js';

const DAYS = 30;
const DAY_MS = 86_400_000;
/** More than anybody looks through: they are numbered, the latest first. */
const MAX_FOUND = 20;
/** Bound on one request with its retries, in milliseconds. */
const REQUEST_MS = 30_000;

/** /search: what was said in the conversations of this assistant. Ctrl-C keeps what was found. */
export async function searchSaid(chat: Chat, argument: string): Promise<void> {
  if (argument === '') {
    throw new AppError('usage', 'words to search for are required', {
      hint: '/search opening hours',
    });
  }
  const query = { match: wordMatcher(wordsIn(argument)), maxHits: 1 };
  chat.state.found = [];
  const { found } = chat.state;
  try {
    await cancellable(chat, `searching the last ${DAYS} days`, async (signal) => {
      for await (const searched of searchConversations(portsOf(chat, signal), query)) {
        if (searched.hits.length === 0) continue;
        found.push(searched.conversation.id);
        show(chat, searched, found.length);
        if (found.length === MAX_FOUND) break;
      }
    });
    if (found.length === 0) notify(chat, `nobody said that in the last ${DAYS} days`);
  } catch (error) {
    if (found.length === 0 || chat.ports.signal.aborted || !(error instanceof AppError))
      throw error;
    notifyFailure(chat, error);
  }
  // After a failure or Ctrl-C, the conversations found so far can be continued too.
  if (found.length > 0) notify(chat, RESUME_ADVICE + (found.length < MAX_FOUND ? '' : ONLY_SOME));
}

const RESUME_ADVICE = '/resume 1 continues the first';
const ONLY_SOME = `; only ${MAX_FOUND} are shown`;

function portsOf({ state, ports }: Chat, signal: AbortSignal): ReadManyPorts {
  const { api, clock } = ports;
  const where = { 'metadata->assistant_id': `eq.${state.assistantId}` };
  const oldest = clock.now().getTime() - DAYS * DAY_MS;
  const request = paced({ clock, signal, timeoutMs: REQUEST_MS });
  return {
    async *walk() {
      const list: Parameters<typeof paginateConversations>[0] = (filters) =>
        request((call) => api.listConversations(filters, call));
      for await (const each of paginateConversations(list, { where, onGap: () => undefined })) {
        if (usedAt(each) > 0 && usedAt(each) < oldest) return;
        yield each;
      }
    },
    readPage: (id, number) => request((call) => api.getMessages(id, { ...call, number })),
    onUnreadable(error) {
      if (error.kind !== 'not_found') throw error;
    },
  };
}

function show(
  { ports }: Chat,
  { conversation, title, hits }: SearchedConversation,
  number: number,
): void {
  const { editor, paint, clock } = ports;
  const [hit] = hits;
  if (!hit) return;
  const used = age(conversation.lastMessageAt || conversation.createdAt, clock.now());
  const name = sanitizeLine(title || conversation.id, 60);
  const said = excerptOf(hit.text, hit.spans).map(({ text, isMarked }) =>
    isMarked ? text : paint.dim(text),
  );
  const label = `${String(number).padStart(2)}  ${name}  ${used}`.trimEnd();
  const role = `    ${paint.dim(`${oneLine(hit.message.role)}: `)}`;
  const lines = [label, `${role}${said.join('')}`].map((line) => ports.wrap(line));
  editor.print(`${lines.join('\n')}\n`, 'stderr');
}

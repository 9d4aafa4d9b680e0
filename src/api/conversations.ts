import type { CallOptions } from '../base/time.js';
import type {
  Conversation,
  NewConversation,
  SharedConversation,
} from '../conversations/conversation.js';
import type { Caller } from './caller.js';
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

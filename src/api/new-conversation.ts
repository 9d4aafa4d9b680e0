import type { CallOptions } from '../base/time.js';
import type {
  Conversation,
  NewConversation,
  SharedConversation,
} from '../conversations/conversation.js';
import type { Caller } from './caller.js';
import { parse } from './wire.js';

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
 * Creates the conversation that everybody gets who asks for the same metadata within 24 hours: key
 * and bytes follow from the metadata alone, so the API itself makes one. Another generation is
 * another conversation.
 */
export async function createShared(
  caller: Caller,
  { metadata, generation }: { metadata: Record<string, string>; generation: number },
  call: CallOptions,
): Promise<SharedConversation> {
  // Sorted: whoever gives the same pairs in another order means the same.
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = JSON.stringify({ metadata: Object.fromEntries(pairs) });
  const headers = { 'idempotency-key': `shared-${generation}-${await digest(body)}` };
  return caller.json(
    { ...call, method: 'POST', path: '/ai/conversations', headers, body },
    (answer, response) => ({
      conversation: parse.conversation(answer),
      isReplay: response.headers['idempotent-replayed'] === 'true',
    }),
  );
}

/** In the characters that a key may have. The crypto module takes long to load: nobody else needs it. */
async function digest(text: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(text).digest('base64url');
}

import type { Client } from '../../api/client.js';
import { completeDraft, type Completion } from '../../core/chat/completion.js';
import { nameOf } from '../../core/conversation-names.js';
import { sanitizeLine } from '../../core/sanitize.js';

/** Bound on asking for candidates, in milliseconds: Tab should not hang. */
const CANDIDATES_MS = 5_000;
const MOST = 50;

/** Tab in the chat: commands, and what the account has for their arguments. */
export function completionFor(
  client: Client,
  assistantId: () => string,
  signal: AbortSignal,
): (draft: string, cursor: number) => Promise<Completion | undefined> {
  const call = { signal, timeoutMs: CANDIDATES_MS };
  const sources = {
    async conversations() {
      const where = { 'metadata->assistant_id': `eq.${assistantId()}` };
      const filters = { limit: MOST, order: 'last_message_at.desc', where };
      const conversations = await client.listConversations(filters, call);
      return conversations.flatMap((conversation) => {
        const name = sanitizeLine(nameOf(conversation));
        const byId = { value: conversation.id, note: name };
        return name === '' ? [byId] : [{ value: name, note: conversation.id }, byId];
      });
    },
    async assistants() {
      const assistants = await client.listAssistants(call);
      return assistants.map(({ id, name }) => ({ value: id, note: sanitizeLine(name) }));
    },
  };
  return async (draft, cursor) => {
    try {
      return await completeDraft(draft, cursor, sources);
    } catch {
      return undefined; // Without an answer there is nothing to complete.
    }
  };
}

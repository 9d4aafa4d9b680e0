import type { Client } from '../api/client.js';
import type { CallOptions } from '../base/time.js';
import { sanitizeLine } from '../base/text/sanitize.js';
import type { FirstWordsOf } from '../conversations/excerpt.js';
import { nameOf } from '../conversations/metadata.js';

/** A word that Tab offers, and what it stands for. */
interface AccountCandidate {
  value: string;
  note: string;
}

/** More than anybody reads. */
const MAX_CANDIDATES = 50;

interface CandidateOptions {
  assistantId: string | undefined;
  firstWords: FirstWordsOf;
  call: CallOptions;
}

/** The latest conversations, by name where one can be typed, and by id. Of one assistant, if given. */
export async function conversationCandidates(
  client: Client,
  { assistantId, firstWords, call }: CandidateOptions,
): Promise<AccountCandidate[]> {
  const where = assistantId && { 'metadata->assistant_id': `eq.${assistantId}` };
  const filters = { limit: MAX_CANDIDATES, order: 'last_message_at.desc', ...(where && { where }) };
  const conversations = await client.listConversations(filters, call);
  const words = await firstWords(conversations, call.signal);
  return conversations.flatMap((conversation) => {
    const name = nameOf(conversation);
    // Nothing is found by its first words: they only say what an id stands for.
    const note = sanitizeLine(name || (words.get(conversation.id) ?? ''));
    const byId = { value: conversation.id, note };
    return isTypeable(name, note) ? [{ value: name, note: conversation.id }, byId] : [byId];
  });
}

/** A name that a line cannot hold, or that would be taken for a flag, is not offered. */
function isTypeable(name: string, safe: string): boolean {
  return name === safe && name !== '' && !name.startsWith('-');
}

export async function assistantCandidates(
  client: Client,
  call: CallOptions,
): Promise<AccountCandidate[]> {
  const assistants = await client.listAssistants(call);
  return assistants.map(({ id, name }) => ({ value: id, note: sanitizeLine(name) }));
}

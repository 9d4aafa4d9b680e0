import { assistantCandidates, conversationCandidates } from '../../account/candidates.js';
import type { Client } from '../../api/client.js';
import { completeDraft, type Completion } from '../../chat/completion.js';

/** Bound on asking for candidates, in milliseconds: Tab should not hang. */
const CANDIDATES_MS = 5_000;

/** Tab in the chat: commands, and what the account has for their arguments. */
export function completionFor(
  client: Client,
  assistantId: () => string,
  signal: AbortSignal,
): (draft: string, cursor: number) => Promise<Completion | undefined> {
  const call = { signal, timeoutMs: CANDIDATES_MS };
  const sources = {
    conversations: () => conversationCandidates(client, assistantId(), call),
    assistants: () => assistantCandidates(client, call),
  };
  return async (draft, cursor) => {
    try {
      return await completeDraft(draft, cursor, sources);
    } catch {
      return undefined; // Without an answer there is nothing to complete.
    }
  };
}

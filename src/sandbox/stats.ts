import type { FaultPlan } from './faults/plan.js';
import type { OperationName } from './routes.js';
import type { Thread } from './records.js';
import type { LoggedSend, SendLog } from './send-log.js';
import type { ConversationStore } from './store.js';

/** What the sandbox has been asked and what it keeps, whatever its lists show. */
export interface Stats {
  seed: number;
  /** Requests with a valid key, by operation. */
  requests: Partial<Record<OperationName, number>>;
  /** Faults that happened, such as `chat/reset_after`. */
  faults: Record<string, number>;
  /** Newest first. */
  conversations: ConversationStats[];
}

export interface ConversationStats {
  id: string;
  /** The texts of the user's messages, and how often each is stored. */
  turns: { text: string; count: number }[];
  /** All that is stored, in order. */
  messages: { role: string; text: string | null; created_at: string }[];
  /** The requests for turns that came while there were faults, in order, each with what went wrong. */
  sends: LoggedSend[];
}

interface Kept {
  store: ConversationStore;
  counts: ReadonlyMap<OperationName, number>;
  plan: FaultPlan;
  sends: SendLog;
}

export function statsOf({ store, counts, plan, sends }: Kept): Stats {
  return {
    seed: plan.seed,
    requests: Object.fromEntries(counts),
    faults: plan.caused,
    conversations: store.list().map((thread) => conversationStats(thread, sends)),
  };
}

function conversationStats({ conversation, messages }: Thread, sends: SendLog): ConversationStats {
  const counts = new Map<string, number>();
  for (const { role, text } of messages) {
    if (role === 'user') counts.set(text ?? '', (counts.get(text ?? '') ?? 0) + 1);
  }
  return {
    id: conversation.id,
    turns: [...counts].map(([text, count]) => ({ text, count })),
    messages: messages.map(({ role, text, created_at }) => ({ role, text, created_at })),
    sends: [...sends.of(conversation.id)],
  };
}

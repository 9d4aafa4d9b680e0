import { parseBody } from './body.js';
import type { FaultPlan } from './faults/plan.js';
import type { Thread } from './records.js';
import { Refusal } from './refusal.js';
import type { OperationName } from './routes.js';
import { chatBody } from './schemas.js';
import type { ConversationStore } from './store.js';

/** A request for a turn; without a fault nothing went wrong with it. */
export interface LoggedSend {
  text: string;
  /** When it came, ISO 8601. */
  at: string;
  fault?: string;
}

/** The requests for turns, by conversation: whoever plays with faults wants to know what met which. */
export class SendLog {
  readonly #sends = new Map<string, LoggedSend[]>();

  /** Takes in the body of a request; one that is no turn is passed over. */
  note(body: Buffer, at: Date, fault: string | undefined): void {
    const turn = turnIn(body);
    if (turn === undefined) return;
    const { conversation_id: id, content: text } = turn;
    const sends = this.#sends.get(id) ?? [];
    this.#sends.set(id, sends);
    sends.push({ text, at: at.toISOString(), ...(fault === undefined ? {} : { fault }) });
  }

  of(conversationId: string): readonly LoggedSend[] {
    return this.#sends.get(conversationId) ?? [];
  }
}

function turnIn(body: Buffer): { conversation_id: string; content: string } | undefined {
  try {
    return parseBody(chatBody, body);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

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

import { Refusal } from './answer.js';
import type { FaultPlan } from './faults/plan.js';
import { parseChatBody, type ChatBody } from './operations/chat.js';
import type { OperationName } from './routes.js';
import type { SandboxStore, Thread } from './store.js';

/** A request for a turn. */
export interface LoggedSend {
  text: string;
  /** When it came, ISO 8601. */
  at: string;
  /** The fault that it met, if any. */
  fault?: string;
}

/** The requests for turns by conversation, each with the fault that it met. */
export class SendLog {
  readonly #sends = new Map<string, LoggedSend[]>();

  /** A body that is not a turn is ignored. */
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

function turnIn(body: Buffer): ChatBody | undefined {
  try {
    return parseChatBody(body);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Counts of requests and faults, and everything that is stored, even if a fault hides it. */
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
  /** Everything that is stored, in order. */
  messages: { role: string; text: string | null; created_at: string }[];
  /** The requests for turns while there were faults, in order. */
  sends: LoggedSend[];
}

interface StatsSources {
  store: SandboxStore;
  requests: ReadonlyMap<OperationName, number>;
  plan: FaultPlan;
  sends: SendLog;
}

export function statsOf({ store, requests, plan, sends }: StatsSources): Stats {
  return {
    seed: plan.seed,
    requests: Object.fromEntries(requests),
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

import type { Turn } from './events.js';

/** A finished turn for `--json`. */
export interface TurnJson {
  conversation_id: string;
  reply: string;
  assistant_id: string;
  new_conversation: boolean;
  recovered: boolean;
  /** Milliseconds. */
  timing: { first_token_ms: number; total_ms: number };
}

export function turnJson(turn: Turn): TurnJson {
  return {
    conversation_id: turn.conversationId,
    reply: turn.reply,
    assistant_id: turn.assistantId,
    new_conversation: turn.newConversation,
    recovered: turn.recovered,
    timing: { first_token_ms: turn.timing.firstTokenMs, total_ms: turn.timing.totalMs },
  };
}

import type { Conversation, Insight, Message } from './conversation.js';
import { CHANNEL_KEY, NUMBER_KEY } from './filters.js';
import { nameOf } from './names.js';
import { isTakenOver } from './update.js';

/** A conversation for `--json`; unknown values are null. Times are ISO 8601. */
export function conversationJson(conversation: Conversation) {
  const { id, metadata, createdAt, lastMessageAt } = conversation;
  return {
    id,
    name: nameOf(conversation) || null,
    assistant_id: metadata['assistant_id'] ?? null,
    channel: metadata[CHANNEL_KEY] ?? null,
    with: metadata[NUMBER_KEY] ?? null,
    ai_disabled: isTakenOver(conversation),
    created_at: createdAt || null,
    last_message_at: lastMessageAt || null,
    metadata,
  };
}

/** A message for `--json`. The arguments of a tool call are a JSON string, as the model wrote it. */
export function messageJson({ role, text, sentAt, createdAt, toolCalls }: Message) {
  return {
    role,
    text,
    sent_at: sentAt || null,
    created_at: createdAt || null,
    tool_calls: toolCalls,
  };
}

export function insightJson({ id, status, createdAt, results }: Insight) {
  return {
    id,
    status,
    created_at: createdAt || null,
    results: results.map(({ insightId, result }) => ({ insight_id: insightId, result })),
  };
}

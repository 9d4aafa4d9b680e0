import { age } from '../text/age.js';
import type { Assistant, Conversation } from './conversation.js';
import { oneLine } from './details.js';
import { CHANNEL_KEY, NUMBER_KEY } from './filters.js';
import { nameOf } from './names.js';
import { isTakenOver } from './update.js';

/** The columns of `conversations list`; on a pipe, times are ISO 8601 and not ages. */
export function conversationCells(conversation: Conversation, now: Date | undefined): string[] {
  const { id, metadata, lastMessageAt, createdAt } = conversation;
  const used = lastMessageAt || createdAt;
  return [
    id,
    nameOf(conversation),
    now ? age(used, now) : used,
    metadata[CHANNEL_KEY] ?? '',
    metadata[NUMBER_KEY] ?? '',
    isTakenOver(conversation) ? 'taken over' : '',
  ].map(oneLine);
}

/** The columns of `assistants list`; the one in force is `in use`. */
export function assistantCells(
  { id, name, model }: Assistant,
  inForce: string | undefined,
): string[] {
  return [id, name, model, id === inForce ? 'in use' : ''].map(oneLine);
}

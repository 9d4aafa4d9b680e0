import type { ConversationFilters, NewConversation } from '../core/conversation.js';
import type { TurnInput as CheckedTurn } from '../core/delivery/turn.js';
import { checkedId } from '../core/ids.js';
import { checkedMessage } from '../core/message-text.js';
import { count, flag, metadata, object, optional, text, texts, type Check } from './arguments.js';

/** One turn, for `takeTurn` and `send`, which differ in whether it is streamed. */
export function checkedTurn(input: unknown, stream: boolean): CheckedTurn {
  const given = object(input, 'the turn');
  return {
    assistantId: assistantId(given['assistantId'], 'assistantId'),
    conversationId: optional(conversationId, given['conversationId'], 'conversationId'),
    text: checkedMessage(text(given['text'], 'text')),
    speaker: optional(text, given['speaker'], 'speaker'),
    title: optional(text, given['title'], 'title'),
    metadata: optional(metadata, given['metadata'], 'metadata'),
    stream: optional(flag, given['stream'], 'stream') ?? stream,
  };
}

const assistantId: Check<string> = (id, name) => checkedId('assistant', text(id, name));
const conversationId: Check<string> = (id, name) => checkedId('conversation', text(id, name));

export function checkedFilters(filters: unknown = {}): ConversationFilters {
  const { limit, order, where } = object(filters, 'the filters');
  return {
    limit: optional(count, limit, 'limit'),
    order: optional(text, order, 'order'),
    where: optional(texts, where, 'where'),
  };
}

export function checkedConversation(conversation: unknown = {}): NewConversation {
  const given = object(conversation, 'the conversation');
  return {
    name: optional(text, given['name'], 'name'),
    metadata: optional(metadata, given['metadata'], 'metadata') ?? {},
  };
}

import type { Message } from '../conversations/conversation.js';
import { timeOf } from '../conversations/messages.js';

/** What a list of messages shows of a turn. */
export type ListFinding =
  | { type: 'answered'; reply: string }
  | { type: 'unanswered' }
  | { type: 'absent' }
  /** The list can be understood in more than one way. */
  | { type: 'unclear' };

/** A message without an answer for this long will never have one. */
const MAX_ANSWER_MS = 120_000;

/** Messages that waited for an answer at the same time, and the assistant's replies to them. */
interface Group {
  users: Message[];
  replies: Message[];
}

/**
 * The reply to a message. When others wrote before it came, nothing says which reply belongs to which
 * message. Once all are answered, the part that was already received shows which one is ours.
 */
export function findReply(
  ours: Message,
  ordered: readonly Message[],
  received: string,
): ListFinding {
  const { users, replies } = groupOf(ours, ordered);
  if (replies.length < users.length) return { type: 'unanswered' };
  const texts = [...new Set(replies.map(({ text }) => text))];
  const matching = texts.filter((text) => text.startsWith(received));
  const [first = ''] = matching.length > 0 ? matching : texts;
  const isKnown = users.length === 1 || matching.length === 1 || texts.length === 1;
  return isKnown ? finishedReply(first, received) : { type: 'unclear' };
}

/** A reply that is shorter than the received part is still being written. */
function finishedReply(reply: string, received: string): ListFinding {
  const isPart = received.startsWith(reply) && reply.trimEnd() !== received.trimEnd();
  return isPart ? { type: 'unanswered' } : { type: 'answered', reply };
}

function groupOf(ours: Message, ordered: readonly Message[]): Group {
  let group: Group = { users: [], replies: [] };
  for (const message of ordered) {
    if (isFinal(message)) group.replies.push(message);
    if (message.role !== 'user') continue;
    if (isOver(group, message)) {
      if (group.users.includes(ours)) return group;
      group = { users: [], replies: [] };
    }
    group.users.push(message);
  }
  return group;
}

/** Whether every message of a group was answered, or never will be, by the time the next one comes. */
function isOver({ users, replies }: Group, next: Message): boolean {
  const waiting = users.filter((user) => timeOf(next) - timeOf(user) <= MAX_ANSWER_MS);
  return replies.length >= waiting.length;
}

/** A reply that ends a turn: a text without tool calls. */
function isFinal({ role, text, toolCalls }: Message): boolean {
  return role === 'assistant' && text !== '' && toolCalls.length === 0;
}

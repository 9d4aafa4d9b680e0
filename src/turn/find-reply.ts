import type { Message } from '../conversations/conversation.js';
import { timeOf } from '../conversations/messages.js';

/** What a list of messages tells of a turn. */
export type Finding =
  | { type: 'answered'; reply: string }
  | { type: 'unanswered' }
  | { type: 'absent' }
  /** What is listed can be understood in more than one way. */
  | { type: 'unclear' };

/** A message that was not answered for so long never will be. */
const DEAD_MS = 120_000;

/** Messages that were waiting for an answer at the same time, and what the assistant said then. */
interface Group {
  users: Message[];
  replies: Message[];
}

/**
 * The reply to a message. When others wrote before it came, nothing says which reply is whose: then
 * it is known, once all of them are answered, by what was already received of it.
 */
export function findReply(ours: Message, ordered: readonly Message[], received: string): Finding {
  const { users, replies } = groupOf(ours, ordered);
  if (replies.length < users.length) return { type: 'unanswered' };
  const texts = [...new Set(replies.map(({ text }) => text))];
  const begun = texts.filter((text) => text.startsWith(received));
  const [first = ''] = begun.length > 0 ? begun : texts;
  const isKnown = users.length === 1 || begun.length === 1 || texts.length === 1;
  return isKnown ? finished(first, received) : { type: 'unclear' };
}

/** A reply that is shorter than what we have of it is still being written. */
function finished(reply: string, received: string): Finding {
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

/** Whether all of a group were answered, or will not be, when the next message comes. */
function isOver({ users, replies }: Group, next: Message): boolean {
  const waiting = users.filter((user) => timeOf(next) - timeOf(user) <= DEAD_MS);
  return replies.length >= waiting.length;
}

/** Words that end a turn: not those that only announce a tool call. */
function isFinal({ role, text, toolCalls }: Message): boolean {
  return role === 'assistant' && text !== '' && toolCalls.length === 0;
}

import type { History, Message } from '../conversation.js';
import { inOrder, timeOf } from '../messages.js';

export interface Sought {
  text: string;
  /**
   * How many messages of the user's with this very text were in the conversation before; undefined
   * when nobody here can know.
   */
  before: number | undefined;
  /** What was already received of the reply. */
  received: string;
  /** Milliseconds since the turn was first sent. */
  sinceSent: number;
}

export type Finding =
  | { type: 'answered'; reply: string }
  | { type: 'unanswered' }
  | { type: 'absent' }
  /** There is such a message, but it may be an older one with the same text. */
  | { type: 'ambiguous' };

/** How far a message's time may lie before the server's own reckoning of when it was sent. */
const TOLERANCE_MS = 5_000;

/**
 * Looks for a turn among a conversation's messages. They have no id and no promised order, so they
 * are put in the order of their times; ours is known by role and text, and by coming after what was
 * there before.
 */
export function findTurn(history: History, sought: Sought): Finding {
  const messages = inOrder(history.messages);
  const same = messages.filter(({ role, text }) => role === 'user' && text === sought.text);
  const ours =
    sought.before === undefined ? latestRecent(same, history, sought) : same[sought.before];
  if (ours === undefined) {
    return { type: sought.before === undefined && same.length > 0 ? 'ambiguous' : 'absent' };
  }
  const reply = replyTo(ours, messages, sought.received);
  return reply === undefined ? { type: 'unanswered' } : { type: 'answered', reply };
}

/**
 * The last message with the text, if the server took it in since we sent ours, by the server's clock
 * alone: ours may be wrong by any amount.
 */
function latestRecent(
  same: readonly Message[],
  { serverTime }: History,
  { sinceSent }: Sought,
): Message | undefined {
  const latest = same.at(-1);
  if (latest === undefined || serverTime === undefined) return undefined;
  return timeOf(latest) >= serverTime - sinceSent - TOLERANCE_MS ? latest : undefined;
}

/**
 * The reply to a message: the assistant's first final words behind it. When others wrote in between,
 * it is known only once all of them are answered.
 */
function replyTo(
  ours: Message,
  messages: readonly Message[],
  received: string,
): string | undefined {
  const after = messages.slice(messages.indexOf(ours) + 1);
  const replies = after.filter(isFinal);
  const [first] = replies;
  if (first === undefined) return undefined;
  const others = after.filter(({ role }) => role === 'user');
  const isNext = !after.slice(0, after.indexOf(first)).some(({ role }) => role === 'user');
  if (!isNext && replies.length <= others.length) return undefined;
  const begun = replies.find(({ text }) => received !== '' && text.startsWith(received));
  return (begun ?? first).text;
}

/** Words that end a turn: not those that only announce a tool call. */
function isFinal({ role, text, toolCalls }: Message): boolean {
  return role === 'assistant' && text !== '' && toolCalls.length === 0;
}

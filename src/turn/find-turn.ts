import type { History, Message } from '../conversations/conversation.js';
import { inOrder, instant } from '../conversations/messages.js';
import { findReply, type Finding } from './find-reply.js';
import type { TimeWindow } from './server-clock.js';
import { isSameText, type Earlier } from './turn-memory.js';

export interface Sought {
  text: string;
  /** What is known of messages with the same text that were there before. */
  earlier: Pick<Earlier, 'atLeast' | 'isExact'>;
  /** When those of our own were said, by the server's clock; undefined when there are none. */
  said?: { from: TimeWindow; until: TimeWindow } | undefined;
  /** What was already received of the reply. */
  received: string;
  /** When it was sent, by the server's clock. */
  sent: TimeWindow;
}

const UNCLEAR: Finding = { type: 'unclear' };
const ABSENT: Finding = { type: 'absent' };

/** How far the server's clocks may differ among themselves. */
const SKEW_MS = 5_000;

/**
 * Looks for a turn among a conversation's messages. They have no id and no promised order, so they
 * are put in the order of their times; ours is known by role and text, by coming after those that
 * were there before, and by its time.
 */
export function findTurn({ messages, isWhole }: History, sought: Sought): Finding {
  if (!isWhole) return UNCLEAR;
  const ordered = inOrder(messages);
  const same = ordered.filter(({ role, text }) => role === 'user' && isSameText(text, sought.text));
  const { atLeast } = sought.earlier;
  const since = sought.earlier.isExact ? same : same.filter((each) => isSince(each, sought.said));
  if (since.length < atLeast) return UNCLEAR; // The list lags behind.
  const candidates = since.slice(atLeast);
  if (candidates.length === 0) return hidesOurs(since, sought) ? UNCLEAR : ABSENT;
  const ours = pickOurs(candidates, sought);
  return 'type' in ours ? ours : findReply(ours, ordered, sought.received);
}

/** In a conversation that others used before, only what came after our first word is counted. */
function isSince(message: Message, said: Sought['said']): boolean {
  return !said || madeAt(message) >= said.from.earliest;
}

/** Whether ours is among them, in the place of one that the list does not show yet: said when they all were. */
function hidesOurs(earlier: readonly Message[], { said }: Sought): boolean {
  const last = earlier.at(-1);
  return last !== undefined && said !== undefined && madeAt(last) > said.until.latest;
}

/** Ours among the messages with its text that are not known to be older. */
function pickOurs(candidates: readonly Message[], { earlier, sent }: Sought): Message | Finding {
  const [only] = candidates;
  if (only && earlier.isExact && candidates.length === 1) {
    return madeAt(only) >= sent.earliest - SKEW_MS ? only : UNCLEAR;
  }
  const [recent, ...more] = candidates.filter((each) => madeAt(each) >= sent.earliest);
  if (recent === undefined) {
    const isOld = candidates.every((each) => madeAt(each) < sent.earliest - SKEW_MS);
    return isOld && !earlier.isExact ? ABSENT : UNCLEAR;
  }
  const isCertain = more.length === 0 && (sent.isSharp || madeAt(recent) >= sent.latest);
  return isCertain ? recent : UNCLEAR;
}

/** When the server made the record, in milliseconds since 1970. */
export function madeAt({ createdAt, sentAt }: Message): number {
  return instant(createdAt || sentAt);
}

import type { History, Message } from '../conversations/conversation.js';
import { inOrder, instant } from '../conversations/messages.js';
import { findReply, type ListFinding } from './find-reply.js';
import type { TimeWindow } from './server-clock.js';
import { isSameText, type EarlierMessages } from './turn-memory.js';

/** Whatever tells our turn from others in a list; times are by the server's clock. */
export interface SoughtTurn {
  text: string;
  earlier: Pick<EarlierMessages, 'atLeast' | 'isExact'>;
  /** From before the first earlier message of ours to after the last one's reply. */
  earlierTimes?: { from: TimeWindow; until: TimeWindow } | undefined;
  /** The part of the reply that was received. */
  received: string;
  sent: TimeWindow;
}

const UNCLEAR: ListFinding = { type: 'unclear' };
const ABSENT: ListFinding = { type: 'absent' };

/** How far the server's clocks may differ among themselves. */
const SKEW_MS = 5_000;

/**
 * Looks for a turn among a conversation's messages. They have no id and no promised order, so they are
 * sorted by time. Ours is the one with its role and text that follows the earlier ones and has its time.
 */
export function findTurn({ messages, isComplete }: History, sought: SoughtTurn): ListFinding {
  if (!isComplete) return UNCLEAR;
  const { earlier, earlierTimes } = sought;
  const ordered = inOrder(messages);
  const same = ordered.filter(({ role, text }) => role === 'user' && isSameText(text, sought.text));
  const since = earlier.isExact ? same : same.filter((each) => isSince(each, earlierTimes));
  if (since.length < earlier.atLeast) return UNCLEAR; // The list lags behind.
  const candidates = since.slice(earlier.atLeast);
  if (candidates.length === 0) return hidesOurs(since, sought) ? UNCLEAR : ABSENT;
  const ours = pickOurs(candidates, sought);
  return 'type' in ours ? ours : findReply(ours, ordered, sought.received);
}

/** In a conversation that others used before, only what came after our first message is counted. */
function isSince(message: Message, earlierTimes: SoughtTurn['earlierTimes']): boolean {
  return !earlierTimes || madeAt(message) >= earlierTimes.from.earliest;
}

/** Whether the last listed one may be ours, while an earlier one is not listed yet: it is too recent. */
function hidesOurs(since: readonly Message[], { earlierTimes }: SoughtTurn): boolean {
  const last = since.at(-1);
  return (
    last !== undefined && earlierTimes !== undefined && madeAt(last) > earlierTimes.until.latest
  );
}

/** Ours among the messages with its text that are not known to be older. */
function pickOurs(
  candidates: readonly Message[],
  { earlier, sent }: SoughtTurn,
): Message | ListFinding {
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

/** When the server stored the message, in milliseconds since 1970. */
export function madeAt({ createdAt, sentAt }: Message): number {
  return instant(createdAt || sentAt);
}

import type { History, Message } from '../conversation.js';
import { inOrder, instant } from '../messages.js';
import { findReply } from './find-reply.js';
import type { Finding } from './finding.js';
import { isSameText } from './same-text.js';
import type { Earlier } from './turn-memory.js';
import type { TimeWindow } from './server-clock.js';

export interface Sought {
  text: string;
  /** What is known of messages with the same text that were there before. */
  earlier: Earlier;
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
  if (same.length < sought.earlier.atLeast) return UNCLEAR; // The list lags behind.
  const [older, candidates] = [
    same.slice(0, sought.earlier.atLeast),
    same.slice(sought.earlier.atLeast),
  ];
  if (candidates.length === 0) return hasRecent(older, sought.sent) ? UNCLEAR : ABSENT;
  const ours = pickOurs(candidates, sought);
  return 'type' in ours ? ours : findReply(ours, ordered, sought.received);
}

/** A list that shows ours before one of the older ones has their number, and hides it among them. */
function hasRecent(older: readonly Message[], { earliest, isSharp }: TimeWindow): boolean {
  const from = isSharp ? earliest : earliest - SKEW_MS;
  return Number.isFinite(from) && older.some((each) => madeAt(each) >= from);
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

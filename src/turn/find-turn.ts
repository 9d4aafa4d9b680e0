import type { History, Message } from '../conversations/conversation.js';
import { hasDirection, inOrder, timeOf } from '../conversations/messages.js';
import { madeAt, timeStep } from './list-evidence.js';
import type { TimeWindow } from './server-clock.js';
import { isSameText, type EarlierMessages } from './turn-memory.js';

/** Whatever tells our turn from others in a list; times are by the server's clock. */
export interface SoughtTurn {
  text: string;
  earlier: Pick<EarlierMessages, 'atLeast' | 'isExact' | 'isFirst'>;
  /** From before the first earlier message of ours to after the last one's reply. */
  earlierTimes?: { from: TimeWindow; until: TimeWindow } | undefined;
  /** The part of the reply that was received. */
  received: string;
  sent: TimeWindow;
  /** When the list was read. */
  read: TimeWindow;
  /** The windows are by the clock of the records themselves; else that may differ from them. */
  isByRecords: boolean;
  /** By the clock of the records the turn was not sent before this time, as lists so far have shown. */
  sentAfter: number;
}

const UNCLEAR: ListFinding = { type: 'unclear' };
const ABSENT: ListFinding = { type: 'absent' };

/** How far the clocks of servers that store messages may differ among themselves. */
const SKEW_MS = 5_000;
/** How far they may be from the clock of `Date`: a time without a zone, or one of another zone. */
const MAX_DISAGREEMENT_MS = 24 * 60 * 60_000;

/**
 * Looks for a turn among a conversation's messages. They have no id and no promised order, so they are
 * sorted by time. Ours is the one with its role and text that follows the earlier ones and has its time.
 */
export function findTurn({ messages, isComplete }: History, sought: SoughtTurn): ListFinding {
  if (!isComplete) return UNCLEAR;
  const { earlier, earlierTimes } = sought;
  const ordered = inOrder(messages);
  const same = ordered.filter(({ role, text }) => role === 'user' && isSameText(text, sought.text));
  const step = timeStep(ordered);
  const isSince = (each: Message): boolean =>
    earlier.isExact || !earlierTimes || madeAt(each) + step > earlierTimes.from.earliest;
  // In a conversation that others used before, only what came after our first message is counted.
  const since = same.filter(isSince);
  if (since.length < earlier.atLeast) return UNCLEAR; // The list lags behind.
  const candidates = since.slice(earlier.atLeast);
  const last = since.at(-1);
  if (candidates.length === 0) return last && hidesOurs(last, step, sought) ? UNCLEAR : ABSENT;
  const ours = pickOurs(candidates, ordered, sought);
  if ('type' in ours) return ours;
  if (!hasDirection(messages) && isTied(ours, ordered)) return UNCLEAR;
  return findReply(ours, ordered, sought.received);
}

/** Whether messages of the same time may as well stand in another order, with another reply to ours. */
function isTied(ours: Message, ordered: readonly Message[]): boolean {
  const tie = ordered.filter((each) => each !== ours && timeOf(each) === timeOf(ours));
  const before = ordered[ordered.indexOf(ours) - 1];
  const isBefore = before?.role === 'assistant' && tie.includes(before);
  return isBefore || tie.some(({ role }) => role === 'user');
}

/**
 * Whether the last listed message may be ours although the count says otherwise, because an earlier one is
 * missing: it is too recent, or its time cannot be compared with ours.
 */
function hidesOurs(last: Message, step: number, sought: SoughtTurn): boolean {
  const { earlier, earlierTimes, isByRecords } = sought;
  if (earlierTimes && madeAt(last) > earlierTimes.until.latest) return true;
  return !earlier.isExact && !isByRecords && !isOlder(madeAt(last) + step, sought);
}

/** Ours among the messages with its text that are not known to be older. */
function pickOurs(
  candidates: readonly Message[],
  ordered: readonly Message[],
  sought: SoughtTurn,
): Message | ListFinding {
  const { earlier, sent, read, isByRecords } = sought;
  const step = timeStep(ordered);
  // Times are cut to whole milliseconds or seconds: the true one is before this.
  const endOf = (each: Message): number => madeAt(each) + step;
  const [only] = candidates;
  if (only && earlier.isExact && candidates.length === 1) {
    const isFirst = earlier.isFirst && ordered.find(({ role }) => role === 'user') === only;
    return isFirst || endOf(only) > sent.earliest - SKEW_MS ? only : UNCLEAR;
  }
  const [recent, ...more] = candidates.filter((each) => endOf(each) > sent.earliest);
  if (recent === undefined) {
    const areOld = candidates.every((each) => isOlder(endOf(each), sought));
    return areOld && !earlier.isExact ? ABSENT : UNCLEAR;
  }
  // Not made yet by the clock of `Date`: the two disagree, and an older message may look like ours.
  if (!isByRecords && madeAt(recent) > read.latest + SKEW_MS) return UNCLEAR;
  const isSharp = sent.isSharp && isAfter(recent, { ordered, sent });
  const isCertain = more.length === 0 && (isSharp || madeAt(recent) >= sent.latest);
  return isCertain ? recent : UNCLEAR;
}

/** A time in whole seconds may be from before the turn was sent; then the answer to it is not. */
function isAfter(
  message: Message,
  { ordered, sent }: { ordered: readonly Message[]; sent: TimeWindow },
): boolean {
  const next = ordered[ordered.indexOf(message) + 1];
  return madeAt(message) >= sent.earliest || (next !== undefined && madeAt(next) >= sent.latest);
}

/**
 * Whether a message with our text was there before ours was sent. Where the clock of the records is not
 * known, its place decides: what came after it came before ours.
 */
function isOlder(end: number, { sent, isByRecords, sentAfter }: SoughtTurn): boolean {
  const ageMs = sent.earliest - end;
  if (isByRecords) return ageMs >= SKEW_MS;
  return end <= sentAfter - SKEW_MS || ageMs >= MAX_DISAGREEMENT_MS;
}

/** The state of a turn in a list of messages. */
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
function findReply(ours: Message, ordered: readonly Message[], received: string): ListFinding {
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

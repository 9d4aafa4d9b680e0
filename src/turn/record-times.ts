import type { Message } from '../conversations/conversation.js';
import { instant } from '../conversations/messages.js';
import { drifted, intersection, isJump, type Moment, type Offset } from './server-clock.js';
import { isSameText, type DeliveredTurn } from './turn-memory.js';

/** When the server stored the message, in milliseconds since 1970. */
export function madeAt({ createdAt, sentAt }: Message): number {
  return instant(createdAt || sentAt);
}

/** Some servers store whole seconds: the true time is up to so much later, in milliseconds. */
export function timeStep(messages: readonly Message[]): number {
  return messages.every((each) => madeAt(each) % 1_000 === 0) ? 1_000 : 1;
}

/** The latest time of all messages. */
export function newestOf(messages: readonly Message[]): number {
  return messages.reduce((newest, each) => Math.max(newest, madeAt(each)), -Infinity);
}

/**
 * The offset of the clock behind stored messages, which need not agree with the `Date` header: each
 * earlier turn of ours that the list shows was stored between two moments of ours. Where others may have
 * said the same, two have to agree. Undefined when nothing is sure, or when they contradict each other.
 */
export function recordOffset(
  ordered: readonly Message[],
  delivered: readonly DeliveredTurn[],
  now: Moment,
): Offset | undefined {
  const step = timeStep(ordered);
  const found = delivered
    .filter(({ until }) => !isJump(until, now))
    .map((turn) => ({ ...turn, offset: offsetBy(turn, ordered, step) }))
    .map(({ isExact, until, offset }) => ({
      isExact,
      offset: offset && drifted(offset, now.monotonic - until.monotonic),
    }));
  const offsets = found.flatMap(({ offset }) => offset ?? []);
  const isSure = offsets.length > 1 || found.some(({ isExact, offset }) => isExact && offset);
  const [first, ...more] = isSure ? offsets : [];
  return more.reduce<Offset | undefined>(
    (known, each) => known && intersection(known, each),
    first,
  );
}

function offsetBy(
  { text, from, until }: DeliveredTurn,
  ordered: readonly Message[],
  step: number,
): Offset | undefined {
  const same = ordered.filter((each) => each.role === 'user' && isSameText(each.text, text));
  const [message] = same;
  if (message === undefined || same.length > 1) return undefined;
  const reply = replyAfter(message, ordered);
  const min = Math.max(madeAt(message), reply ? madeAt(reply) : 0) - until.monotonic;
  return { min, max: Math.max(min, madeAt(message) + step - from.monotonic) };
}

function replyAfter(message: Message, ordered: readonly Message[]): Message | undefined {
  const next = ordered[ordered.indexOf(message) + 1];
  return next?.role === 'assistant' ? next : undefined;
}

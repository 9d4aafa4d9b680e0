import { AppError } from '../base/errors.js';
import { hasty, retrying, Deadline, type CallOptions } from '../base/time.js';
import type { Message, Assistant, History } from '../conversations/conversation.js';
import { instant } from '../conversations/messages.js';
import type { SentTurn, TurnPorts } from './events.js';
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

/** Whether a list of messages without a turn proves that the turn was not run. */
type ListEvidence = 'full' | 'not yet' | 'never';

/**
 * Judges lists of one conversation. A list is evidence when the assistant keeps history and nothing
 * was said after the newest listed message.
 */
export function evidenceFor(
  ports: TurnPorts,
  { assistantId, conversationId }: SentTurn,
  /** The conversation's `last_message_at` when it was created. */
  initialTime = 0,
): (history: History, call: CallOptions) => Promise<ListEvidence> {
  let assistant: Assistant | undefined;
  return async ({ messages }, { signal, timeoutMs }) => {
    const { clock } = ports;
    const read = <T>(request: (call: CallOptions) => Promise<T>): Promise<T> =>
      retrying(request, { clock, signal, deadline: new Deadline(clock, timeoutMs) }, hasty);
    try {
      const [{ dataRetention }, conversation] = await Promise.all([
        assistant ??
          read((call) => ports.getAssistant(assistantId, call)).then(
            (found) => (assistant = found),
          ),
        read((call) => ports.getConversation(conversationId, call)),
      ]);
      if (!dataRetention) return 'never';
      const times = messages.flatMap((each) => [madeAt(each), instant(each.sentAt)]);
      const listedUntil = Math.max(instant(conversation.createdAt), initialTime, ...times);
      return instant(conversation.lastMessageAt) > listedUntil ? 'not yet' : 'full';
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      return 'not yet';
    }
  };
}

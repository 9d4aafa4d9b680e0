import type { Interceptor } from '../call.js';
import type { Message } from '../store.js';
import { failure, type FaultKind, type FaultKinds, randomFrom } from './kind.js';

const LIST = { targets: ['list_messages'], hasFixedTargets: true } as const;

/** Faults of the list of messages. */
export const LIST_KINDS: FaultKinds = {
  list_fail: {
    ...LIST,
    about: 'a 503 in place of the messages',
    effect: () => () => failure(503),
  },
  list_small_pages: shaping({
    about: 'a page has fewer messages than asked for, and says so',
    amount: 'most messages on a page, 2 unless given',
    effect:
      (size = 2) =>
      (call, run) =>
        run({ ...call, maxPageSize: size }),
  }),
  list_reordered: shaping({
    about: 'the messages are in no order',
    effect:
      (_, { seed }) =>
      (call, run) =>
        run({ ...call, listed: (messages) => shuffled(call.listed(messages), seed) }),
  }),
  list_oldest_first: shaping({
    about: 'the oldest message is the first',
    effect: () => (call, run) =>
      run({ ...call, listed: (messages) => call.listed(messages).toReversed() }),
  }),
  list_lag: shaping({
    about: 'the newest messages are not listed yet',
    amount: 'how many, 1 unless given',
    effect: (count = 1) =>
      hiding((messages) => new Set(messages.slice(Math.max(0, messages.length - count)))),
  }),
  list_lag_ms: shaping({
    about: 'messages of the last moments are not listed yet',
    amount: 'ms, 2000 unless given',
    effect: (ms = 2000) =>
      hiding((messages, now) => new Set(messages.filter((each) => ageOf(each, now) < ms))),
  }),
  no_retention: {
    about: 'the assistant says data_retention: false and answers, and no message is listed',
    targets: ['list_assistants', 'get_assistant', 'list_messages'],
    hasFixedTargets: true,
    combines: true,
    effect: () => (call, run) => run({ ...call, isRetentionOff: true, listed: () => [] }),
  },
};

function shaping(kind: Pick<FaultKind, 'about' | 'amount' | 'effect'>): FaultKind {
  return { ...LIST, combines: true, ...kind };
}

type Messages = readonly Message[];

/** Hides stored messages, in whatever order other faults list them. */
function hiding(hidden: (stored: Messages, now: Date) => ReadonlySet<Message>): Interceptor {
  return (call, run) => {
    const listed = (stored: Messages): Messages => {
      const gone = hidden(stored, call.now());
      return call.listed(stored).filter((message) => !gone.has(message));
    };
    return run({ ...call, listed });
  };
}

function ageOf({ created_at }: Message, now: Date): number {
  return now.getTime() - Date.parse(created_at);
}

/** The same order at each request, so that the pages of a list fit together. */
function shuffled(messages: Messages, seed: number): Messages {
  const places = new Map(
    messages.map((message, index) => [message, randomFrom(seed, 'place', index)()]),
  );
  return messages.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}

import { AppError } from '../base/errors.js';
import { sideBySide } from '../base/side-by-side.js';
import type { Conversation, Message, MessagePage } from './conversation.js';
import { messagesByTime } from './message-pages.js';
import { usedAt } from './list.js';

export interface ReadManyPorts {
  /** The conversations to read, the latest used first; each call looks again. */
  walk: () => AsyncIterable<Conversation>;
  /** A page of the messages of one; the first one is 1. */
  readPage: (conversationId: string, number: number) => Promise<MessagePage>;
  /** Told of a conversation that cannot be read; throws to end the reading. */
  onUnreadable: (error: AppError) => void;
}

/** Requests that the API bears at once. */
const AT_ONCE = 4;

/** Reads conversations side by side, the latest used first, each once. One that cannot be read gives what it has. */
export async function* readMany<Result>(
  { walk, onUnreadable }: Pick<ReadManyPorts, 'walk' | 'onUnreadable'>,
  begin: (conversation: Conversation) => Result,
  read: (conversation: Conversation, result: Result) => Promise<void>,
): AsyncGenerator<Result> {
  const readOne = async (conversation: Conversation): Promise<Result> => {
    const result = begin(conversation);
    try {
      await read(conversation, result);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      onUnreadable(error.with({ conversationId: conversation.id }));
    }
    return result;
  };
  yield* sideBySide(eachOnce(walk), readOne, AT_ONCE);
}

/** Messages of a conversation: all, in the order of the list, or a part of a long one, by time. */
export interface ReadBatch {
  messages: readonly Message[];
  isPartial: boolean;
}

/** The messages of a conversation; a short one costs one request and no sorting. */
export async function* batchesOf(
  { id }: Conversation,
  readPage: ReadManyPorts['readPage'],
): AsyncGenerator<ReadBatch> {
  const first = await readPage(id, 1);
  if (first.pages <= 1) {
    yield { messages: first.messages, isPartial: false };
    return;
  }
  const read = (number: number): Promise<MessagePage> =>
    number === 1 ? Promise.resolve(first) : readPage(id, number);
  for await (const { messages } of messagesByTime(read, () => undefined)) {
    yield { messages, isPartial: true };
  }
}

/** More looks find only what is used faster than it is read. */
const MAX_LOOKS = 5;

/**
 * One that is used during the reading moves to the front of the list, where it would not be met again:
 * the front is looked at until nothing is new there.
 */
async function* eachOnce(walk: ReadManyPorts['walk']): AsyncGenerator<Conversation> {
  const seen = new Set<string>();
  let readFrom = -Infinity;
  for (let look = 0; look < MAX_LOOKS; look++) {
    let latest = readFrom;
    let isNews = false;
    for await (const conversation of walk()) {
      const time = usedAt(conversation);
      if (time > 0 && time < readFrom) break;
      latest = Math.max(latest, time);
      if (seen.has(conversation.id)) continue;
      seen.add(conversation.id);
      isNews = true;
      yield conversation;
    }
    if (!isNews) return;
    readFrom = latest;
  }
}

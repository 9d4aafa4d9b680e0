import type { Message, MessagePage } from './conversation.js';
import { inOrder, sortedByTime, timeOf } from './messages.js';

/** Reads one page of a conversation's messages; the first one is 1. */
export type ReadPage = (number: number) => Promise<MessagePage>;

export interface MessageBatch {
  messages: Message[];
  /** How many there are in all, as far as is known. */
  total: number | undefined;
}

interface CountedPage extends MessagePage {
  total: number;
}

/** Pages from which on a list is not kept as a whole. */
const LONG = 4;

type Direction = 'oldest first' | 'newest first';

/**
 * The messages of a conversation by time, in batches. The API promises no order: when its first and
 * its last page show one, a page at a time is read and forgotten; else all are kept and sorted.
 * `onDisorder` is told when a list turns out to be in no order too late for that.
 */
export async function* messagesByTime(
  read: ReadPage,
  onDisorder: () => void,
): AsyncGenerator<MessageBatch> {
  const first = await read(1);
  const direction = await directionOf(read, first);
  if (direction && isCounted(first)) {
    yield* tiesTogether(inDirection(read, { direction, first }), onDisorder);
  } else yield* sortedWhole(read, first);
}

function isCounted(page: MessagePage): page is CountedPage {
  return page.total !== undefined;
}

/** What the two ends of a long list show; undefined for no order, and for one that is soon read. */
async function directionOf(read: ReadPage, first: MessagePage): Promise<Direction | undefined> {
  if (first.pages < LONG || first.messages.length === 0) return undefined;
  const last = await read(first.pages);
  const times = [...first.messages, ...last.messages].map(timeOf);
  const isSorted = (sign: number): boolean =>
    times.every((time, index) => index === 0 || sign * (time - (times[index - 1] ?? 0)) >= 0);
  if (isSorted(1)) return 'oldest first';
  return isSorted(-1) ? 'newest first' : undefined;
}

async function* sortedWhole(read: ReadPage, first: MessagePage): AsyncGenerator<MessageBatch> {
  const messages = [...first.messages];
  for (let number = 2, { pages } = first; number <= pages; number++) {
    const page = await read(number);
    if (page.messages.length === 0) break;
    messages.push(...page.messages);
    ({ pages } = page);
  }
  yield { messages: inOrder(messages), total: messages.length };
}

/**
 * Oldest first, a page at a time. A message is known by its place from the oldest one, which stays
 * the same when newer ones come meanwhile, whatever end of the list they are put to.
 */
async function* inDirection(
  read: ReadPage,
  { direction, first }: { direction: Direction; first: CountedPage },
): AsyncGenerator<MessageBatch> {
  const size = first.messages.length;
  const isReversed = direction === 'newest first';
  let { total } = first;
  for (let done = 0; done < total;) {
    const number = Math.floor((isReversed ? total - 1 - done : done) / size) + 1;
    const page = number === 1 && !isReversed ? first : await read(number);
    const hasGrown = page.total !== undefined && page.total > total;
    total = page.total ?? total;
    const oldestFirst = isReversed ? page.messages.toReversed() : page.messages;
    const end = total - (number - 1) * size;
    const place = isReversed ? end - oldestFirst.length : (number - 1) * size;
    // Newer ones have come since the page was chosen: another one has what is next.
    if (place > done && hasGrown) continue;
    const rest = oldestFirst.slice(Math.max(0, done - place));
    // The list has less than it says.
    if (rest.length === 0) return;
    yield { messages: rest, total };
    done = place + oldestFirst.length;
  }
}

/** What has the same time is ordered together, also where a page ends between. */
async function* tiesTogether(
  batches: AsyncIterable<MessageBatch>,
  onDisorder: () => void,
): AsyncGenerator<MessageBatch> {
  let held: Message[] = [];
  let before: Message | undefined;
  let total: number | undefined;
  let isTold = false;
  for await (const batch of batches) {
    ({ total } = batch);
    const sorted = sortedByTime([...held, ...batch.messages], before);
    const [earliest, latest] = [sorted[0], sorted.at(-1)];
    if (!earliest || !latest) continue;
    const isLate = before !== undefined && timeOf(earliest) < timeOf(before);
    if (isLate && !isTold) onDisorder();
    isTold ||= isLate;
    const tie = sorted.findIndex((message) => timeOf(message) === timeOf(latest));
    held = sorted.slice(tie);
    if (tie > 0) yield { messages: sorted.slice(0, tie), total };
    before = sorted[tie - 1] ?? before;
  }
  if (held.length > 0) yield { messages: sortedByTime(held, before), total };
}

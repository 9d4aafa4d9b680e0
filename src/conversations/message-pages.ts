import type { Message, MessagePage } from './conversation.js';
import { inOrder, pagesOf, sortedByTime, timeOf, type ReadPage } from './messages.js';

export interface MessageBatch {
  messages: Message[];
  /** The number of messages of the whole conversation; undefined when unknown. */
  total: number | undefined;
}

interface CountedPage extends MessagePage {
  total: number;
}

/** A list with fewer pages is read into memory as a whole. */
const MIN_STREAMED_PAGES = 4;

type Direction = 'oldest first' | 'newest first';

/**
 * The messages of a conversation by time, in batches. The API promises no order. When the first and the
 * last page show one, pages are read one at a time; otherwise all messages are kept and sorted.
 * `onDisorder` is called when a list turns out to be unordered after some of it was given out.
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

/** The order that both ends of a long list show; undefined when there is none, or the list is short. */
async function directionOf(read: ReadPage, first: MessagePage): Promise<Direction | undefined> {
  if (first.pages < MIN_STREAMED_PAGES || first.messages.length === 0) return undefined;
  const last = await read(first.pages);
  return directionIn([...first.messages, ...last.messages]);
}

function directionIn(messages: readonly Message[]): Direction | undefined {
  const times = messages.map(timeOf);
  const isSorted = (sign: number): boolean =>
    times.every((time, index) => index === 0 || sign * (time - (times[index - 1] ?? 0)) >= 0);
  if (isSorted(1)) return 'oldest first';
  return isSorted(-1) ? 'newest first' : undefined;
}

async function* sortedWhole(read: ReadPage, first: MessagePage): AsyncGenerator<MessageBatch> {
  const messages = await allInOrder(read, first);
  yield { messages, total: messages.length };
}

/** Every message of a conversation, in order. */
export async function allMessages(read: ReadPage): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const page of pagesOf(read)) messages.push(...page.messages);
  return inOrder(messages);
}

/** The same, of a list whose first page is known. */
function allInOrder(read: ReadPage, first: MessagePage): Promise<Message[]> {
  return allMessages((number) => (number === 1 ? Promise.resolve(first) : read(number)));
}

/**
 * The latest messages, in order: of a long list only the pages at its end, back to a message of the
 * user. All are read when the list shows no order.
 */
export async function latestMessages(read: ReadPage): Promise<Message[]> {
  const first = await read(1);
  if (first.pages <= 1) return inOrder(first.messages);
  const last = await read(first.pages);
  const direction = directionIn([...first.messages, ...last.messages]);
  if (!direction) return allInOrder(read, first);
  const isReversed = direction === 'newest first';
  let messages: Message[] = [];
  for (let back = 0; back < first.pages; back++) {
    const number = isReversed ? back + 1 : first.pages - back;
    const page = number === 1 ? first : number === first.pages ? last : await read(number);
    messages = isReversed ? [...messages, ...page.messages] : [...page.messages, ...messages];
    if (messages.some(({ role }) => role === 'user')) break;
  }
  return inOrder(messages);
}

/**
 * Oldest first, a page at a time. Messages are counted from the oldest one, so their numbers stay the
 * same when newer ones arrive meanwhile, at whichever end of the list.
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
    // Newer messages have arrived since the page was chosen: the next ones are on another page.
    if (place > done && hasGrown) continue;
    const rest = oldestFirst.slice(Math.max(0, done - place));
    // The list is shorter than its total says.
    if (rest.length === 0) return;
    yield { messages: rest, total };
    done = place + oldestFirst.length;
  }
}

/** Sorts messages of the same time together, even when they are on two pages. */
async function* tiesTogether(
  batches: AsyncIterable<MessageBatch>,
  onDisorder: () => void,
): AsyncGenerator<MessageBatch> {
  let held: Message[] = [];
  let before: Message | undefined;
  let total: number | undefined;
  let isReported = false;
  for await (const batch of batches) {
    ({ total } = batch);
    const sorted = sortedByTime([...held, ...batch.messages], before);
    const [earliest, latest] = [sorted[0], sorted.at(-1)];
    if (!earliest || !latest) continue;
    const isLate = before !== undefined && timeOf(earliest) < timeOf(before);
    if (isLate && !isReported) onDisorder();
    isReported ||= isLate;
    const tie = sorted.findIndex((message) => timeOf(message) === timeOf(latest));
    held = sorted.slice(tie);
    if (tie > 0) yield { messages: sorted.slice(0, tie), total };
    before = sorted[tie - 1] ?? before;
  }
  if (held.length > 0) yield { messages: sortedByTime(held, before), total };
}

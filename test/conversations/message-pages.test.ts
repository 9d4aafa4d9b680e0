import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/conversations/conversation.js';
import {
  allMessages,
  latestMessages,
  messagesByTime,
} from '../../src/conversations/message-pages.js';
import { timeOf, type ReadPage } from '../../src/conversations/messages.js';
import { message } from '../helpers/messages.js';

interface PagesOptions {
  size?: number;
  onRead?: (reads: number) => void;
}

/** A list in pages; `onRead` may change it. */
function pages(list: Message[], { size = 10, onRead }: PagesOptions = {}) {
  const reads: number[] = [];
  const read: ReadPage = (number) => {
    reads.push(number);
    const page = {
      messages: list.slice((number - 1) * size, number * size),
      total: list.length,
      pages: Math.ceil(list.length / size),
    };
    onRead?.(reads.length);
    return Promise.resolve(page);
  };
  return { read, reads };
}

async function streamed(read: ReadPage) {
  const batches: string[][] = [];
  let warnings = 0;
  for await (const { messages } of messagesByTime(read, () => warnings++))
    batches.push(messages.map(({ text }) => text));
  return { batches, texts: batches.flat(), warnings };
}

const said = (index: number, time = index): Message =>
  message(`${index % 2 === 0 ? 'u' : 'a'}+${time} ${index}`);
const chat = (count: number): Message[] => Array.from({ length: count }, (_, index) => said(index));
const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index}`);

describe('messages by time', () => {
  it.each([
    ['oldest first', (list: Message[]) => list],
    ['newest first', (list: Message[]) => list.toReversed()],
  ])('come a page at a time when they are listed %s', async (_, arranged) => {
    const { read, reads } = pages(arranged(chat(95)));
    const { batches, texts, warnings } = await streamed(read);
    expect(texts).toEqual(numbers(95));
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(11);
    expect(reads.length).toBeLessThanOrEqual(12);
    expect(warnings).toBe(0);
  });

  it('are sorted as a whole when the list is in no order', async () => {
    const list = chat(95).toSorted(
      (a, b) => ((Number(a.text) * 37) % 95) - ((Number(b.text) * 37) % 95),
    );
    const { batches, texts } = await streamed(pages(list).read);
    expect(texts).toEqual(numbers(95));
    expect(batches).toHaveLength(1);
  });

  it.each([
    ['oldest first', 'newest last', (list: Message[], next: Message) => list.push(next)],
    ['newest first', 'newest first', (list: Message[], next: Message) => list.unshift(next)],
  ])('are each told once when more are said meanwhile: %s', async (direction, __, add) => {
    const list = direction === 'newest first' ? chat(95).toReversed() : chat(95);
    let count = 95;
    const onRead = (reads: number): void => {
      if (reads > 2 && count < 120) for (let more = 0; more < 7; more++) add(list, said(count++));
    };
    const { texts, warnings } = await streamed(pages(list, { onRead }).read);
    expect(texts).toEqual(numbers(count));
    expect(warnings).toBe(0);
  });

  it('of one time stay in the order of the list, also where a page ends', async () => {
    const list = Array.from({ length: 60 }, (_, index) => said(index, Math.floor(index / 4)));
    expect((await streamed(pages(list).read)).texts).toEqual(numbers(60));
    expect((await streamed(pages(list.toReversed()).read)).texts).toEqual(numbers(60));
  });

  it('that are out of place in the middle of a list are all told, with a warning', async () => {
    const list = chat(95);
    list.splice(50, 0, ...list.splice(12, 1));
    const { texts, warnings } = await streamed(pages(list).read);
    expect(texts.toSorted()).toEqual(numbers(95).toSorted());
    expect(warnings).toBe(1);
  });

  it('end when the list says that it has more than it has', async () => {
    const { read } = pages(chat(50));
    const lying: ReadPage = async (number) => ({ ...(await read(number)), total: 80 });
    expect((await streamed(lying)).texts).toEqual(numbers(50));
  });

  it('without a count are read to the end', async () => {
    const { read } = pages(chat(50));
    const silent: ReadPage = async (number) => ({ ...(await read(number)), total: undefined });
    expect((await streamed(silent)).texts).toEqual(numbers(50));
  });

  it('are whole whatever the times, pages and directions are', async () => {
    const world = fc.record({
      gaps: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 80 }),
      size: fc.integer({ min: 1, max: 12 }),
      isReversed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ gaps, size, isReversed }) => {
        let time = 0;
        const list = gaps.map((gap, index) => message(`a+${(time += gap)} ${index}`));
        const arranged = isReversed ? list.toReversed() : list;
        const { texts } = await streamed(pages(arranged, { size }).read);
        expect(texts.toSorted()).toEqual(numbers(gaps.length).toSorted());
        const times = texts.map((text) => list[Number(text)]?.sentAt ?? '');
        expect(times).toEqual(times.toSorted());
      }),
    );
  });
});

it('all messages are put together from their pages', async () => {
  const list = ['u+3 c', 'a+2 b', 'u+1 a'].map(message);
  const given = pages(list, { size: 2 });
  expect(await allMessages(given.read)).toEqual(list.toReversed());
  expect(given.reads).toEqual([1, 2]);
});

describe('the latest messages', () => {
  const withTools = (count: number): Message[] =>
    Array.from({ length: count }, (_, index) => message(`tool+${95 + index}`));

  it.each<[string, Message[], number[], number]>([
    ['of a short list are all', chat(8), [1], 8],
    ['are on the last page', chat(95), [1, 10], 5],
    ['are on the first page', chat(95).toReversed(), [1, 10], 10],
    ['reach back to a message of the user', [...chat(95), ...withTools(12)], [1, 11, 10], 17],
    ['reach on to one', [...chat(95), ...withTools(12)].toReversed(), [1, 11, 2], 20],
    ['of a list without order are all', [...chat(25), said(3)], [1, 3, 2, 3], 26],
    ['of nobody are all', withTools(25), [1, 3, 2], 25],
  ])('%s', async (_, list, reads, count) => {
    const given = pages(list);
    const latest = await latestMessages(given.read);
    expect(given.reads).toEqual(reads);
    const sorted = list.map(timeOf).toSorted((a, b) => a - b);
    expect(latest.map(timeOf)).toEqual(sorted.slice(-count));
  });
});

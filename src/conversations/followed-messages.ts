import type { Message, MessagePage } from './conversation.js';
import { sortedByTime, timeOf, type ReadPage } from './messages.js';

type End = 'first' | 'last';

/**
 * The messages of a list that is read again and again, each once. New ones are looked for at the end of
 * the list where the last ones came; all pages are read only when its total says that some are missing.
 */
export class ListedMessages {
  readonly #readPage: ReadPage;
  /** How often each was met on one page: messages have no id, and two may be equal. */
  readonly #met = new Map<string, number>();
  #count = 0;
  /** The largest total of any page: a list that lags behind has a smaller one. */
  #total = 0;
  /** Messages of the total that two readings of all pages did not find. */
  #missing = 0;
  #suspect: number | undefined;
  #pages = 1;
  #end: End = 'first';
  #fresh: Message[] = [];

  constructor(readPage: ReadPage) {
    this.#readPage = readPage;
  }

  /** The messages that were met since the last call. */
  takeFresh(): Message[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Whether the list counts more messages than its pages gave. */
  get isIncomplete(): boolean {
    return this.#count + this.#missing < this.#total;
  }

  /** Whether this shows the list as it is: it did not change meanwhile, nor lag behind an earlier answer. */
  async read(): Promise<boolean> {
    const read = new Set<number>();
    const countBefore = this.#count;
    let number: number | undefined = this.#end === 'first' ? 1 : this.#pages;
    let total: number | undefined;
    let isSteady = true;
    while (number !== undefined) {
      const page = await this.#readPage(number);
      read.add(number);
      isSteady &&= total === undefined || total === page.total;
      const hasGrown = (page.total ?? 0) > (total ?? Infinity);
      total = page.total;
      this.#total = Math.max(this.#total, total ?? 0);
      this.#pages = Math.max(1, page.pages);
      if (this.#note(page.messages)) this.#noteEnd(number);
      if (this.#isAll(page, countBefore)) return !this.#isLate(total);
      const end = this.#end === 'first' ? 1 : this.#pages;
      if (hasGrown && number !== end) read.delete(end);
      number = this.#nextAfter(read);
    }
    // Pages of a list that changed meanwhile do not fit together.
    if (isSteady) this.#noteMissing(Math.max(0, this.#total - this.#count));
    return isSteady && !this.isIncomplete && !this.#isLate(total);
  }

  #isLate(total = this.#total): boolean {
    return total < this.#total;
  }

  /** Only two readings count: a message may move to a page that was read before, and the next one finds it. */
  #noteMissing(missing: number): void {
    if (this.#suspect === missing) this.#missing = missing;
    this.#suspect = missing;
  }

  /** Without a total, the page at the end tells: it has nothing new. */
  #isAll({ total, messages }: MessagePage, countBefore: number): boolean {
    if (total !== undefined) return !this.isIncomplete;
    return messages.length > 0 && countBefore > 0 && this.#count === countBefore;
  }

  /** From the end of the news inwards. */
  #nextAfter(read: ReadonlySet<number>): number | undefined {
    const all = Array.from({ length: this.#pages }, (_, index) => index + 1);
    const left = all.filter((number) => !read.has(number));
    return this.#end === 'first' ? left[0] : left.at(-1);
  }

  #noteEnd(number: number): void {
    if (this.#pages === 1) return;
    if (number === 1) this.#end = 'first';
    else if (number === this.#pages) this.#end = 'last';
  }

  /** Whether the page has anything new. */
  #note(messages: readonly Message[]): boolean {
    const here = new Map<string, number>();
    let isNews = false;
    for (const message of messages) {
      const key = JSON.stringify(message);
      const count = (here.get(key) ?? 0) + 1;
      here.set(key, count);
      if (count <= (this.#met.get(key) ?? 0)) continue;
      this.#met.set(key, count);
      this.#count++;
      this.#fresh.push(message);
      isNews = true;
    }
    if (isNews) {
      this.#missing = 0;
      this.#suspect = undefined;
    }
    return isNews;
  }
}

/** Messages that are held back for a moment, because an earlier one may be listed after them. */
export class HeldMessages {
  #held: { message: Message; seenAt: number }[] = [];
  #before: Message | undefined;

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Whether a held message was sent after this time, in milliseconds since 1970. */
  hasSince(time: number): boolean {
    return this.#held.some(({ message }) => timeOf(message) > time);
  }

  hold(messages: readonly Message[], seenAt: number): void {
    this.#held.push(...messages.map((message) => ({ message, seenAt })));
  }

  /** Removes and returns the messages that were seen by this time, and all that were sent before them. */
  take(seenBy: number): Message[] {
    const latest = this.#held
      .filter(({ seenAt }) => seenAt <= seenBy)
      .reduce((time, { message }) => Math.max(time, timeOf(message)), -Infinity);
    const due = this.#held.filter(({ message }) => timeOf(message) <= latest);
    this.#held = this.#held.filter(({ message }) => timeOf(message) > latest);
    const messages = due.map(({ message }) => message);
    const sorted = sortedByTime(messages, this.#before);
    this.#before = sorted.at(-1) ?? this.#before;
    return sorted;
  }
}

import { AppError, isStop } from '../base/errors.js';
import { hasty, retrying } from '../base/retry.js';
import { Deadline, type CallOptions, type Clock } from '../base/time.js';
import type { Conversation, Message, MessagePage } from './conversation.js';
import { TAKEN_OVER } from './details.js';
import { ListedMessages } from './listed-messages.js';
import { sortedByTime, timeOf } from './messages.js';
import { isTakenOver } from './update.js';

export type FollowEvent =
  | { type: 'message'; message: Message }
  /** The messages that there were have been given; what follows is new. */
  | { type: 'listed' }
  /** A person has taken it over, or has released it. */
  | { type: 'state'; isTakenOver: boolean }
  /** Nothing has happened for a while. */
  | { type: 'quiet' }
  /** It cannot be read for the moment; `back` when it can again. */
  | { type: 'trouble'; error: AppError }
  | { type: 'back' };

export interface FollowApi {
  getConversation(id: string, options: CallOptions): Promise<Conversation>;
  getMessages(id: string, options: CallOptions & { number: number }): Promise<MessagePage>;
}

interface FollowOptions {
  api: FollowApi;
  clock: Clock;
  signal: AbortSignal;
}

/** Between two looks, in milliseconds, while something happens; and at most, when nothing does. */
const POLL_MS = 1_000;
const MAX_POLL_MS = 10_000;
const SLOWER = 1.5;
/** After so long without news it is polled less often, and later called quiet. */
const ACTIVE_MS = 30_000;
const QUIET_MS = 60_000;
/** A message is shown so long after it was seen: an earlier one may be listed a little later. */
const SETTLE_MS = 400;
/** The same when the list cannot be read meanwhile. */
const MAX_HELD_MS = 1_000;
/** Of looks, one in so many also looks whether a person has taken over. */
const STATE_EVERY = 3;
const REQUEST_MS = 10_000;
/** So many looks in a row have to fail before it is told. */
const TROUBLE_AFTER = 3;

/** A message that is not shown yet. */
interface HeldMessage {
  message: Message;
  seenAt: number;
}

/** Follows a conversation: its messages by time, each once, and whether a person has taken it over. */
export class Follower {
  readonly #id: string;
  readonly #options: FollowOptions;
  readonly #listed: ListedMessages;
  #before: Message | undefined;
  #isTakenOver: boolean | undefined;
  #looks = 0;
  #isListed = false;
  #failures = 0;
  #waitMs = POLL_MS;
  #newsAt: number;
  #held: HeldMessage[] = [];
  #isQuiet = false;
  #pause = new AbortController();
  #isHurried = false;

  constructor(id: string, options: FollowOptions) {
    this.#id = id;
    this.#options = options;
    this.#newsAt = options.clock.monotonic();
    this.#listed = new ListedMessages((number) =>
      this.#call((call) => options.api.getMessages(id, { ...call, number })),
    );
  }

  /** The next look comes at once: something has just happened. */
  hurry(): void {
    this.#newsAt = this.#options.clock.monotonic();
    this.#waitMs = POLL_MS;
    this.#isHurried = true;
    this.#pause.abort();
  }

  /** Goes on until the signal aborts, or the conversation can be read no more. */
  async *events(): AsyncGenerator<FollowEvent> {
    for (;;) {
      yield* this.#attempt();
      yield* this.#quietness();
      await this.#wait();
    }
  }

  async *#attempt(): AsyncGenerator<FollowEvent> {
    try {
      yield* this.#look();
      if (this.#failures >= TROUBLE_AFTER) yield { type: 'back' };
      this.#failures = 0;
    } catch (error) {
      const isOver = !(error instanceof AppError) || !isPassing(error);
      yield* this.#settled(isOver ? 0 : MAX_HELD_MS);
      if (isOver) throw error;
      this.#failures++;
      if (this.#failures === TROUBLE_AFTER) yield { type: 'trouble', error };
    }
    if (this.#held.length > 0) this.#waitMs = POLL_MS - SETTLE_MS;
  }

  async *#look(): AsyncGenerator<FollowEvent> {
    if (this.#looks++ % STATE_EVERY === 0) yield* this.#state();
    await this.#read();
    if (!this.#isListed) {
      this.#isListed = true;
      yield* this.#settled(0);
      yield { type: 'listed' };
      return;
    }
    yield* this.#settled(SETTLE_MS);
    if (this.#held.length === 0) return;
    const { clock, signal } = this.#options;
    await clock.sleep(SETTLE_MS, signal);
    await this.#read();
    yield* this.#settled(SETTLE_MS);
  }

  async #read(): Promise<void> {
    try {
      await this.#listed.read();
    } finally {
      const seenAt = this.#options.clock.monotonic();
      this.#held.push(...this.#listed.takeFresh().map((message) => ({ message, seenAt })));
    }
  }

  /** Messages that were seen so long ago, and all that were sent before them. */
  *#settled(ageMs: number): Generator<FollowEvent> {
    const seenBy = this.#options.clock.monotonic() - ageMs;
    const times = this.#held
      .filter(({ seenAt }) => seenAt <= seenBy)
      .map(({ message }) => timeOf(message));
    const latest = times.reduce((one, other) => Math.max(one, other), -Infinity);
    const isDue = ({ message }: HeldMessage): boolean => timeOf(message) <= latest;
    const due = this.#held.filter(isDue).map(({ message }) => message);
    this.#held = this.#held.filter((held) => !isDue(held));
    if (due.length > 0) this.#noteNews();
    const sorted = sortedByTime(due, this.#before);
    this.#before = sorted.at(-1) ?? this.#before;
    for (const message of sorted) yield { type: 'message', message };
  }

  async *#state(): AsyncGenerator<FollowEvent> {
    const { api } = this.#options;
    const found = await this.#call((call) => api.getConversation(this.#id, call));
    const now = isTakenOver(found);
    const before = this.#isTakenOver;
    this.#isTakenOver = now;
    if (now === (before ?? false)) return;
    this.#noteNews();
    yield { type: 'state', isTakenOver: now };
  }

  #noteNews(): void {
    this.#newsAt = this.#options.clock.monotonic();
    this.#isQuiet = false;
    this.#waitMs = POLL_MS;
  }

  *#quietness(): Generator<FollowEvent> {
    const silentMs = this.#options.clock.monotonic() - this.#newsAt;
    if (silentMs > ACTIVE_MS) this.#waitMs = Math.min(this.#waitMs * SLOWER, MAX_POLL_MS);
    if (silentMs <= QUIET_MS || this.#isQuiet) return;
    this.#isQuiet = true;
    yield { type: 'quiet' };
  }

  async #wait(): Promise<void> {
    const { clock, signal } = this.#options;
    signal.throwIfAborted();
    if (this.#isHurried) {
      this.#isHurried = false;
      return;
    }
    this.#pause = new AbortController();
    const stop = (): void => this.#pause.abort();
    signal.addEventListener('abort', stop);
    try {
      await clock.sleep(this.#waitMs, this.#pause.signal);
    } catch {
      signal.throwIfAborted();
    } finally {
      this.#isHurried = false;
      signal.removeEventListener('abort', stop);
    }
  }

  #call<T>(request: (call: CallOptions) => Promise<T>): Promise<T> {
    const { clock, signal } = this.#options;
    return retrying(request, { clock, signal, deadline: new Deadline(clock, REQUEST_MS) }, hasty);
  }
}

/** Whether it may pass by itself; a conversation that is gone does not come back. */
function isPassing(error: AppError): boolean {
  const { status } = error.details;
  if (isStop(error)) return false;
  if (status === undefined) return error.kind === 'network' || error.kind === 'timeout';
  return status === 408 || status === 429 || status >= 500;
}

/** What happens beside the messages, in words. */
export function followNotice(event: Exclude<FollowEvent, { type: 'message' | 'listed' }>): string {
  switch (event.type) {
    case 'state':
      return event.isTakenOver ? TAKEN_OVER : 'released: the assistant answers again';
    case 'quiet':
      return 'nothing new for a minute; still following';
    case 'trouble':
      return `it cannot be read for the moment: ${event.error.message}; still trying`;
    case 'back':
      return 'it can be read again';
  }
}

import { AppError } from '../base/errors.js';
import { Deadline, hasty, isTransient, retrying } from '../base/time.js';
import type { CallOptions, Clock } from '../base/time.js';
import { isTakenOver, type ConversationsApi } from './conversation.js';
import { Pace, POLL_MS, MAX_POLL_MS, Trouble, type FollowEvent } from './follow-event.js';
import { HeldMessages, ListedMessages } from './followed-messages.js';

export type FollowApi = Pick<ConversationsApi, 'getConversation' | 'getMessages'>;

interface FollowOptions {
  api: FollowApi;
  clock: Clock;
  signal: AbortSignal;
}

/** A message waits this long for earlier ones: a later look must have found none. */
const SETTLE_MS = 400;
/** Messages that are older than this when following begins do not wait. */
const RECENT_MS = 60_000;
/** While looks fail, a message is shown after this time and this number of looks. */
const MAX_UNCONFIRMED_MS = 700;
const MIN_VAIN_LOOKS = 2;
/** The longer wait while the list counts more messages than its pages gave. */
const MAX_INCOMPLETE_MS = 10_000;
/** Pause between the first failed looks; longer after a 429. */
const RETRY_MS = 200;
const LIMITED_RETRY_MS = 500;
const MAX_QUICK_LOOKS = 5;
/** Interval of asking whether a person has taken over. */
const STATE_MS = 3_000;
const REQUEST_MS = 10_000;

/** Follows a conversation: its messages by time, each once, and whether a person has taken it over. */
export class Follower {
  readonly #id: string;
  readonly #options: FollowOptions;
  readonly #listed: ListedMessages;
  readonly #held = new HeldMessages();
  #isTakenOver: boolean | undefined;
  #stateDueAt = 0;
  #isListed = false;
  /** Looks in a row that failed or did not show the whole list. */
  #vainLooks = 0;
  #isSettling = false;
  readonly #trouble = new Trouble();
  readonly #pace: Pace;
  /** Ends the pause before the next look; if none is on yet, the next one is skipped. */
  #pause = new AbortController();

  constructor(id: string, options: FollowOptions) {
    this.#id = id;
    this.#options = options;
    this.#pace = new Pace(options.clock.monotonic());
    this.#listed = new ListedMessages((number) =>
      this.#call((call) => options.api.getMessages(id, { ...call, number })),
    );
  }

  /** The next look comes at once: something has just happened. */
  hurry(): void {
    this.#pace.hurry(this.#now());
    this.#pause.abort();
  }

  /** Ends only by an error: when the signal aborts, or when the conversation can no longer be read. */
  async *events(): AsyncGenerator<FollowEvent> {
    for (;;) {
      yield* this.#attempt();
      yield* this.#pace.slow(this.#now(), this.#trouble.isTold);
      await this.#wait(this.#nextWaitMs());
    }
  }

  async *#attempt(): AsyncGenerator<FollowEvent> {
    const startedAt = this.#now();
    try {
      yield* this.#look(startedAt);
      yield* this.#trouble.end();
    } catch (error) {
      if (!(error instanceof AppError) || !isTransient(error)) {
        yield* this.#release(Infinity);
        throw error;
      }
      this.#vainLooks++;
      yield* this.#overdue();
      yield* this.#trouble.note(error, startedAt, this.#now());
    }
  }

  async *#look(startedAt: number): AsyncGenerator<FollowEvent> {
    if (this.#isTakenOver === undefined) yield* this.#takeover();
    const isWhole = await this.#read();
    this.#vainLooks = isWhole ? 0 : this.#vainLooks + 1;
    if (this.#isListed) yield* isWhole ? this.#release(startedAt - SETTLE_MS) : this.#overdue();
    else if (isWhole || this.#vainLooks >= MAX_QUICK_LOOKS) yield* this.#first(startedAt);
    // An answer in the assistant's role may be a person's.
    if (this.#stateDueAt <= this.#now()) yield* this.#takeover();
  }

  /** The messages from before the following began. */
  *#first(startedAt: number): Generator<FollowEvent> {
    const since = this.#options.clock.now().getTime() - RECENT_MS;
    const isRecent = this.#vainLooks === 0 && this.#held.hasSince(since);
    const count = yield* this.#release(isRecent ? startedAt - SETTLE_MS : Infinity);
    if (count === 0 && !this.#held.isEmpty) return;
    this.#isListed = true;
    yield { type: 'listed' };
  }

  /** Whether the pages show the whole list as it was when the look began. */
  async #read(): Promise<boolean> {
    try {
      return await this.#listed.read();
    } finally {
      const fresh = this.#listed.takeFresh();
      const isLater = this.#isListed || !this.#held.isEmpty;
      this.#held.hold(fresh, this.#now());
      if (isLater && fresh.some(({ role }) => role === 'assistant')) this.#stateDueAt = 0;
    }
  }

  /** Messages that have waited too long for a look that shows the whole list. */
  *#overdue(): Generator<FollowEvent> {
    if (!this.#isListed || this.#vainLooks < MIN_VAIN_LOOKS) return;
    const maxAgeMs = this.#listed.isIncomplete ? MAX_INCOMPLETE_MS : MAX_UNCONFIRMED_MS;
    yield* this.#release(this.#now() - maxAgeMs);
  }

  /** Gives out the held messages that were seen by this time. */
  *#release(seenBy: number): Generator<FollowEvent, number> {
    const messages = this.#held.take(seenBy);
    if (messages.length > 0) this.#pace.noteNews(this.#now());
    for (const message of messages) yield { type: 'message', message };
    return messages.length;
  }

  async *#takeover(): AsyncGenerator<FollowEvent> {
    const { api } = this.#options;
    const found = await this.#call((call) => api.getConversation(this.#id, call));
    this.#stateDueAt = this.#now() + STATE_MS;
    const now = isTakenOver(found);
    const before = this.#isTakenOver;
    this.#isTakenOver = now;
    if (now === (before ?? false)) return;
    this.#pace.noteNews(this.#now());
    yield { type: 'state', isTakenOver: now };
  }

  /** A second look a little after the first one shows what was listed late. */
  #nextWaitMs(): number {
    if (this.#vainLooks > 0) return this.#retryMs();
    this.#isSettling = !this.#held.isEmpty && !this.#isSettling;
    if (this.#isSettling) return SETTLE_MS;
    return this.#held.isEmpty ? this.#pace.waitMs : POLL_MS - SETTLE_MS;
  }

  /** The first retries come soon: there may be a new message. */
  #retryMs(): number {
    const { status, retryAfterMs = 0 } = this.#trouble.failure?.details ?? {};
    const soonMs = status === 429 ? LIMITED_RETRY_MS : RETRY_MS;
    const waitMs = this.#vainLooks < MAX_QUICK_LOOKS ? soonMs : this.#pace.waitMs;
    return Math.max(waitMs, Math.min(retryAfterMs, MAX_POLL_MS));
  }

  async #wait(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    signal.throwIfAborted();
    const pause = this.#pause;
    const stop = (): void => pause.abort();
    signal.addEventListener('abort', stop);
    try {
      await clock.sleep(ms, pause.signal);
    } catch {
      signal.throwIfAborted();
    } finally {
      this.#pause = new AbortController();
      signal.removeEventListener('abort', stop);
    }
  }

  #call<T>(request: (call: CallOptions) => Promise<T>): Promise<T> {
    const { clock, signal } = this.#options;
    return retrying(request, { clock, signal, deadline: new Deadline(clock, REQUEST_MS) }, hasty);
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}

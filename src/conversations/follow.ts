import { AppError } from '../base/errors.js';
import { Deadline, hasty, isTransient, retrying } from '../base/time.js';
import type { CallOptions, Clock } from '../base/time.js';
import { type Conversation, type MessagePage, isTakenOver } from './conversation.js';
import type { FollowEvent } from './follow-event.js';
import { HeldMessages, ListedMessages } from './followed-messages.js';

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
/** Without news for this time, it polls less often; after the longer time it says that nothing is new. */
const ACTIVE_MS = 30_000;
const QUIET_MS = 60_000;
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
/** Failures in a row, and their duration, before the user is told; one look without any answer is enough. */
const MIN_FAILURES = 3;
const TROUBLE_AFTER_MS = 2_000;
const STALLED_AFTER_MS = 8_000;

/** Follows a conversation: its messages by time, each once, and whether a person has taken it over. */
export class Follower {
  readonly #id: string;
  readonly #options: FollowOptions;
  readonly #listed: ListedMessages;
  readonly #held = new HeldMessages();
  #isTakenOver: boolean | undefined;
  #stateDueAt = 0;
  #isListed = false;
  /** The failure of the last look. */
  #failure: AppError | undefined;
  #failures = 0;
  #failingSince = 0;
  #isTroubled = false;
  /** Looks in a row that failed or did not show the whole list. */
  #vainLooks = 0;
  #isSettling = false;
  #waitMs = POLL_MS;
  #newsAt: number;
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
    this.#newsAt = this.#now();
    this.#waitMs = POLL_MS;
    this.#isHurried = true;
    this.#pause.abort();
  }

  /** Ends only by an error: when the signal aborts, or when the conversation can no longer be read. */
  async *events(): AsyncGenerator<FollowEvent> {
    for (;;) {
      yield* this.#attempt();
      yield* this.#quietness();
      await this.#wait(this.#nextWaitMs());
    }
  }

  async *#attempt(): AsyncGenerator<FollowEvent> {
    const startedAt = this.#now();
    try {
      yield* this.#look(startedAt);
      if (this.#isTroubled) yield { type: 'back' };
      this.#isTroubled = false;
      this.#failure = undefined;
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof AppError) || !isTransient(error)) {
        yield* this.#given(Infinity);
        throw error;
      }
      this.#vainLooks++;
      yield* this.#overdue();
      yield* this.#failed(error, startedAt);
    }
  }

  *#failed(error: AppError, startedAt: number): Generator<FollowEvent> {
    if (this.#failures++ === 0) this.#failingSince = startedAt;
    this.#failure = error;
    const minMs = this.#failures < MIN_FAILURES ? STALLED_AFTER_MS : TROUBLE_AFTER_MS;
    if (this.#isTroubled || this.#now() - this.#failingSince < minMs) return;
    this.#isTroubled = true;
    yield { type: 'trouble', error };
  }

  async *#look(startedAt: number): AsyncGenerator<FollowEvent> {
    if (this.#isTakenOver === undefined) yield* this.#state();
    const isWhole = await this.#read();
    this.#vainLooks = isWhole ? 0 : this.#vainLooks + 1;
    if (this.#isListed) yield* isWhole ? this.#given(startedAt - SETTLE_MS) : this.#overdue();
    else if (isWhole || this.#vainLooks >= MAX_QUICK_LOOKS) yield* this.#first(startedAt);
    // An answer in the assistant's role may be a person's.
    if (this.#stateDueAt <= this.#now()) yield* this.#state();
  }

  /** The messages from before the following began. */
  *#first(startedAt: number): Generator<FollowEvent> {
    const since = this.#options.clock.now().getTime() - RECENT_MS;
    const isRecent = this.#vainLooks === 0 && this.#held.hasSince(since);
    const count = yield* this.#given(isRecent ? startedAt - SETTLE_MS : Infinity);
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
    yield* this.#given(this.#now() - maxAgeMs);
  }

  *#given(seenBy: number): Generator<FollowEvent, number> {
    const messages = this.#held.take(seenBy);
    if (messages.length > 0) this.#noteNews();
    for (const message of messages) yield { type: 'message', message };
    return messages.length;
  }

  async *#state(): AsyncGenerator<FollowEvent> {
    const { api } = this.#options;
    const found = await this.#call((call) => api.getConversation(this.#id, call));
    this.#stateDueAt = this.#now() + STATE_MS;
    const now = isTakenOver(found);
    const before = this.#isTakenOver;
    this.#isTakenOver = now;
    if (now === (before ?? false)) return;
    this.#noteNews();
    yield { type: 'state', isTakenOver: now };
  }

  #noteNews(): void {
    this.#newsAt = this.#now();
    this.#isQuiet = false;
    this.#waitMs = POLL_MS;
  }

  *#quietness(): Generator<FollowEvent> {
    const silentMs = this.#now() - this.#newsAt;
    if (silentMs > ACTIVE_MS) this.#waitMs = Math.min(this.#waitMs * SLOWER, MAX_POLL_MS);
    if (silentMs <= QUIET_MS || this.#isQuiet || this.#isTroubled) return;
    this.#isQuiet = true;
    yield { type: 'quiet' };
  }

  /** A second look a little after the first one shows what was listed late. */
  #nextWaitMs(): number {
    if (this.#vainLooks > 0) return this.#retryMs();
    this.#isSettling = !this.#held.isEmpty && !this.#isSettling;
    if (this.#isSettling) return SETTLE_MS;
    return this.#held.isEmpty ? this.#waitMs : POLL_MS - SETTLE_MS;
  }

  /** The first retries come soon: there may be a new message. */
  #retryMs(): number {
    const { status, retryAfterMs = 0 } = this.#failure?.details ?? {};
    const soonMs = status === 429 ? LIMITED_RETRY_MS : RETRY_MS;
    const waitMs = this.#vainLooks < MAX_QUICK_LOOKS ? soonMs : this.#waitMs;
    return Math.max(waitMs, Math.min(retryAfterMs, MAX_POLL_MS));
  }

  async #wait(ms: number): Promise<void> {
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
      await clock.sleep(ms, this.#pause.signal);
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

  #now(): number {
    return this.#options.clock.monotonic();
  }
}

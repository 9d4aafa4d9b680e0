import { AppError, type ErrorDetails } from '../../src/base/errors.js';
import type { CallOptions } from '../../src/base/time.js';
import type { Message } from '../../src/conversations/conversation.js';
import type { ChatEvent, TurnPorts, SentTurn } from '../../src/turn/events.js';
import { momentOf, type ServerClock } from '../../src/turn/server-clock.js';
import { stillClock } from '../helpers/still-clock.js';

/** How a send fails, and what that says of the turn: see `FAILURES`. */
export type SendFailure = keyof typeof FAILURES;

interface Meaning {
  details: ErrorDetails;
  /** `never` ran; ran or not, but is `over`; may still be `running`. */
  run: 'never' | 'over' | 'running';
}

/** What each failure says to the client, and so what a server may have done behind it. */
export const FAILURES = {
  not_sent: { details: { delivery: 'not_sent' }, run: 'never' },
  limited: { details: { status: 429, delivery: 'refused' }, run: 'never' },
  conflict: { details: { status: 409, delivery: 'refused' }, run: 'never' },
  refused: { details: { status: 422, delivery: 'refused' }, run: 'never' },
  server_error: { details: { status: 500, delivery: 'unknown' }, run: 'over' },
  died_idle: { details: { diedIdle: true, delivery: 'unknown' }, run: 'over' },
  /** A gateway gave up, or failed: the server behind it may go on. */
  gateway_error: {
    details: { status: 502, delivery: 'unknown', fromGateway: true },
    run: 'running',
  },
  /** A stream whose last event says that the assistant failed. */
  error_event: { details: { delivery: 'unknown', hasEnded: true }, run: 'over' },
  gateway_timeout: { details: { status: 504, delivery: 'unknown' }, run: 'running' },
  reset: { details: { delivery: 'unknown' }, run: 'running' },
  /** A stream that ends in the middle of the reply. */
  cut: { details: { delivery: 'unknown' }, run: 'running' },
} satisfies Record<string, Meaning>;

/** What becomes of one send. */
export interface Send {
  /** Undefined: it is answered. */
  failure: SendFailure | undefined;
  isStored: boolean;
  /** Until the message is stored, when it may be running still. */
  storeMs: number;
  /** From then until the reply is stored; undefined: the turn dies. */
  replyMs: number | undefined;
}

export interface World {
  roundTripMs: number;
  /** How far the server's clock is ahead of ours. */
  clockOffMs: number;
  /** How far the times of records are behind the server's `Date`, and in which steps they are stored. */
  recordsLagMs: number;
  recordsStepMs: number;
  /** How much later `last_message_at` of a new conversation is than its `created_at`. */
  creationGapMs: number;
  /** How long a stored message is not listed. */
  lagMs: number;
  order: 'oldest first' | 'newest first' | 'none';
  isRetained: boolean;
  /** What other requests meet, one after another; then all goes well. */
  reads: ('ok' | 'fails' | 'partial')[];
  sends: Send[];
}

export interface Stored {
  role: 'user' | 'assistant' | 'tool';
  text: string;
  /** By our clock. */
  at: number;
  /** Which send brought it; undefined: somebody else. */
  send: number | undefined;
}

export const replyTo = (who: string): string => `This is the answer to ${who}.`;

/** A server that does as its world says, with all it has done on record. */
export class ModelServer {
  readonly clock = stillClock();
  readonly stored: Stored[] = [];
  /** Sends that came, with the text of each. */
  readonly sends: string[] = [];
  /** When the list was last read and seen whole. */
  readAt = -Infinity;
  readonly #world: World;
  readonly #start = this.clock.monotonic() - 2_000;
  #reads = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** The times of the conversation when it was created, just before the first turn. */
  get creation(): { createdAt: string; lastMessageAt: string } {
    const { creationGapMs } = this.#world;
    return {
      createdAt: this.#time(this.#start),
      lastMessageAt: this.#time(this.#start + creationGapMs),
    };
  }

  /** Somebody else writes, and is answered. */
  other(text: string, at: number, replyMs: number): void {
    const reply = replyTo(`other ${text} ${at}`);
    this.stored.push({ role: 'user', text, at, send: undefined });
    this.stored.push({ role: 'assistant', text: reply, at: at + replyMs, send: undefined });
  }

  /** The server for one program, which learns of its clock. */
  portsWith(serverClock: ServerClock): TurnPorts {
    const conversation = { id: 'c-1', name: '', metadata: {}, ...this.creation };
    return {
      clock: this.clock,
      serverClock,
      conversationCreator: () => () => Promise.resolve(conversation),
      chat: (request, call) => this.#chat(request, call),
      getAssistant: () =>
        this.#read(() => {
          const { isRetained: dataRetention } = this.#world;
          const texts = { name: '', model: '', instructions: '', greeting: '', createdAt: '' };
          return { id: 'a-1', ...texts, dataRetention, hasTools: false };
        }),
      getConversation: () =>
        this.#read(() => {
          const last = Math.max(...this.#present().map(({ at }) => at));
          const { lastMessageAt } = conversation;
          return {
            ...conversation,
            lastMessageAt: Number.isFinite(last) ? this.#time(last) : lastMessageAt,
          };
        }),
      history: () => this.#history(serverClock),
    };
  }

  async *#chat({ text, stream }: SentTurn, { timeoutMs }: CallOptions): AsyncGenerator<ChatEvent> {
    const sent = this.clock.monotonic();
    const number = this.sends.push(text) - 1;
    const { failure, isStored, storeMs, replyMs = Infinity } = this.#world.sends[number] ?? FINE;
    const { roundTripMs } = this.#world;
    const run = failure === undefined ? 'over' : FAILURES[failure].run;
    const at = sent + roundTripMs / 2 + (run === 'running' ? storeMs : 0);
    const reply = replyTo(`send ${number}`);
    if (isStored && run !== 'never') {
      this.stored.push({ role: 'user', text, at, send: number });
      if (replyMs < Infinity) {
        this.stored.push({ role: 'assistant', text: reply, at: at + replyMs, send: number });
      }
    }
    const isRead = failure === undefined || failure === 'cut' || run === 'over';
    const took = isRead && isStored ? at - sent + replyMs + roundTripMs / 2 : roundTripMs;
    await Promise.resolve();
    this.clock.advance(Math.min(took, timeoutMs));
    if (took >= timeoutMs) throw new AppError('timeout', 'timeout', { delivery: 'unknown' });
    if (stream && isRead && run !== 'over')
      yield { type: 'delta', text: reply.slice(0, 16 + number) };
    if (failure === undefined) yield { type: 'done', reply };
    else throw new AppError(kindOf(failure), failure, FAILURES[failure].details);
  }

  async #history(serverClock: ServerClock) {
    const asked = this.clock.monotonic();
    const askedAt = momentOf(this.clock);
    const answer = await this.#read((outcome) => {
      const { lagMs, isRetained } = this.#world;
      const listed = this.#present().filter(({ at }) => isRetained && at + lagMs <= asked);
      const isComplete = outcome !== 'partial';
      if (isComplete && isRetained) this.readAt = asked - lagMs;
      const messages = this.#ordered(isComplete ? listed : listed.slice(1)).map((each) =>
        this.#message(each),
      );
      return { messages, isComplete };
    });
    const { clockOffMs, roundTripMs } = this.#world;
    const date = Math.floor((asked + roundTripMs / 2 + clockOffMs) / 1_000) * 1_000;
    serverClock.note({ date, asked: askedAt, had: momentOf(this.clock) });
    return answer;
  }

  async #read<T>(answer: (outcome: 'ok' | 'partial') => T): Promise<T> {
    const outcome = this.#world.reads[this.#reads++] ?? 'ok';
    await Promise.resolve();
    const result = outcome === 'fails' ? undefined : answer(outcome);
    this.clock.advance(this.#world.roundTripMs);
    if (result === undefined) throw new AppError('api', 'api', { status: 503 });
    return result;
  }

  #present(): Stored[] {
    const now = this.clock.monotonic();
    return this.stored.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
  }

  #ordered(messages: Stored[]): Stored[] {
    if (this.#world.order === 'oldest first') return messages;
    if (this.#world.order === 'newest first') return messages.toReversed();
    return messages.toSorted((a, b) => ((a.at * 7919) % 101) - ((b.at * 7919) % 101));
  }

  #message({ role, text, at }: Stored): Message {
    return { role, text, createdAt: this.#time(at), sentAt: this.#time(at), toolCalls: [] };
  }

  #time(at: number): string {
    const { clockOffMs, recordsLagMs, recordsStepMs } = this.#world;
    const time = at + clockOffMs - recordsLagMs;
    return new Date(Math.floor(time / recordsStepMs) * recordsStepMs).toISOString();
  }
}

const FINE: Send = { failure: undefined, isStored: true, storeMs: 0, replyMs: 300 };

function kindOf(failure: SendFailure): AppError['kind'] {
  if (failure === 'limited') return 'rate_limited';
  return 'status' in FAILURES[failure].details ? 'api' : 'network';
}

import { CoordinationError, ORPHAN_MS, type Lease } from '../coordination.js';
import type { InMemory } from '../memory/in-memory.js';
import type { AbandonableRecord } from '../memory/record-store.js';
import type { Channel } from './channel.js';
import { isAsked, type Asked, type Question } from './messages.js';

/** What the primary knows. */
export interface Shared {
  memory: InMemory;
  /** Of all workers. */
  metricsText: () => Promise<string>;
}

/** Coordinates one worker with the others, by what the primary knows. */
export function coordinateWorker(channel: Channel, shared: Shared): void {
  const desk = new Desk(shared);
  channel.onMessage((message) => {
    if (isAsked(message)) void answer(message, desk, channel);
  });
  channel.onClose(() => desk.close());
}

async function answer(asked: Asked, desk: Desk, channel: Channel): Promise<void> {
  const { seq } = asked;
  try {
    channel.send({ relay: 'reply', seq, value: await desk.answer(asked, seq) });
  } catch (error) {
    const kind = error instanceof CoordinationError ? error.kind : 'unavailable';
    channel.send({ relay: 'reply', seq, error: kind, message: String(error) });
  }
}

/** What one worker holds. */
class Desk {
  readonly #memory: InMemory;
  readonly #metricsText: () => Promise<string>;
  readonly #waiting = new Map<number, AbortController>();
  readonly #leases = new Map<number, Lease>();
  readonly #records = new Map<number, AbandonableRecord>();

  constructor({ memory, metricsText }: Shared) {
    this.#memory = memory;
    this.#metricsText = metricsText;
  }

  answer(question: Question, seq: number): unknown {
    switch (question.op) {
      case 'enter':
        return this.#enter(question.conversationId, seq);
      case 'leave':
        this.#leave(question.of);
        return undefined;
      case 'claim':
        return this.#claim(question, seq);
      case 'metrics':
        return this.#metricsText();
      case 'take':
        return this.#memory.limits.takeNow(question.caller, question.rate);
      default:
        return this.#change(question);
    }
  }

  async #enter(conversationId: string, seq: number): Promise<void> {
    const giveUp = new AbortController();
    this.#waiting.set(seq, giveUp);
    try {
      const lease = await this.#memory.turns.enter(conversationId, giveUp.signal);
      // It may be given up between the moment that it is let in and the one that we know of it.
      if (giveUp.signal.aborted) lease.leave();
      else this.#leases.set(seq, lease);
    } finally {
      this.#waiting.delete(seq);
    }
  }

  #leave(seq: number): void {
    this.#waiting.get(seq)?.abort(new Error('left'));
    this.#leases.get(seq)?.leave();
    this.#leases.delete(seq);
  }

  #claim({ key }: Extract<Question, { op: 'claim' }>, seq: number): object {
    const claim = this.#memory.records.claimNow(key);
    if (claim.type !== 'fresh') return claim;
    this.#records.set(seq, claim.record);
    return { type: 'fresh' };
  }

  async #change(question: Extract<Question, { op: 'begin' | 'store' | 'release' }>): Promise<void> {
    const record = this.#records.get(question.of);
    if (question.op !== 'begin') this.#records.delete(question.of);
    if (question.op === 'begin') await record?.begin();
    else if (question.op === 'store') await record?.store(question.answer);
    else await record?.release();
  }

  /** The worker is gone: what it ran may run at Telnyx still. */
  close(): void {
    for (const giveUp of this.#waiting.values()) giveUp.abort(new Error('the worker is gone'));
    for (const record of this.#records.values()) record.abandon();
    const leases = [...this.#leases.values()];
    // A primary that ends meanwhile has no next turn to let in.
    setTimeout(() => {
      for (const lease of leases) lease.leave();
    }, ORPHAN_MS).unref();
  }
}

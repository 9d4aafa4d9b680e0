import { CoordinationError } from '../coordination.js';
import type { Channel } from './channel.js';
import { isReplied, type Question, type Replied } from './messages.js';

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: CoordinationError) => void;
}

/** Questions to the primary and their replies. */
export class Line {
  readonly #channel: Channel;
  readonly #pending = new Map<number, Pending>();
  #seq = 0;
  #isCut = false;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.onMessage((message) => {
      if (isReplied(message)) this.#settle(message);
    });
    channel.onClose(() => this.#cut());
  }

  ask(question: Question): { seq: number; reply: Promise<unknown> } {
    const seq = ++this.#seq;
    const reply = new Promise((resolve, reject) => {
      if (this.#isCut) {
        reject(isGone());
        return;
      }
      this.#pending.set(seq, { resolve, reject });
      this.#channel.send({ ...question, relay: 'question', seq });
    });
    return { seq, reply };
  }

  /** What needs no reply. */
  tell(question: Question): void {
    this.ask(question).reply.catch(() => undefined);
  }

  check(): Promise<void> {
    return this.#isCut ? Promise.reject(isGone()) : Promise.resolve();
  }

  #settle(reply: Replied): void {
    const pending = this.#pending.get(reply.seq);
    this.#pending.delete(reply.seq);
    if ('error' in reply) pending?.reject(new CoordinationError(reply.error, reply.message));
    else pending?.resolve(reply.value);
  }

  #cut(): void {
    this.#isCut = true;
    for (const { reject } of this.#pending.values()) reject(isGone());
    this.#pending.clear();
  }
}

function isGone(): CoordinationError {
  return new CoordinationError('unavailable', 'the primary process is gone');
}

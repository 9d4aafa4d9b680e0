import type { Message } from './conversation.js';
import { sortedByTime, timeOf } from './messages.js';

/** Messages that were seen, and wait for earlier ones that are listed a little later. */
export class HeldMessages {
  #held: { message: Message; seenAt: number }[] = [];
  #before: Message | undefined;

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Whether one was sent after a time, in milliseconds since 1970. */
  hasSince(time: number): boolean {
    return this.#held.some(({ message }) => timeOf(message) > time);
  }

  hold(messages: readonly Message[], seenAt: number): void {
    this.#held.push(...messages.map((message) => ({ message, seenAt })));
  }

  /** Gives out those that were seen by then, and all that were sent before them. */
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

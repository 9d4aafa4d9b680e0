import type { Message } from './conversation.js';
import { sortedByTime, timeOf } from './messages.js';

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

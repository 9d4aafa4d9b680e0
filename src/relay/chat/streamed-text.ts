import type { ReplyEvent } from '../../turn/events.js';

/**
 * The pieces of a reply as text that only grows: when a stream broke off and the turn was sent again
 * or its reply found, only what goes on where it stopped is passed on. The last event has it whole.
 */
export class StreamedText {
  /** Passed on so far. */
  #passed = '';
  /** Of the try that runs now, when it is not the first. */
  #again: string | undefined;

  next(event: ReplyEvent): string {
    if (event.type === 'retry') this.#again = '';
    if (event.type === 'done') return this.#rest(event.turn.reply);
    if (event.type !== 'delta') return '';
    if (this.#again !== undefined) return this.#rest((this.#again += event.text));
    this.#passed += event.text;
    return event.text;
  }

  #rest(received: string): string {
    if (!received.startsWith(this.#passed)) return '';
    const rest = received.slice(this.#passed.length);
    this.#passed = received;
    return rest;
  }
}

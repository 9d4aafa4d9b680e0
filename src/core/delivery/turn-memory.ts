import { textKey } from './same-text.js';

/** How many messages of the user's with one text are in a conversation. */
export interface Earlier {
  atLeast: number;
  /** Whether this program knows of all of its own and of whoever used the conversation before. */
  isExact: boolean;
}

/** What became of a text: the conversation has it, may have it, or has it not. */
export type Fate = 'said' | 'perhaps' | 'not said';

/** What one conversation is known to hold: how often each text was said by the user. */
interface Known {
  counts: Map<string, number>;
  /** Texts of which one more may or may not have been taken in. */
  doubtful: Set<string>;
}

/** Conversations whose memory is kept: those used last. */
const MOST = 1_000;

/**
 * Remembers what was said in the conversations that began here. A later turn whose answer is lost is
 * told by it from an earlier one with the same text.
 */
export class TurnMemory {
  readonly #conversations = new Map<string, Known>();

  /** A conversation begins: nothing was said in it yet. */
  begin(conversationId: string): void {
    this.#conversations.set(conversationId, { counts: new Map(), doubtful: new Set() });
    const [oldest] = this.#conversations.keys();
    if (this.#conversations.size > MOST && oldest !== undefined) this.#conversations.delete(oldest);
  }

  /** How often the text was said before. */
  earlier(conversationId: string, text: string): Earlier {
    const known = this.#conversations.get(conversationId);
    if (!known) return { atLeast: 0, isExact: false };
    const key = textKey(text);
    return { atLeast: known.counts.get(key) ?? 0, isExact: !known.doubtful.has(key) };
  }

  note(conversationId: string, text: string, fate: Fate): void {
    const known = this.#conversations.get(conversationId);
    if (!known || fate === 'not said') return;
    // Used again, it is kept longer.
    this.#conversations.delete(conversationId);
    this.#conversations.set(conversationId, known);
    const key = textKey(text);
    if (fate === 'said') known.counts.set(key, (known.counts.get(key) ?? 0) + 1);
    else known.doubtful.add(key);
  }
}

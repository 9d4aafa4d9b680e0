/** What one conversation is known to hold: how often each text was said by the user. */
interface Known {
  counts: Map<string, number>;
  /** Texts of which one may or may not have been taken in. */
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

  /** How often the text was said before; undefined when that is not known. */
  timesSaid(conversationId: string, text: string): number | undefined {
    const known = this.#conversations.get(conversationId);
    if (!known || known.doubtful.has(text)) return undefined;
    return known.counts.get(text) ?? 0;
  }

  /** The text was taken in, or it is not known whether it was. */
  said(conversationId: string, text: string, isCertain: boolean): void {
    const known = this.#conversations.get(conversationId);
    if (!known) return;
    if (isCertain) known.counts.set(text, (known.counts.get(text) ?? 0) + 1);
    else known.doubtful.add(text);
  }
}

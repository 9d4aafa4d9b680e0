import { textKey } from './same-text.js';

/** How many messages of the user's with one text were in a conversation before a turn. */
export interface Earlier {
  readonly atLeast: number;
  /**
   * Whether this program knows of all of its own and of whoever used the conversation before; no more
   * once it says the same text a second time meanwhile.
   */
  readonly isExact: boolean;
}

/** A turn that is under way. */
export interface OpenTurn {
  earlier: Earlier;
  /** Says what became of it; what is said later counts no more. */
  settle: (fate: Fate) => void;
}

/** What became of a text: the conversation has it, may have it, or has it not. */
export type Fate = 'said' | 'perhaps' | 'not said';

/** What one conversation is known to hold: how often each text was said by the user. */
interface Known {
  counts: Map<string, number>;
  /** Texts of which one more may or may not have been taken in. */
  doubtful: string[];
  /** Texts of turns that are under way. Few, as those above: lists are half the size of sets. */
  open: string[];
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
    const known = { counts: new Map<string, number>(), doubtful: [], open: [] };
    this.#conversations.set(conversationId, known);
    const [oldest] = this.#conversations.keys();
    if (this.#conversations.size > MOST && oldest !== undefined) this.#conversations.delete(oldest);
  }

  /** A turn begins. Of two with one text at a time, nobody can tell whose message is whose. */
  open(conversationId: string, text: string): OpenTurn {
    const known = this.#conversations.get(conversationId);
    if (!known) return { earlier: NOTHING_KNOWN, settle: () => undefined };
    // Used again, it is kept longer.
    this.#conversations.delete(conversationId);
    this.#conversations.set(conversationId, known);
    return openTurn(known, textKey(text));
  }
}

const NOTHING_KNOWN: Earlier = { atLeast: 0, isExact: false };

function openTurn({ counts, doubtful, open }: Known, key: string): OpenTurn {
  const atLeast = counts.get(key) ?? 0;
  if (open.includes(key)) add(doubtful, key);
  add(open, key);
  let isOpen = true;
  return {
    earlier: {
      atLeast,
      get isExact() {
        return !doubtful.includes(key);
      },
    },
    settle(fate) {
      if (!isOpen) return;
      isOpen = false;
      if (open.includes(key)) open.splice(open.indexOf(key), 1);
      if (fate === 'said') counts.set(key, (counts.get(key) ?? 0) + 1);
      else if (fate === 'perhaps') add(doubtful, key);
    },
  };
}

function add(texts: string[], text: string): void {
  if (!texts.includes(text)) texts.push(text);
}

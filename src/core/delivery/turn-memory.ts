import { textKey } from './same-text.js';
import type { Moment } from './server-clock.js';

/** What is known of messages of the user's with a turn's text that were there before it. */
export interface Earlier {
  /** How many there are at least: this program said them. */
  readonly atLeast: number;
  /** From before the first of those to after the last one's reply; undefined when there are none. */
  readonly said?: { from: Moment; until: Moment } | undefined;
  /**
   * Whether there are no others: the conversation began here. No more so once a turn with the text is of
   * unknown fate, or a second one is under way at the same time.
   */
  readonly isExact: boolean;
}

/** A turn that is under way. */
export interface OpenTurn {
  earlier: Earlier;
  /** Says what became of it; what is said later counts no more. */
  settle: (fate: Fate, now: Moment) => void;
}

/** What became of a text: the conversation has it, may have it, or has it not. */
export type Fate = 'said' | 'perhaps' | 'not said';

/** One text of a conversation. */
interface Said {
  count: number;
  times: { from: Moment; until: Moment } | undefined;
  /** One more may or may not have been taken in, or two were under way at a time. */
  isDoubtful: boolean;
  isOpen: boolean;
}

interface Known {
  /** All that was said in it is in `texts`. */
  isExact: boolean;
  texts: Map<string, Said>;
}

/** Conversations whose memory is kept, and texts of each: those used last. */
const MOST_CONVERSATIONS = 1_000;
const MOST_TEXTS = 200;

/**
 * Remembers what this program said. A later turn whose answer is lost is told by it from an earlier one
 * with the same text.
 */
export class TurnMemory {
  readonly #conversations = new Map<string, Known>();

  /** A conversation begins: nothing was said in it yet. */
  begin(conversationId: string): void {
    this.#keep(conversationId, { isExact: true, texts: new Map() });
  }

  /** A turn begins. Of two with one text at a time, nobody can tell whose message is whose. */
  open(conversationId: string, text: string, now: Moment): OpenTurn {
    const known = this.#conversations.get(conversationId) ?? { isExact: false, texts: new Map() };
    this.#keep(conversationId, known);
    return openTurn(known, saidOf(known, textKey(text)), now);
  }

  #keep(conversationId: string, known: Known): void {
    putLast(this.#conversations, conversationId, known, MOST_CONVERSATIONS);
  }
}

function saidOf(known: Known, key: string): Said {
  const fresh = { count: 0, times: undefined, isDoubtful: false, isOpen: false };
  const said = known.texts.get(key) ?? fresh;
  if (!putLast(known.texts, key, said, MOST_TEXTS)) known.isExact = false;
  return said;
}

/** Whether all that was there has room still. */
function putLast<V>(map: Map<string, V>, key: string, value: V, most: number): boolean {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size <= most || oldest === undefined) return true;
  map.delete(oldest);
  return false;
}

function openTurn(known: Known, said: Said, from: Moment): OpenTurn {
  const { count: atLeast, times } = said;
  if (said.isOpen) said.isDoubtful = true;
  said.isOpen = true;
  let isSettled = false;
  return {
    earlier: {
      atLeast,
      said: times,
      get isExact() {
        return known.isExact && !said.isDoubtful;
      },
    },
    settle(fate, until) {
      if (isSettled) return;
      isSettled = true;
      said.isOpen = false;
      if (fate === 'perhaps') said.isDoubtful = true;
      if (fate !== 'said') return;
      said.count++;
      said.times = { from: said.times?.from ?? from, until };
    },
  };
}

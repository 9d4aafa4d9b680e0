import type { Moment } from './server-clock.js';

/** Whether two texts are one, whatever a server does to white space and to the form of letters. */
export function isSameText(one: string, other: string): boolean {
  return textKey(one) === textKey(other);
}

export function textKey(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

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

/** What became of a text: the conversation has it, may have it, or has it not. */
export type Fate = 'said' | 'perhaps' | 'not said';

/** A conversation that began here. */
interface Begun {
  /** All that was said in it is remembered. */
  isWhole: boolean;
}

/** One text of a conversation. */
interface Said {
  begun: Begun | undefined;
  count: number;
  times: { from: Moment; until: Moment } | undefined;
  /** One more may or may not have been taken in, or two were under way at a time. */
  isDoubtful: boolean;
  isOpen: boolean;
}

/** What is kept: conversations that began here and texts of those, used last; characters of texts. */
const MOST_CONVERSATIONS = 1_000;
const MOST_TEXTS = 2_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Of all other conversations, texts that were said last: older ones are told from a turn's by their time. */
const MOST_RECENT = 256;

/**
 * Remembers what this program said. A later turn whose answer is lost is told by it from an earlier one
 * with the same text.
 */
export class TurnMemory {
  readonly #begun = new Map<string, Begun>();
  readonly #texts = new SaidTexts(MOST_TEXTS);
  readonly #recent: SaidTexts | undefined;

  /** `ofOthers`: what is said in conversations that began elsewhere as well. */
  constructor({ ofOthers }: { ofOthers: boolean } = { ofOthers: true }) {
    if (ofOthers) this.#recent = new SaidTexts(MOST_RECENT);
  }

  /** A conversation begins: nothing was said in it yet. */
  begin(conversationId: string): void {
    this.#begun.set(conversationId, { isWhole: true });
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > MOST_CONVERSATIONS && oldest !== undefined) this.#begun.delete(oldest);
  }

  /** A turn begins. Of two with one text at a time, nobody can tell whose message is whose. */
  open(conversationId: string, text: string, now: Moment): OpenTurn {
    const begun = this.#begun.get(conversationId);
    // Used again, it is kept longer.
    if (begun && this.#begun.delete(conversationId)) this.#begun.set(conversationId, begun);
    const texts = begun ? this.#texts : this.#recent;
    const said = texts?.take(`${conversationId}\n${textKey(text)}`, begun) ?? neverSaid();
    return new OpenTurn(said, now);
  }
}

function neverSaid(begun?: Begun): Said {
  return { begun, count: 0, times: undefined, isDoubtful: false, isOpen: false };
}

/** So many texts at most, those used last. */
class SaidTexts {
  readonly #most: number;
  readonly #texts = new Map<string, Said>();
  #characters = 0;

  constructor(most: number) {
    this.#most = most;
  }

  take(key: string, begun: Begun | undefined): Said {
    const known = this.#texts.get(key);
    const said = known ?? neverSaid(begun);
    if (known) this.#texts.delete(key);
    else this.#characters += key.length;
    this.#texts.set(key, said);
    while (this.#texts.size > this.#most || this.#characters > MOST_CHARACTERS)
      this.#forgetOldest();
    return said;
  }

  #forgetOldest(): void {
    for (const [key, { begun }] of this.#texts) {
      this.#texts.delete(key);
      this.#characters -= key.length;
      if (begun) begun.isWhole = false;
      return;
    }
  }
}

/** A turn that is under way, and what is known of its text. */
export class OpenTurn implements Earlier {
  readonly atLeast: number;
  readonly said: Earlier['said'];
  readonly #said: Said;
  readonly #from: Moment;
  #isSettled = false;

  constructor(said: Said, from: Moment) {
    if (said.isOpen) said.isDoubtful = true;
    said.isOpen = true;
    this.atLeast = said.count;
    this.said = said.times;
    this.#said = said;
    this.#from = from;
  }

  get isExact(): boolean {
    const { begun, isDoubtful } = this.#said;
    return begun?.isWhole === true && !isDoubtful;
  }

  /** Says what became of it; what is said later counts no more. */
  settle(fate: Fate, until: Moment): void {
    const said = this.#said;
    if (this.#isSettled) return;
    this.#isSettled = true;
    said.isOpen = false;
    if (fate === 'perhaps') said.isDoubtful = true;
    if (fate !== 'said') return;
    said.count++;
    said.times = { from: said.times?.from ?? this.#from, until };
  }
}

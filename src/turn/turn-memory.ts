import { instant } from '../conversations/messages.js';
import type { Moment } from './server-clock.js';

/** Whether two texts are the same, whatever a server does to white space and to the form of letters. */
export function isSameText(one: string, other: string): boolean {
  return textKey(one) === textKey(other);
}

function textKey(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** A turn that this program delivered: the server stored it between the two moments. */
export interface DeliveredTurn {
  text: string;
  /** Nobody else said this text in the conversation, as far as this program can know. */
  isExact: boolean;
  from: Moment;
  until: Moment;
}

/** Whether the conversation has the message of a turn; `unknown`: it may have it. */
export type DeliveryOutcome = 'delivered' | 'unknown' | 'not delivered';

/** A conversation that was created here. */
interface OwnConversation {
  /** All of its texts are remembered, and nobody else got it. */
  isComplete: boolean;
  hasTurns: boolean;
  lastMessageAt: number;
}

/** One text of a conversation. */
interface TextRecord {
  conversation: OwnConversation | undefined;
  /** How often it was delivered. */
  count: number;
  times: { from: Moment; until: Moment } | undefined;
  /** One more may have been delivered, or two turns with it ran at the same time. */
  isDoubtful: boolean;
  /** A turn with it is running. */
  isOpen: boolean;
}

/** Limits on what is kept. What was used last stays. */
const MAX_CONVERSATIONS = 1_000;
const MAX_TEXTS = 2_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Texts of conversations that were created elsewhere. An older text is known from a new one by its time. */
const MAX_RECENT_TEXTS = 256;
/** Delivered turns of a conversation, which show how its records' times differ from others; short texts do. */
const MAX_DELIVERED = 4;
const MAX_DELIVERED_CHARACTERS = 500;

/**
 * Remembers the texts that this program sent. When the answer to a later turn is lost, its message can
 * be told from an earlier one with the same text.
 */
export class TurnMemory {
  readonly #conversations = new Map<string, OwnConversation>();
  readonly #texts = new TextRecords(MAX_TEXTS);
  readonly #recent: TextRecords | undefined;
  readonly #delivered = new Map<string, DeliveredTurn[]>();

  /** `ofOthers`: texts of conversations that were created elsewhere are remembered as well. */
  constructor({ ofOthers }: { ofOthers: boolean } = { ofOthers: true }) {
    if (ofOthers) this.#recent = new TextRecords(MAX_RECENT_TEXTS);
  }

  /**
   * A conversation was created: nothing has been said in it yet, unless others may have got the same one.
   * `lastMessageAt` is as the API gave it.
   */
  begin(
    conversationId: string,
    { lastMessageAt = '', isShared = false }: { lastMessageAt?: string; isShared?: boolean } = {},
  ): void {
    keepLatest(this.#conversations, conversationId, {
      isComplete: !isShared,
      hasTurns: false,
      lastMessageAt: instant(lastMessageAt),
    });
  }

  /** A turn begins. When two with the same text run at once, nobody can tell whose message is whose. */
  open(conversationId: string, text: string, now: Moment): OpenTurn {
    const conversation = this.#conversations.get(conversationId);
    if (conversation) keepLatest(this.#conversations, conversationId, conversation);
    const texts = conversation ? this.#texts : this.#recent;
    const record = texts?.take(`${conversationId}\n${textKey(text)}`, conversation);
    const delivered = texts ? this.#deliveredIn(conversationId) : [];
    return new OpenTurn(record ?? newRecord(), { text, from: now, delivered });
  }

  /** The list of a conversation's turns, which grows. */
  #deliveredIn(conversationId: string): DeliveredTurn[] {
    const turns = this.#delivered.get(conversationId) ?? [];
    keepLatest(this.#delivered, conversationId, turns);
    return turns;
  }
}

/** Keeps what was used last of a limited number of conversations. */
function keepLatest<Value>(map: Map<string, Value>, conversationId: string, value: Value): void {
  map.delete(conversationId);
  map.set(conversationId, value);
  const [oldest = ''] = map.keys();
  if (map.size > MAX_CONVERSATIONS) map.delete(oldest);
}

function newRecord(conversation?: OwnConversation): TextRecord {
  return { conversation, count: 0, times: undefined, isDoubtful: false, isOpen: false };
}

/** A limited number of texts; the one that was used longest ago is forgotten first. */
class TextRecords {
  readonly #max: number;
  readonly #records = new Map<string, TextRecord>();
  #characters = 0;

  constructor(max: number) {
    this.#max = max;
  }

  take(key: string, conversation: OwnConversation | undefined): TextRecord {
    const known = this.#records.get(key);
    const record = known ?? newRecord(conversation);
    if (known) this.#records.delete(key);
    else this.#characters += key.length;
    this.#records.set(key, record);
    for (const [oldest, { conversation: its }] of this.#records) {
      if (this.#records.size <= this.#max && this.#characters <= MAX_CHARACTERS) break;
      this.#records.delete(oldest);
      this.#characters -= oldest.length;
      if (its) its.isComplete = false;
    }
    return record;
  }
}

interface OpenTurnOptions {
  text: string;
  from: Moment;
  /** Grows when the turn is delivered. */
  delivered: DeliveredTurn[];
}

/** A turn that is running, and what is known of the user's messages with its text that were sent before it. */
export class OpenTurn {
  /** There are at least this many: this program sent them. */
  readonly atLeast: number;
  /** From before the first of those to after the last one's reply; undefined when there are none. */
  readonly times: { from: Moment; until: Moment } | undefined;
  /** No turn of this conversation was sent before, and it was created for this one. */
  readonly isFirst: boolean;
  /** The conversation's `last_message_at` when it was created; undefined when that is not known. */
  readonly lastMessageAt: number | undefined;
  /** Turns of the conversation that were delivered before, whatever their text. */
  readonly delivered: readonly DeliveredTurn[];
  readonly #record: TextRecord;
  readonly #options: OpenTurnOptions;
  #isSettled = false;

  constructor(record: TextRecord, options: OpenTurnOptions) {
    const { conversation } = record;
    if (record.isOpen) record.isDoubtful = true;
    record.isOpen = true;
    this.atLeast = record.count;
    this.times = record.times;
    this.isFirst = conversation?.isComplete === true && !conversation.hasTurns;
    this.lastMessageAt = conversation?.lastMessageAt;
    if (conversation) conversation.hasTurns = true;
    this.delivered = [...options.delivered];
    this.#record = record;
    this.#options = options;
  }

  /**
   * Whether there are no others: the conversation was created here, the fate of every turn with this
   * text is known, and no two of them ran at the same time.
   */
  get isExact(): boolean {
    const { conversation, isDoubtful } = this.#record;
    return conversation?.isComplete === true && !isDoubtful;
  }

  /** The first call counts; later ones do nothing. `until`: when it was delivered. */
  settle(outcome: DeliveryOutcome, until: Moment = this.#options.from): void {
    const record = this.#record;
    if (this.#isSettled) return;
    this.#isSettled = true;
    record.isOpen = false;
    if (outcome === 'unknown') record.isDoubtful = true;
    if (outcome !== 'delivered') return;
    const { text, from, delivered } = this.#options;
    record.count++;
    record.times = { from: record.times?.from ?? from, until };
    if (text.length > MAX_DELIVERED_CHARACTERS) return;
    delivered.push({ text, isExact: this.isExact, from, until });
    delivered.splice(0, delivered.length - MAX_DELIVERED);
  }
}

/** The messages that were sent before a turn that is running, as far as they are known. */
export type EarlierMessages = Omit<OpenTurn, 'settle'>;

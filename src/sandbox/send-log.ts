import { Refusal } from './answer.js';
import { parseChatBody, type ChatBody } from './operations/chat.js';

/** A request for a turn. */
export interface LoggedSend {
  text: string;
  /** When it came, ISO 8601. */
  at: string;
  /** The fault that it met, if any. */
  fault?: string;
}

/** The requests for turns by conversation, each with the fault that it met: `npm run soak` judges by them. */
export class SendLog {
  readonly #sends = new Map<string, LoggedSend[]>();

  /** A body that is not a turn is ignored. */
  note(body: Buffer, at: Date, fault: string | undefined): void {
    const turn = turnIn(body);
    if (turn === undefined) return;
    const { conversation_id: id, content: text } = turn;
    const sends = this.#sends.get(id) ?? [];
    this.#sends.set(id, sends);
    sends.push({ text, at: at.toISOString(), ...(fault === undefined ? {} : { fault }) });
  }

  of(conversationId: string): readonly LoggedSend[] {
    return this.#sends.get(conversationId) ?? [];
  }
}

function turnIn(body: Buffer): ChatBody | undefined {
  try {
    return parseChatBody(body);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

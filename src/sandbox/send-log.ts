import { parseBody } from './body.js';
import { Refusal } from './refusal.js';
import { chatBody } from './schemas.js';

/** A request for a turn; without a fault nothing went wrong with it. */
export interface LoggedSend {
  text: string;
  /** When it came, ISO 8601. */
  at: string;
  fault?: string;
}

/** The requests for turns, by conversation: whoever plays with faults wants to know what met which. */
export class SendLog {
  readonly #sends = new Map<string, LoggedSend[]>();

  /** Takes in the body of a request; one that is no turn is passed over. */
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

function turnIn(body: Buffer): { conversation_id: string; content: string } | undefined {
  try {
    return parseBody(chatBody, body);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

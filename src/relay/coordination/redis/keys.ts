import { hash } from 'node:crypto';

/**
 * Names of what is kept in Redis. What callers know things by is hashed: who can list the names can
 * neither read on in a conversation nor ask for another's answer.
 */
export class Keys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** All sessions begin with it. */
  get sessions(): string {
    return `${this.#prefix}session:`;
  }

  session(id: string): string {
    return this.sessions + id;
  }

  /** There is one while no turn may begin. */
  get quiet(): string {
    return `${this.#prefix}quiet`;
  }

  /** Tickets of one conversation's turns. */
  queue(conversationId: string): string {
    return `${this.#prefix}turns:${digest(conversationId)}`;
  }

  record(scope: string, key: string): string {
    return `${this.#prefix}record:${digest(JSON.stringify([scope, key]))}`;
  }

  limit(caller: string): string {
    return `${this.#prefix}limit:${digest(caller)}`;
  }

  /** All channels on which processes are told that a turn of theirs may begin. */
  get channels(): string {
    return `${this.#prefix}wake:`;
  }
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}

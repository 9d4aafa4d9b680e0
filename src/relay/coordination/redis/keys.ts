import { hash } from 'node:crypto';

/**
 * Names of keys and channels in Redis. Ids, keys and callers are hashed, so that a list of names gives nobody
 * a conversation id or an idempotency key.
 */
export class Keys {
  /** Of all keys and channels: a user of Redis needs no others. */
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Prefix of all sessions. */
  get sessions(): string {
    return `${this.prefix}session:`;
  }

  session(id: string): string {
    return this.sessions + id;
  }

  /** Exists while no turn may begin. */
  get quiet(): string {
    return `${this.prefix}quiet`;
  }

  /** The tickets of one conversation's turns. */
  queue(conversationId: string): string {
    return `${this.prefix}turns:${digest(conversationId)}`;
  }

  record(scope: string, key: string): string {
    return `${this.prefix}record:${digest(JSON.stringify([scope, key]))}`;
  }

  limit(caller: string): string {
    return `${this.prefix}limit:${digest(caller)}`;
  }

  /** Prefix of the channels that wake waiting turns, one for each process. */
  get channels(): string {
    return `${this.prefix}wake:`;
  }
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}

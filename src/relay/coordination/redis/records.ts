import {
  CoordinationError,
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
} from '../coordination.js';
import type { RedisContext } from './turn-order.js';
import { BEGIN, CLAIM, RELEASE, REOPEN, STORE } from './scripts/record-scripts.js';
import type { SessionEpoch } from './session-epoch.js';

/** A key that this process has claimed. */
interface ClaimedKey {
  name: string;
  fingerprint: string;
  token: string;
  hasBegun: boolean;
}

/** Idempotency records in Redis. An open one belongs to the session of its process. */
export class RedisRecords implements IdempotencyRecords {
  readonly #context: RedisContext;
  readonly #claimed = new Set<ClaimedKey>();

  constructor(context: RedisContext) {
    this.#context = context;
  }

  async claim({ scope, key, fingerprint }: RecordKey): Promise<Claim> {
    const { session, keys, pending } = this.#context;
    const epoch = session.current();
    const token = epoch.nextTicket();
    const claimed = { name: keys.record(scope, key), fingerprint, token, hasBegun: false };
    const args = [fingerprint, token, epoch.id, keys.sessions, RECORD_MS];
    try {
      const [status, , code, body] = await session.run(epoch, CLAIM, claimed.name, args);
      if (status === 'fresh') return { type: 'fresh', record: this.#recordOf(claimed) };
      if (status !== 'answered') return { type: status as 'in_flight' | 'mismatch' | 'abandoned' };
      return { type: 'answered', answer: { status: Number(code), body: String(body) } };
    } catch (error) {
      // The claim may have succeeded although its answer was lost.
      void pending.send(this.#releasing(claimed));
      throw error;
    }
  }

  /** Moves the open records to the new session. */
  reopen(epoch: SessionEpoch): void {
    for (const { name, fingerprint, token, hasBegun } of this.#claimed) {
      const args = [fingerprint, token, epoch.id, hasBegun ? '1' : '', RECORD_MS];
      this.#context.session.run(epoch, REOPEN, name, args).catch(() => undefined);
    }
  }

  #recordOf(claimed: ClaimedKey): OpenRecord {
    this.#claimed.add(claimed);
    return {
      begin: () => this.#begin(claimed),
      store: ({ status, body }) => {
        const args = [claimed.token, claimed.fingerprint, status, body, RECORD_MS];
        const { connection } = this.#context;
        return this.#settle(claimed, () => connection.run(STORE, [claimed.name], args));
      },
      release: () => this.#settle(claimed, this.#releasing(claimed)),
    };
  }

  async #begin(claimed: ClaimedKey): Promise<void> {
    const { session } = this.#context;
    const [status] = await session.run(session.current(), BEGIN, claimed.name, [claimed.token]);
    if (status !== 'ok') throw new CoordinationError('unavailable', 'another one has the key');
    claimed.hasBegun = true;
  }

  #settle(claimed: ClaimedKey, command: () => Promise<unknown>): Promise<void> {
    const isOpen = this.#claimed.delete(claimed);
    return isOpen ? this.#context.pending.send(command) : Promise.resolve();
  }

  #releasing({ name, token }: ClaimedKey): () => Promise<unknown> {
    return () => this.#context.connection.run(RELEASE, [name], [token]);
  }
}

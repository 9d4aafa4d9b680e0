import {
  CoordinationError,
  RECORD_MS,
  type Claim,
  type IdempotencyRecords,
  type OpenRecord,
  type RecordKey,
} from '../coordination.js';
import type { Means } from './place.js';
import { BEGIN, CLAIM, RELEASE, REOPEN, STORE } from './scripts/record-scripts.js';
import type { Tenure } from './tenure.js';

/** A key that is ours to run. */
interface Open {
  name: string;
  fingerprint: string;
  token: string;
  hasBegun: boolean;
}

/** Requests by their caller's key, in Redis. What is open is held by the session of its process. */
export class RedisRecords implements IdempotencyRecords {
  readonly #means: Means;
  readonly #open = new Set<Open>();

  constructor(means: Means) {
    this.#means = means;
  }

  async claim({ scope, key, fingerprint }: RecordKey): Promise<Claim> {
    const { session, keys } = this.#means;
    const tenure = session.current();
    const token = tenure.nextTicket();
    const open: Open = { name: keys.record(scope, key), fingerprint, token, hasBegun: false };
    const args = [fingerprint, token, tenure.id, keys.sessions, RECORD_MS];
    try {
      const [status, , code, body] = await session.run(tenure, CLAIM, open.name, args);
      if (status === 'fresh') return { type: 'fresh', record: this.#recordOf(open) };
      if (status !== 'answered') return { type: status as 'in_flight' | 'mismatch' | 'abandoned' };
      return { type: 'answered', answer: { status: Number(code), body: String(body) } };
    } catch (error) {
      // It may be ours without our knowing.
      void this.#means.outbox.send(this.#releasing(open));
      throw error;
    }
  }

  /** What is open goes on under the new session. */
  reopen(tenure: Tenure): void {
    for (const { name, fingerprint, token, hasBegun } of this.#open) {
      const args = [fingerprint, token, tenure.id, hasBegun ? '1' : '', RECORD_MS];
      this.#means.session.run(tenure, REOPEN, name, args).catch(() => undefined);
    }
  }

  #recordOf(open: Open): OpenRecord {
    this.#open.add(open);
    return {
      begin: () => this.#begin(open),
      store: ({ status, body }) => {
        const args = [open.token, open.fingerprint, status, body, RECORD_MS];
        return this.#settle(open, () => this.#means.connection.run(STORE, [open.name], args));
      },
      release: () => this.#settle(open, this.#releasing(open)),
    };
  }

  async #begin(open: Open): Promise<void> {
    const { session } = this.#means;
    const [status] = await session.run(session.current(), BEGIN, open.name, [open.token]);
    if (status !== 'ok') throw new CoordinationError('unavailable', 'another one has the key');
    open.hasBegun = true;
  }

  #settle(open: Open, tell: () => Promise<unknown>): Promise<void> {
    return this.#open.delete(open) ? this.#means.outbox.send(tell) : Promise.resolve();
  }

  #releasing({ name, token }: Open): () => Promise<unknown> {
    return () => this.#means.connection.run(RELEASE, [name], [token]);
  }
}

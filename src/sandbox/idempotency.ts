import { createHash } from 'node:crypto';
import type { Clock } from '../base/time.js';
import { isSuccess, type Answer } from './answer.js';
import { refuse } from './refusal.js';

const KEY_PATTERN = /^[A-Za-z0-9_-]{1,255}$/;
const KEYED_BODY_LIMIT = 256 * 1024;
const KEPT_MS = 24 * 60 * 60 * 1000;

export interface KeyedRequest {
  /** The values of every Idempotency-Key header the request carries. */
  keys: readonly string[];
  method: string;
  path: string;
  query: string;
  body: Buffer;
}

interface Entry {
  fingerprint: string;
  startedAt: number;
  /** Undefined while the request is in flight. */
  answer?: Answer;
}

/** Remembers the requests that carry an Idempotency-Key; only successes are kept for replay. */
export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `work`, or answers for it when its key is known. */
  async run(request: KeyedRequest, work: () => Promise<Answer>): Promise<Answer> {
    if (request.keys.length === 0) return work();
    const id = `${request.method} ${request.path} ${validKey(request)}`;
    const fingerprint = fingerprintOf(request);
    const known = this.#find(id);
    if (known !== undefined) return replay(known, fingerprint);
    const entry: Entry = { fingerprint, startedAt: this.#clock.now().getTime() };
    this.#entries.set(id, entry);
    try {
      const answer = await work();
      if (isSuccess(answer)) entry.answer = answer;
      return answer;
    } finally {
      if (entry.answer === undefined) this.#entries.delete(id);
    }
  }

  #find(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    return this.#clock.now().getTime() - entry.startedAt < KEPT_MS ? entry : undefined;
  }
}

function validKey({ keys, body }: KeyedRequest): string {
  const [key = ''] = keys;
  if (keys.length > 1 || !KEY_PATTERN.test(key)) {
    throw refuse(400, { ...pointed, detail: 'The Idempotency-Key header is not valid.' });
  }
  if (body.length > KEYED_BODY_LIMIT) {
    const detail = 'A request with an Idempotency-Key may have a body of at most 256 KB.';
    throw refuse(413, { detail });
  }
  return key;
}

function replay({ fingerprint: stored, answer }: Entry, fingerprint: string): Answer {
  if (stored !== fingerprint) {
    const detail = 'This Idempotency-Key was used for another request.';
    throw refuse(422, { ...pointed, detail });
  }
  if (answer === undefined) {
    const detail = 'A request with this Idempotency-Key is still being processed.';
    throw refuse(409, { ...pointed, detail });
  }
  if (answer.type !== 'whole') return answer;
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
}

const pointed = { source: { pointer: '/header/Idempotency-Key' } };

/** Method and path are part of the match itself; query and body must be the same to the byte. */
function fingerprintOf({ query, body }: KeyedRequest): string {
  return createHash('sha256').update(`${query}\n`).update(body).digest('base64');
}

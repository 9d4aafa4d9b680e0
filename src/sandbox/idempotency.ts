import { createHash } from 'node:crypto';
import type { Clock } from '../base/time.js';
import { isSuccess, refuse, type Answer } from './call.js';

const KEY_PATTERN = /^[A-Za-z0-9_-]{1,255}$/;
const MAX_KEYED_BODY_BYTES = 256 * 1024;
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

export interface KeyedRequest {
  /** The value of each Idempotency-Key header. */
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

/** The requests with an Idempotency-Key. Only a success is replayed. */
export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs the request, or replays the answer that its key has. */
  async run(request: KeyedRequest, operate: () => Promise<Answer>): Promise<Answer> {
    if (request.keys.length === 0) return operate();
    const id = `${request.method} ${request.path} ${validKey(request)}`;
    const fingerprint = fingerprintOf(request);
    const known = this.#find(id);
    if (known !== undefined) return replay(known, fingerprint);
    const entry: Entry = { fingerprint, startedAt: this.#clock.now().getTime() };
    this.#entries.set(id, entry);
    try {
      const answer = await operate();
      if (isSuccess(answer)) entry.answer = answer;
      return answer;
    } finally {
      if (entry.answer === undefined) this.#entries.delete(id);
    }
  }

  #find(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    return this.#clock.now().getTime() - entry.startedAt < MAX_AGE_MS ? entry : undefined;
  }
}

function validKey({ keys, body }: KeyedRequest): string {
  const [key = ''] = keys;
  if (keys.length > 1 || !KEY_PATTERN.test(key)) {
    throw refuse(400, { ...SOURCE, detail: 'The Idempotency-Key header is not valid.' });
  }
  if (body.length > MAX_KEYED_BODY_BYTES) {
    const detail = 'A request with an Idempotency-Key may have a body of at most 256 KB.';
    throw refuse(413, { detail });
  }
  return key;
}

function replay({ fingerprint: stored, answer }: Entry, fingerprint: string): Answer {
  if (stored !== fingerprint) {
    const detail = 'This Idempotency-Key was used for another request.';
    throw refuse(422, { ...SOURCE, detail });
  }
  if (answer === undefined) {
    const detail = 'A request with this Idempotency-Key is still being processed.';
    throw refuse(409, { ...SOURCE, detail });
  }
  if (answer.type !== 'whole') return answer;
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
}

const SOURCE = { source: { pointer: '/header/Idempotency-Key' } };

/** Query and body must be the same to the byte. Method and path are part of the entry's id. */
function fingerprintOf({ query, body }: KeyedRequest): string {
  return createHash('sha256').update(`${query}\n`).update(body).digest('base64');
}

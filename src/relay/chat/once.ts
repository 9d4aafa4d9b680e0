import { hash } from 'node:crypto';
import type { Call } from '../call.js';
import type { Claim, IdempotencyRecords, OpenRecord } from '../coordination/coordination.js';
import { errorBody, Refusal, retryAfter } from '../http/answer.js';
import { CHAT_FAILED, type Outcome } from './outcome.js';

/** Visible characters; a header that came twice has a comma and a space in it. */
const KEY = /^[!-~]{1,255}$/;
/** Everyone, where nobody has a token of their own. */
const ANYONE = 'anyone';

/** The caller's own name for a request. Throws a 400. */
export function idempotencyKey({ request }: Call): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key;
  throw new Refusal(400, 'Invalid Idempotency-Key');
}

export interface Keyed {
  key: string;
  call: Call;
  /** As it came. */
  body: Buffer;
  /** Its conversation as the caller has it, for a turn that nobody knows more of. */
  handle: string | undefined;
}

/** Runs a request, unless it was run before: then its caller gets the same answer. Throws 409 and 422. */
export async function once(
  { key, call, body, handle }: Keyed,
  records: IdempotencyRecords,
  run: (record: OpenRecord) => Promise<Outcome>,
): Promise<Outcome> {
  const fingerprint = hash('sha256', body, 'base64');
  const claim = await records.claim({ scope: call.facts.caller ?? ANYONE, key, fingerprint });
  if (claim.type !== 'fresh') {
    const outcome = earlierOutcome(claim, handle);
    call.facts.isReplay = true;
    return outcome;
  }
  const outcome = await run(claim.record);
  const { status, body: text } = outcome;
  // Before the answer is out: who misses it and asks again at once is to find it.
  if (outcome.isSettled) await claim.record.store({ status, body: text });
  else await claim.record.release();
  return outcome;
}

function earlierOutcome(
  claim: Exclude<Claim, { type: 'fresh' }>,
  handle: string | undefined,
): Outcome {
  const headers = { 'idempotent-replayed': 'true' };
  switch (claim.type) {
    case 'answered':
      return { ...claim.answer, headers, isSettled: true };
    case 'abandoned':
      return {
        status: 502,
        body: errorBody(CHAT_FAILED, handle),
        headers,
        isSettled: true,
      };
    case 'in_flight':
      throw new Refusal(
        409,
        'A request with this Idempotency-Key is in progress',
        retryAfter(1_000),
      );
    case 'mismatch':
      throw new Refusal(422, 'This Idempotency-Key was used for another request');
  }
}

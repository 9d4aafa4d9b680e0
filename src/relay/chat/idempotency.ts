import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Claim, IdempotencyRecords, OpenRecord } from '../coordination/coordination.js';
import { errorBody, Refusal, retryAfter } from '../http/answer.js';
import { CHAT_FAILED, type Outcome } from './outcome.js';
import type { ChatTurn } from './run-turn.js';

/** Visible ASCII. Node joins a repeated header with a comma and a space, which this refuses. */
const KEY = /^[!-~]{1,255}$/;
/** The scope of all keys where there are no tokens. */
const ANYONE = 'anyone';

/** Throws a 400. */
export function idempotencyKey({ headers }: IncomingMessage): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key;
  throw new Refusal(400, 'Invalid Idempotency-Key');
}

export function claimKey(
  key: string,
  { call, body }: ChatTurn,
  records: IdempotencyRecords,
): Promise<Claim> {
  const fingerprint = hash('sha256', body, 'base64');
  return records.claim({ scope: call.facts.caller ?? ANYONE, key, fingerprint });
}

/** The outcome of the earlier request with this key. Throws 409 and 422. */
export function earlierOutcome(
  claim: Exclude<Claim, { type: 'fresh' }>,
  { call, request }: ChatTurn,
): Outcome {
  if (claim.type === 'in_flight') {
    const message = 'A request with this Idempotency-Key is in progress';
    throw new Refusal(409, message, retryAfter(1_000));
  }
  if (claim.type === 'mismatch') {
    throw new Refusal(422, 'This Idempotency-Key was used for another request');
  }
  call.facts.isReplay = true;
  const answer =
    claim.type === 'answered'
      ? claim.answer
      : { status: 502, body: errorBody(CHAT_FAILED, request.conversationId) };
  return { ...answer, headers: { 'idempotent-replayed': 'true' }, isSettled: true };
}

/** Keeps the outcome for repeated requests, or frees the key when the turn was not run. */
export function settleKey(record: OpenRecord, outcome: Outcome): Promise<void> {
  const { status, body, isSettled } = outcome;
  return isSettled ? record.store({ status, body }) : record.release();
}

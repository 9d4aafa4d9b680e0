import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../base/errors.js';
import { TurnStop, type Claim } from '../coordination/coordination.js';
import { assertNoForm, assertOrigin, assertPlainBody } from '../exposure/browser-guards.js';
import { takeAllowance, assertToken } from '../exposure/callers.js';
import { busy, errorBody, Refusal, retryAfter, sendJson } from '../http/answer.js';
import type { Call, RelayState } from '../state.js';
import { EventStream, wantsEvents } from './event-stream.js';
import { CHAT_FAILED, type Outcome, parseChatRequest } from './contract.js';
import { runTurn, type ChatTurn } from './turn.js';

/** `POST /chat`: one turn. */
export async function chat(call: Call, state: RelayState): Promise<void> {
  const { tokens, rate, origins, bodies } = state;
  const { request } = call;
  assertOrigin(request, origins);
  if (tokens) await assertToken(call, state);
  assertNoForm(request);
  assertPlainBody(request);
  if (rate) await takeAllowance(call, state);
  const key = idempotencyKey(request);
  assertCapacity(call, state);
  const body = await bodies.read(call);
  // It may have come before the relay was told to end.
  if (!state.keepsConnections) call.response.shouldKeepAlive = false;
  try {
    const turn = openTurn(call, body, state);
    const answered = answer(turn, key, state);
    if (key !== undefined) call.turnEnd = answered.catch(() => undefined);
    await answered;
  } finally {
    bodies.release(body);
  }
}

/** Throws a 503, or a 429 for a caller that has too many turns of its own. */
function assertCapacity({ facts }: Call, state: RelayState): void {
  const { isEnding, running, maxTurns, maxTurnsPerToken } = state;
  if (isEnding) throw busy('The relay is ending');
  if (running.length >= maxTurns) throw busy('Too many requests in flight');
  if (maxTurnsPerToken === undefined || facts.caller === undefined) return;
  const own = running.filter(({ call }) => call.facts.caller === facts.caller);
  if (own.length < maxTurnsPerToken) return;
  throw new Refusal(429, 'Too many turns at once', retryAfter(1_000));
}

/** Throws the 400s, 404 and 503 of the contract. */
function openTurn(call: Call, body: Buffer, state: RelayState): ChatTurn {
  const { facts } = call;
  const request = parseChatRequest(body);
  const { conversationId: id } = request;
  if (id !== undefined) facts.conversationId = state.conversationIds.verify(id, facts.caller);
  facts.message = request.message;
  assertCapacity(call, state);
  const stream = wantsEvents(call.request) ? new EventStream(call) : undefined;
  return { call, request, body, stream, stop: new TurnStop() };
}

/** A turn with an idempotency key goes on without its caller, who may ask for the answer again. */
async function answer(turn: ChatTurn, key: string | undefined, state: RelayState): Promise<void> {
  const { call, stream, stop } = turn;
  const { running } = state;
  running.push(turn);
  if (key === undefined) {
    call.onLeave = () => stop.abort(new AppError('interrupted', 'the caller left'));
  }
  try {
    const outcome = await (key === undefined ? runTurn(turn, state) : runOnce(turn, key, state));
    call.facts.status = outcome.status;
    if (stream) stream.end(outcome);
    else sendJson(call, outcome);
  } finally {
    running.splice(running.indexOf(turn), 1);
  }
}

/** Throws 409 and 422 for an idempotency key that is in use. */
async function runOnce(turn: ChatTurn, key: string, state: RelayState): Promise<Outcome> {
  const scope = turn.call.facts.caller ?? ANYONE;
  const fingerprint = hash('sha256', turn.body, 'base64');
  const claim = await state.coordination.records.claim({ scope, key, fingerprint });
  if (claim.type !== 'fresh') return earlierOutcome(claim, turn);
  const { record } = claim;
  const outcome = await runTurn(turn, state, record);
  const { status, body, isSettled } = outcome;
  // Stored before it is sent: a caller who misses the answer may repeat the request at once.
  await (isSettled ? record.store({ status, body }) : record.release());
  return outcome;
}

/** Visible ASCII. Node joins a repeated header with a comma and a space, which this refuses. */
const KEY = /^[!-~]{1,255}$/;
/** The scope of all keys where there are no tokens. */
const ANYONE = 'anyone';

/** Throws a 400. */
function idempotencyKey({ headers }: IncomingMessage): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key;
  throw new Refusal(400, 'Invalid Idempotency-Key');
}

/** The outcome of the earlier request with this key. */
function earlierOutcome(
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

import { AppError } from '../../base/errors.js';
import type { Call } from '../call.js';
import { assertToken } from '../exposure/bearer-tokens.js';
import { assertNoForm, assertOrigin } from '../exposure/browser-guards.js';
import { busy, sendJson, Refusal, retryAfter } from '../http/answer.js';
import type { RelayState } from '../relay-state.js';
import { parseChatRequest } from './chat-request.js';
import { EventStream, wantsEvents } from './event-stream.js';
import { claimKey, earlierOutcome, idempotencyKey, settleKey } from './idempotency.js';
import type { Outcome } from './outcome.js';
import { runTurn, type ChatTurn } from './run-turn.js';

/** `POST /chat`: one turn. */
export async function chat(call: Call, state: RelayState): Promise<void> {
  await admit(call, state);
  const key = idempotencyKey(call.request);
  assertCapacity(state);
  const body = await state.bodies.read(call);
  try {
    const turn = openTurn(call, { body, key }, state);
    const answered = answer(turn, state);
    if (key === undefined) stopWhenCallerLeaves(turn, state);
    else call.turnEnd = answered.catch(() => undefined);
    await answered;
  } finally {
    state.bodies.release(body);
  }
}

/** Checks origin, token, content type and rate limit. Throws 401, 403, 415 and 429. */
async function admit(call: Call, state: RelayState): Promise<void> {
  const { tokens, rate, coordination, origins } = state;
  const { request, facts } = call;
  assertOrigin(request, origins);
  if (tokens) assertToken(call, tokens);
  assertNoForm(request);
  if (!rate) return;
  const caller = facts.caller ?? `address ${request.socket.remoteAddress ?? ''}`;
  const waitMs = await coordination.limits.take(caller, rate);
  if (waitMs > 0) throw new Refusal(429, 'Too many requests', retryAfter(waitMs));
}

function assertCapacity({ isDraining, running, maxTurns }: RelayState): void {
  if (isDraining || running.length >= maxTurns) throw busy('Too many requests in flight');
}

/** Throws the 400s, 404 and 503 of the contract. */
function openTurn(
  call: Call,
  { body, key }: { body: Buffer; key: string | undefined },
  state: RelayState,
): ChatTurn {
  const { facts, response } = call;
  const request = parseChatRequest(body);
  const { conversationId: id } = request;
  if (id !== undefined) facts.conversationId = state.conversationIds.verify(id, facts.caller);
  facts.message = request.message;
  assertCapacity(state);
  const stream = wantsEvents(call.request) ? new EventStream(response) : undefined;
  return { call, request, body, key, stream, stop: state.controllers.take() };
}

/** A turn with an idempotency key goes on, since its caller may ask for the answer again. */
function stopWhenCallerLeaves(turn: ChatTurn, { running }: RelayState): void {
  const { response } = turn.call;
  response.once('close', () => {
    // The controller of a turn that is over may belong to another turn by now.
    if (response.writableFinished || !running.includes(turn)) return;
    turn.stop.abort(new AppError('interrupted', 'the caller left'));
  });
}

async function answer(turn: ChatTurn, state: RelayState): Promise<void> {
  const { call, stream } = turn;
  state.running.push(turn);
  try {
    const outcome = await runOnce(turn, state);
    if (stream) stream.end(outcome);
    else sendJson(call.response, outcome.status, outcome.body, outcome.headers);
  } finally {
    state.running.splice(state.running.indexOf(turn), 1);
    state.controllers.giveBack(turn.stop);
  }
}

/** Throws 409 and 422 for an idempotency key that is in use. */
async function runOnce(turn: ChatTurn, state: RelayState): Promise<Outcome> {
  if (turn.key === undefined) return runTurn(turn, state);
  const claim = await claimKey(turn.key, turn, state.coordination.records);
  if (claim.type !== 'fresh') return earlierOutcome(claim, turn);
  const outcome = await runTurn(turn, state, claim.record);
  // Stored before it is sent: a caller who misses the answer may repeat the request at once.
  await settleKey(claim.record, outcome);
  return outcome;
}

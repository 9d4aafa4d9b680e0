import type { IncomingMessage } from 'node:http';
import { AppError, isStop } from '../../base/errors.js';
import { CoordinationError, type Lease, type OpenRecord } from '../coordination/coordination.js';
import type { CallFacts, RelayState, RunningTurn } from '../state.js';
import type { EventStream } from './event-stream.js';
import { failed, replied, type Outcome, TRACE_PARENT, type ChatRequest } from './contract.js';

/** A turn that a caller asked for with `POST /chat`. */
export interface ChatTurn extends RunningTurn {
  readonly request: ChatRequest;
  readonly body: Buffer;
  /** Undefined: the answer is JSON. */
  readonly stream: EventStream | undefined;
}

/** Runs a turn after the earlier ones of its conversation. Never rejects. */
export async function runTurn(
  turn: ChatTurn,
  state: RelayState,
  record?: OpenRecord,
): Promise<Outcome> {
  const { facts } = turn.call;
  const callersId = (id: string): string => state.conversationIds.sign(id, facts.caller);
  let lease: Lease | undefined;
  let isAdmitted = false;
  try {
    // A conversation that is yet to be created has no other turns.
    if (facts.conversationId !== undefined) {
      const entered = enter(turn, facts.conversationId, state);
      lease = entered instanceof Promise ? await entered : entered;
    }
    const admitted = state.admission.enter(turn.stop);
    if (admitted) await waitForLongReplies(admitted, turn, state);
    isAdmitted = true;
    if (record) await record.begin();
    const { conversationId, reply } = await replyTo(turn, state);
    // The log says nothing of a turn that succeeded, and a slow reader would keep it.
    facts.reply = undefined;
    return replied(callersId(conversationId), reply);
  } catch (error) {
    facts.error = error;
    // Its words are our own: the log need not look for the reply in them.
    if (error instanceof AppError && isStop(error)) facts.reply = undefined;
    const { conversationId: id } = facts;
    return failed(error, id === undefined ? undefined : callersId(id));
  } finally {
    if (isAdmitted) state.admission.leave();
    lease?.leave();
  }
}

/** Without a promise where there is nothing to wait for, which is most often and saves its time. */
function enter(turn: ChatTurn, conversationId: string, state: RelayState): Lease | Promise<Lease> {
  const entered = state.coordination.turns.enter(conversationId, turn.stop);
  if (entered instanceof Promise) return waitForEarlierTurns(entered, turn, state);
  turn.call.facts.waitedMs = 0;
  return entered;
}

async function waitForEarlierTurns(
  entered: Promise<Lease>,
  { call, stop }: ChatTurn,
  state: RelayState,
): Promise<Lease> {
  const startedAt = state.clock.monotonic();
  const giveUp = (): void =>
    stop.abort(new CoordinationError('queue_full', 'waited too long for earlier turns'));
  state.waiting++;
  try {
    const lease = await withinTimeout(entered, giveUp, state);
    call.facts.waitedMs = state.clock.monotonic() - startedAt;
    return lease;
  } finally {
    state.waiting--;
  }
}

const TOO_CROWDED = 'waited too long for long replies to be read';

function waitForLongReplies(
  admitted: Promise<void>,
  { stop }: ChatTurn,
  state: RelayState,
): Promise<void> {
  const giveUp = (): void =>
    stop.abort(new AppError('timeout', TOO_CROWDED, { delivery: 'not_sent' }));
  return withinTimeout(admitted, giveUp, state);
}

/** Gives up a wait that takes longer than a turn may: nothing has been sent yet. */
function withinTimeout<T>(
  wait: Promise<T>,
  giveUp: () => void,
  { turnTimeoutMs }: RelayState,
): Promise<T> {
  const timer = setTimeout(giveUp, turnTimeoutMs);
  return wait.finally(() => clearTimeout(timer));
}

async function replyTo(
  { call, request, stream, stop }: ChatTurn,
  { takeTurn, clock }: RelayState,
): Promise<{ conversationId: string; reply: string }> {
  const { facts } = call;
  const { message: text, name: speaker } = request;
  const { conversationId } = facts;
  const traceparent = traceParent(call.request);
  const input = { text, conversationId, speaker, stream: stream !== undefined, traceparent };
  for await (const event of takeTurn(input, stop)) {
    if (event.type === 'start') facts.conversationId = event.conversationId;
    else if (event.type === 'delta') {
      facts.firstTokenMs ??= clock.monotonic() - call.startedAt;
      facts.reply = (facts.reply ?? '') + event.text;
      if (stream) await stream.delta(event.text);
    } else if (event.type === 'done') {
      const rest = restOf(event.turn.reply, facts);
      if (stream && rest !== '') await stream.delta(rest);
      return event.turn;
    }
  }
  throw new Error('the turn ended without a reply');
}

/** The caller's trace context, if it has one (W3C). */
function traceParent({ headers }: IncomingMessage): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' && TRACE_PARENT.test(traceparent)
    ? traceparent
    : undefined;
}

/**
 * The text that a final reply adds to the streamed one. None when it does not begin with the streamed text: the
 * caller gets it whole, with `done`.
 */
function restOf(reply: string, { reply: received = '' }: CallFacts): string {
  // The usual case needs no comparison, for which V8 would join the pieces of both texts.
  if (reply.length <= received.length) return '';
  return reply.startsWith(received) ? reply.slice(received.length) : '';
}

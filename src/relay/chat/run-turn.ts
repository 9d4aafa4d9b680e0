import type { ReplyEvent } from '../../turn/events.js';
import type { CallFacts } from '../call.js';
import { CoordinationError, type Lease, type OpenRecord } from '../coordination/coordination.js';
import type { RelayState, RunningTurn } from '../relay-state.js';
import type { ChatRequest } from './chat-request.js';
import type { EventStream } from './event-stream.js';
import { failed, replied, type Outcome } from './outcome.js';

/** A turn that a caller asked for with `POST /chat`. */
export interface ChatTurn extends RunningTurn {
  readonly request: ChatRequest;
  readonly body: Buffer;
  /** The idempotency key. */
  readonly key: string | undefined;
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
  try {
    lease = await waitForEarlierTurns(turn, state);
    await record?.begin();
    const reply = await replyTo(turn, state);
    return replied(callersId(reply.conversationId), reply.text);
  } catch (error) {
    facts.error = error;
    const { conversationId: id } = facts;
    return failed(error, id === undefined ? undefined : callersId(id));
  } finally {
    lease?.leave();
  }
}

/** A conversation that is yet to be created has no other turns. */
async function waitForEarlierTurns(turn: ChatTurn, state: RelayState): Promise<Lease | undefined> {
  const { call, stop } = turn;
  const { conversationId } = call.facts;
  const { clock, coordination, turnTimeoutMs } = state;
  if (conversationId === undefined) return undefined;
  const startedAt = clock.monotonic();
  const timer = setTimeout(
    () => stop.abort(new CoordinationError('queue_full', 'waited too long for earlier turns')),
    turnTimeoutMs,
  );
  try {
    const lease = await coordination.turns.enter(conversationId, stop.signal);
    call.facts.waitedMs = clock.monotonic() - startedAt;
    return lease.lost ? stoppedWhenLost(lease, lease.lost, stop) : lease;
  } finally {
    clearTimeout(timer);
  }
}

/** A lease whose loss stops the turn. */
function stoppedWhenLost(lease: Lease, lost: AbortSignal, stop: AbortController): Lease {
  const onLost = (): void => stop.abort(lost.reason);
  if (lost.aborted) onLost();
  lost.addEventListener('abort', onLost);
  return {
    leave() {
      lost.removeEventListener('abort', onLost);
      lease.leave();
    },
  };
}

async function replyTo(
  { call, request, stream, stop }: ChatTurn,
  { takeTurn }: RelayState,
): Promise<{ conversationId: string; text: string }> {
  const { facts } = call;
  const { message: text, name: speaker } = request;
  const input = {
    text,
    conversationId: facts.conversationId,
    speaker,
    stream: stream !== undefined,
  };
  for await (const event of takeTurn(input, stop.signal)) {
    if (event.type === 'start') facts.conversationId = event.conversationId;
    const added = addedText(event, facts);
    if (stream && added !== '') await stream.delta(added);
    if (event.type !== 'done') continue;
    const { conversationId, reply } = event.turn;
    return { conversationId, text: reply };
  }
  throw new Error('the turn ended without a reply');
}

/**
 * The text that an event adds to the streamed reply. A final reply that does not begin with the streamed text
 * adds nothing: the caller gets it with `done`.
 */
function addedText(event: ReplyEvent, facts: CallFacts): string {
  const { reply: received = '' } = facts;
  if (event.type === 'delta') {
    facts.reply = received + event.text;
    return event.text;
  }
  if (event.type !== 'done' || !event.turn.reply.startsWith(received)) return '';
  return event.turn.reply.slice(received.length);
}

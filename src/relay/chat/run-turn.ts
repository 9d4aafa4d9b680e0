import type { ReplyEvent, TurnRequest } from '../../turn/events.js';
import { CoordinationError, type Lease, type TurnOrder } from '../coordination/coordination.js';
import { failed, replied, type Outcome } from './outcome.js';

/** What a caller asks for. */
export type CallerTurn = Pick<TurnRequest, 'conversationId' | 'text' | 'speaker' | 'stream'>;

/** Runs one turn with the assistant; rejects with AppErrors that say what was delivered. */
export type TakeTurn = (input: CallerTurn, signal: AbortSignal) => AsyncIterable<ReplyEvent>;

export interface TurnRun {
  takeTurn: TakeTurn;
  turns: TurnOrder;
  /** Ends the turn: aborted by the caller's leaving, and here when its place in the order is lost. */
  stop: AbortController;
  /** Told when the earlier turns of its conversation are over. */
  onEnter: () => void;
  /** How long it may wait for earlier turns of its conversation, in milliseconds. */
  longestWaitMs: number;
  /** An id as callers know it. */
  seal: (conversationId: string) => string;
  /** Before anything is sent. */
  onBegin?: (() => Promise<void>) | undefined;
  /** Each piece of the reply; what it gives is awaited. */
  onEvent?: ((event: ReplyEvent) => Promise<void> | void) | undefined;
}

export interface TurnOutcome {
  outcome: Outcome;
  /** As the API knows it; undefined when none was made. */
  conversationId: string | undefined;
}

/** Runs a turn when the earlier ones of its conversation are over. Never rejects. */
export async function runTurn(input: CallerTurn, run: TurnRun): Promise<TurnOutcome> {
  let { conversationId } = input;
  const named = (): string | undefined =>
    conversationId === undefined ? undefined : run.seal(conversationId);
  let lease: Lease | undefined;
  try {
    // Nobody else knows a conversation that is yet to be created.
    if (conversationId !== undefined) {
      lease = await enter(conversationId, run);
      run.onEnter();
    }
    if (run.onBegin) await run.onBegin();
    for await (const event of run.takeTurn(input, run.stop.signal)) {
      if (event.type === 'start') ({ conversationId } = event);
      if (run.onEvent) await run.onEvent(event);
      if (event.type === 'done') {
        const { turn } = event;
        const outcome = replied(run.seal(turn.conversationId), turn.reply);
        return { outcome, conversationId };
      }
    }
    throw new Error('the turn ended without a reply');
  } catch (error) {
    return { outcome: failed(error, named()), conversationId };
  } finally {
    lease?.leave();
  }
}

async function enter(
  conversationId: string,
  { turns, stop, longestWaitMs }: TurnRun,
): Promise<Lease> {
  const timer = setTimeout(
    () => stop.abort(new CoordinationError('queue_full', 'waited too long for earlier turns')),
    longestWaitMs,
  );
  try {
    const lease = await turns.enter(conversationId, stop.signal);
    return lease.lost ? stoppedWhenLost(lease, lease.lost, stop) : lease;
  } finally {
    clearTimeout(timer);
  }
}

/** A lease whose loss ends the turn; when it is given back, that is over. */
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

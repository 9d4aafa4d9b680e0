import { AppError } from '../base/errors.js';
import type { RetryOptions } from '../base/retry.js';
import { Deadline, type CallOptions } from '../base/time.js';
import type { History } from '../conversations/conversation.js';
import type { SentTurn, TurnPorts } from './events.js';
import type { ListFinding } from './find-reply.js';
import { findTurn, type SoughtTurn } from './find-turn.js';
import { evidenceFor } from './list-evidence.js';
import { momentOf, type Moment, type ServerClock } from './server-clock.js';
import type { EarlierMessages } from './turn-memory.js';
import { mayStillRun } from './verdict.js';

/** Pauses between readings of the list, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000];
/** Limit on the search for a turn that the list does not show, or not clearly. */
const MAX_MISSING_MS = 30_000;
/** A turn that has ended but is not listed may still be listed within this time. */
const LISTING_DELAY_MS = 1_500;
/** A search has at least this time, whatever is left of the turn's own. */
const MIN_SEARCH_MS = 8_000;
/** Limit on one reading. */
const MAX_READING_MS = 10_000;
/** With less time there is no other reading; the pause before it takes a part of what is left. */
const MIN_READING_MS = 100;
const LAST_PAUSE_SHARE = 0.75;

/** A turn whose answer was lost. */
export interface LostTurn {
  turn: SentTurn;
  /** Why nobody knows whether it was run. */
  failure: AppError;
  earlier: EarlierMessages;
  /** The part of the reply that was received. */
  received: string;
  /** When it was sent for the first time without a refusal. */
  sentAt: Moment;
}

/** `safe`: the turn is not there and not running, so it may be sent again. */
export type SearchResult =
  { type: 'found'; reply: string } | { type: 'safe' } | { type: 'unknown' };

/** One reading of the list. `unreadable` may pass; `closed` means that the key may not read it. */
type ListReading = (ListFinding & { history: History }) | { type: 'unreadable' | 'closed' };

/** Searches the conversation of a lost turn until it is found, proved absent, or time is up. */
export async function search(
  ports: TurnPorts,
  lost: LostTurn,
  { signal, deadline }: RetryOptions,
): Promise<SearchResult> {
  const { clock, serverClock } = ports;
  const end = deadline.atLeast(MIN_SEARCH_MS);
  const endIfMissing = end.atMost(MAX_MISSING_MS);
  const listingDelay = new Deadline(clock, LISTING_DELAY_MS);
  const call = (): CallOptions => end.callOptions(signal, MAX_READING_MS);
  const evidenceOf = evidenceFor(ports, lost.turn);
  let history: History | undefined;
  for (let count = 0; ; count++) {
    const reading = await readOnce(ports, lost, call());
    if (reading.type === 'answered') return { type: 'found', reply: reading.reply };
    if (reading.type === 'closed') return { type: 'unknown' };
    if ('history' in reading) ({ history } = reading);
    const hasEnded = count > 0 && listingDelay.isOver && !mayStillRun(lost.failure);
    // The first reading asks as well: an assistant without history ends the search at once.
    if (reading.type === 'absent' && (hasEnded || count === 0)) {
      const evidence = await evidenceOf(reading.history, call());
      if (evidence === 'never') return { type: 'unknown' };
      if (evidence === 'full' && hasEnded) return { type: 'safe' };
    }
    const { leftMs } = reading.type === 'unanswered' ? end : endIfMissing;
    if (leftMs < MIN_READING_MS) return lastChance(history, lost, serverClock);
    const pauseMs = PAUSES_MS[Math.min(count, PAUSES_MS.length - 1)] ?? 0;
    const halvingMs = isTimeUnclear(reading)
      ? serverClock.halvingPause(momentOf(clock))
      : undefined;
    const isHalving = halvingMs !== undefined && halvingMs < leftMs - MIN_READING_MS;
    await clock.sleep(isHalving ? halvingMs : Math.min(pauseMs, leftMs * LAST_PAUSE_SHARE), signal);
  }
}

/** Whether a narrower window of the server's time may help. */
function isTimeUnclear({ type }: ListReading): boolean {
  return type === 'unclear' || type === 'unreadable';
}

async function readOnce(ports: TurnPorts, lost: LostTurn, call: CallOptions): Promise<ListReading> {
  try {
    const history = await ports.history(lost.turn.conversationId, call);
    return { ...findTurn(history, soughtTurn(lost, ports.serverClock)), history };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    return { type: error.kind === 'auth' ? 'closed' : 'unreadable' };
  }
}

/** The turn with its moments by the server's clock, as far as that is known by now. */
function soughtTurn({ turn, earlier, received, sentAt }: LostTurn, clock: ServerClock): SoughtTurn {
  const earlierTimes = earlier.times && {
    from: clock.windowAt(earlier.times.from),
    until: clock.windowAt(earlier.times.until),
  };
  return { text: turn.text, earlier, earlierTimes, received, sent: clock.windowAt(sentAt) };
}

/** Time is up: now a fairly narrow window of the server's time has to do. */
function lastChance(
  history: History | undefined,
  lost: LostTurn,
  clock: ServerClock,
): SearchResult {
  const sought = soughtTurn(lost, clock);
  const sent = { ...sought.sent, isSharp: sought.sent.isFair };
  const finding = history && findTurn(history, { ...sought, sent });
  return finding?.type === 'answered'
    ? { type: 'found', reply: finding.reply }
    : { type: 'unknown' };
}

import { AppError } from '../base/errors.js';
import type { RetryOptions } from '../base/retry.js';
import { Deadline, type CallOptions } from '../base/time.js';
import { inOrder } from '../conversations/messages.js';
import type { History } from '../conversations/conversation.js';
import type { SentTurn, TurnPorts } from './events.js';
import type { ListFinding } from './find-reply.js';
import { findTurn, type SoughtTurn } from './find-turn.js';
import { evidenceFor } from './list-evidence.js';
import { newestOf, recordOffset } from './record-times.js';
import { momentOf, type Moment, type TimeWindow } from './server-clock.js';
import type { EarlierMessages } from './turn-memory.js';
import { mayStillRun } from './verdict.js';

/** Pauses between readings of the list, in milliseconds; the last one repeats. */
const PAUSES_MS = [250, 500, 1_000, 2_000];
/** Limit on the search for a turn that the list does not show, or not clearly. */
const MAX_MISSING_MS = 30_000;
/** A turn that has ended but is not listed may still be listed within this time. */
const LISTING_DELAY_MS = 1_500;
/** Limit on the search for a turn that is over, by what the API said: its reply is stored or never will be. */
const MAX_ENDED_MS = 4_000;
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

/** A lost turn, and what the lists so far have shown of the time when it was sent. */
type SearchedTurn = LostTurn & Pick<SoughtTurn, 'sentAfter'>;

/** `safe`: the turn is not there and not running, so it may be sent again. */
export type SearchResult =
  { type: 'found'; reply: string } | { type: 'safe' } | { type: 'unknown' };

/** One reading of the list. `unreadable` may pass; `closed` means that the key may not read it. */
type ListReading = (ListFinding & { history: History }) | { type: 'unreadable' | 'closed' };

/** Searches the conversation of a lost turn until it is found, proved absent, or time is up. */
export async function search(
  ports: TurnPorts,
  lostTurn: LostTurn,
  { signal, deadline }: RetryOptions,
): Promise<SearchResult> {
  const lost: SearchedTurn = { ...lostTurn, sentAfter: -Infinity };
  const { clock, serverClock } = ports;
  const most = lost.failure.details.hasEnded ? MAX_ENDED_MS : Infinity;
  const end = deadline.atLeast(MIN_SEARCH_MS).atMost(most);
  const endIfMissing = end.atMost(MAX_MISSING_MS);
  const listingDelay = new Deadline(clock, LISTING_DELAY_MS);
  const call = (): CallOptions => end.callOptions(signal, MAX_READING_MS);
  const evidenceOf = evidenceFor(ports, lost.turn, lost.earlier.lastMessageAt);
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
    if (leftMs < MIN_READING_MS) return lastChance(history, lost, ports);
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

async function readOnce(
  ports: TurnPorts,
  lost: SearchedTurn,
  call: CallOptions,
): Promise<ListReading> {
  try {
    const history = await ports.history(lost.turn.conversationId, call);
    const elapsedMs = elapsed(lost.sentAt, momentOf(ports.clock));
    // Whatever is listed is not newer than now: so much earlier, at most, the turn was sent.
    lost.sentAfter = Math.max(lost.sentAfter, newestOf(history.messages) - elapsedMs);
    return { ...findTurn(history, soughtTurn(lost, history, ports)), history };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    return { type: error.kind === 'auth' ? 'closed' : 'unreadable' };
  }
}

/** At most: one of our clocks may have been stopped or set meanwhile. */
function elapsed(since: Moment, now: Moment): number {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
}

/** The turn with its moments by the clock of the records, or else by the server's, as far as it is known. */
function soughtTurn(
  { turn, earlier, received, sentAt, sentAfter }: SearchedTurn,
  { messages }: History,
  { clock, serverClock }: Pick<TurnPorts, 'clock' | 'serverClock'>,
): SoughtTurn {
  const now = momentOf(clock);
  const records = recordOffset(inOrder(messages), earlier.delivered, now);
  const window = (moment: Moment): TimeWindow => serverClock.windowAt(moment, records);
  const { times } = earlier;
  return {
    text: turn.text,
    earlier,
    earlierTimes: times && { from: window(times.from), until: window(times.until) },
    received,
    sent: window(sentAt),
    read: window(now),
    isByRecords: records !== undefined,
    sentAfter,
  };
}

/** Time is up: now a fairly narrow window of the server's time has to do. */
function lastChance(
  history: History | undefined,
  lost: SearchedTurn,
  ports: TurnPorts,
): SearchResult {
  if (!history) return { type: 'unknown' };
  const sought = soughtTurn(lost, history, ports);
  const sent = { ...sought.sent, isSharp: sought.sent.isFair };
  const finding = findTurn(history, { ...sought, sent });
  return finding.type === 'answered'
    ? { type: 'found', reply: finding.reply }
    : { type: 'unknown' };
}

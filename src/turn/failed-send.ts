// Loaded late by `deliver`: few sends fail.
import { AppError } from '../base/errors.js';
import { type RetryOptions, Deadline, type CallOptions } from '../base/time.js';
import { retentionOff } from '../conversations/assistants.js';
import { aiDisabled, type History } from '../conversations/conversation.js';
import { inOrder } from '../conversations/messages.js';
import type { SentTurn, TurnPorts } from './events.js';
import { type ListFinding, findTurn, type SoughtTurn } from './find-turn.js';
import { evidenceFor, newestOf, recordOffset } from './list-evidence.js';
import { SearchLimits, type ReadingFacts, mayStillRun } from './search-limits.js';
import { momentOf, type Moment, type TimeWindow } from './server-clock.js';
import type { EarlierMessages } from './turn-memory.js';

/**
 * Throws the failure when it stays unknown whether the turn was delivered. A search that is stopped leaves
 * it as unknown as before.
 */
export async function searchOrStop(
  ports: TurnPorts,
  lost: LostTurn,
  options: RetryOptions,
): Promise<Exclude<SearchResult, { type: 'unknown' }>> {
  const result = await search(ports, lost, options).catch((error: unknown) => {
    if (!options.signal.aborted) throw error;
    const stop = error instanceof AppError ? error : new AppError('interrupted', 'interrupted');
    throw stop.but({ delivery: 'unknown' });
  });
  if (result.type === 'unknown') throw lost.failure;
  return result;
}

/** The failure of a turn that was not run, as its conversation has shown. */
export function notRun(failure: AppError): AppError {
  return failure.but({
    delivery: failure.details.status === undefined ? 'not_sent' : 'refused',
  });
}

/** Limit on the request that explains a refused turn, in milliseconds. */
const MAX_EXPLANATION_MS = 5_000;

/**
 * A 400 may mean that a person has taken the conversation over, or that the assistant keeps no data,
 * without which Telnyx does not chat. It documents no code for either, so both are looked up.
 */
export async function explained(
  ports: TurnPorts,
  error: AppError,
  { turn, options }: { turn: SentTurn; options: RetryOptions },
): Promise<AppError> {
  if (error.kind === 'ai_disabled' || error.details.status !== 400) return error;
  const call = options.deadline.callOptions(options.signal, MAX_EXPLANATION_MS);
  // The first failure is the one to report: one of these says only that it has no explanation.
  const read = <T>(request: Promise<T>): Promise<T | undefined> => request.catch(() => undefined);
  const conversation = read(ports.getConversation(turn.conversationId, call));
  const assistant = read(ports.getAssistant(turn.assistantId, call));
  const isTakenOver = (await conversation)?.metadata['ai_disabled'] === 'true';
  if (isTakenOver) return aiDisabled({ ...error.details, cause: error.cause });
  return (await assistant)?.dataRetention === false ? retentionOff(error) : error;
}

/** A turn that has ended but is not listed may still be listed within this time. */
const LISTING_DELAY_MS = 1_500;

/** A turn whose answer was lost. */
interface LostTurn {
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
type SearchResult = { type: 'found'; reply: string } | { type: 'safe' } | { type: 'unknown' };

/** One reading of the list. `unreadable` may pass; `closed` means that the key may not read it. */
type ListReading =
  | (ListFinding & { history: History })
  | { type: 'unreadable'; isTimeout: boolean }
  | { type: 'closed' };

/** Searches the conversation of a lost turn until it is found, proved absent, or time is up. */
async function search(
  ports: TurnPorts,
  lostTurn: LostTurn,
  { signal, deadline }: RetryOptions,
): Promise<SearchResult> {
  const lost: SearchedTurn = { ...lostTurn, sentAfter: -Infinity };
  const { clock } = ports;
  const limits = new SearchLimits(clock, deadline, lost.failure);
  const listingDelay = new Deadline(clock, LISTING_DELAY_MS);
  const evidenceOf = evidenceFor(ports, lost.turn, lost.earlier.lastMessageAt);
  let complete: History | undefined;
  for (let count = 0; ; count++) {
    const reading = await readOnce(ports, lost, limits.callOptions(signal));
    if (reading.type === 'answered') return { type: 'found', reply: reading.reply };
    if (reading.type === 'closed') return { type: 'unknown' };
    if ('history' in reading && reading.history.isComplete) complete = reading.history;
    const hasEnded = count > 0 && listingDelay.isOver && !mayStillRun(lost.failure);
    // The first reading asks as well: an assistant without history ends the search at once.
    if (reading.type === 'absent' && (hasEnded || count === 0)) {
      const evidence = await evidenceOf(reading.history, limits.callOptions(signal));
      if (evidence === 'never') return { type: 'unknown' };
      if (evidence === 'full' && hasEnded) return { type: 'safe' };
    }
    const halvingMs = halvingPause(reading, ports);
    limits.note(factsOf(reading, halvingMs));
    // By now the server's time may be known well enough for a list that was read before.
    const reply = complete && replyIn(complete, { lost, ports, isLate: limits.isLate });
    if (reply !== undefined) return { type: 'found', reply };
    if (limits.isOver) return { type: 'unknown' };
    await clock.sleep(limits.pauseMs(halvingMs), signal);
  }
}

/** The pause until a reading narrows the window of the server's time most; undefined when that does not help. */
function halvingPause(
  { type }: ListReading,
  { clock, serverClock }: Pick<TurnPorts, 'clock' | 'serverClock'>,
): number | undefined {
  const isTimeUnclear = type === 'unclear' || type === 'unreadable';
  return isTimeUnclear ? serverClock.halvingPause(momentOf(clock)) : undefined;
}

function factsOf(reading: ListReading, halvingMs: number | undefined): ReadingFacts {
  const isPartial = 'history' in reading && !reading.history.isComplete;
  return {
    isListed: reading.type === 'unanswered',
    isBlurred: reading.type === 'unreadable' || isPartial || halvingMs !== undefined,
    isTimeout: reading.type === 'unreadable' && reading.isTimeout,
  };
}

async function readOnce(
  ports: TurnPorts,
  lost: SearchedTurn,
  call: CallOptions,
): Promise<ListReading> {
  try {
    const history = await ports.history(lost.turn.conversationId, call);
    const elapsedMs = elapsed(lost.sentAt, momentOf(ports.clock));
    // The newest message is not later than now, so the turn was sent at most this long before it.
    lost.sentAfter = Math.max(lost.sentAfter, newestOf(history.messages) - elapsedMs);
    return { ...findTurn(history, soughtTurn(lost, history, ports)), history };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    if (error.kind === 'auth') return { type: 'closed' };
    return { type: 'unreadable', isTimeout: error.kind === 'timeout' };
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

interface ReplyOptions {
  lost: SearchedTurn;
  ports: TurnPorts;
  isLate: boolean;
}

/** The reply in a complete list. When time is up, a fairly narrow window of the server's time is enough. */
function replyIn(history: History, { lost, ports, isLate }: ReplyOptions): string | undefined {
  const sought = soughtTurn(lost, history, ports);
  const sent = isLate ? { ...sought.sent, isSharp: sought.sent.isFair } : sought.sent;
  const finding = findTurn(history, { ...sought, sent });
  return finding.type === 'answered' ? finding.reply : undefined;
}

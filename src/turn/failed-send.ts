// Loaded late by `deliver`: few sends fail.
import { AppError, isStop } from '../base/errors.js';
import { type RetryOptions, Deadline, type CallOptions } from '../base/time.js';
import { retentionOff } from '../conversations/assistants.js';
import { aiDisabled, type History } from '../conversations/conversation.js';
import { inOrder } from '../conversations/messages.js';
import type { ReplyPart, SentTurn, TurnPorts } from './events.js';
import { type ListFinding, findTurn, type SoughtTurn } from './find-turn.js';
import { evidenceFor, newestOf, recordOffset } from './list-evidence.js';
import { SearchLimits, type ReadingFacts } from './search-limits.js';
import { momentOf, type Moment, type TimeWindow } from './server-clock.js';
import type { EarlierMessages } from './turn-memory.js';

/** A turn that was sent, and how that failed. */
interface FailedSend {
  turn: SentTurn;
  error: AppError;
  earlier: EarlierMessages;
  /** The part of the reply that was received. */
  received: string;
  /** When it was sent for the first time without a refusal. */
  sentAt: Moment;
}

/**
 * Gives the reply of a turn whose answer was lost and is found. Returns the failure of a turn that was not run,
 * and may be sent again; throws any other.
 */
export async function* recover(
  ports: TurnPorts,
  send: FailedSend,
  options: RetryOptions,
): AsyncGenerator<ReplyPart, { failure: AppError; wasSearched: boolean } | undefined, undefined> {
  const error = await explained(ports, send, options);
  const verdict = verdictOn(error);
  if (verdict === 'report') throw error;
  if (verdict === 'resend') return { failure: error, wasSearched: false };
  yield { type: 'search', error };
  const lost = { ...send, error, sentAfter: -Infinity };
  const reply = await search(ports, lost, options).catch((failed: unknown) => {
    if (!options.signal.aborted) throw failed;
    // A search that is stopped leaves it as unknown as before.
    const stop = failed instanceof AppError ? failed : new AppError('interrupted', 'interrupted');
    throw stop.but({ delivery: 'unknown' });
  });
  if (reply === undefined) {
    const delivery = error.details.status === undefined ? 'not_sent' : 'refused';
    return { failure: error.but({ delivery }), wasSearched: true };
  }
  yield { type: 'found', reply };
  return undefined;
}

/** The next step after a failed send of a turn. */
export type Verdict =
  /** It was not run: after a wait it may be sent again. */
  | 'resend'
  /** It may have been run: the conversation shows whether. */
  | 'search'
  /** Neither would help. */
  | 'report';

export function verdictOn(error: AppError): Verdict {
  const { kind, details } = error;
  const { delivery, status } = details;
  if (isStop(error)) return 'report';
  if (delivery === 'unknown') return 'search';
  if (delivery === 'not_sent')
    return kind === 'network' || kind === 'timeout' ? 'resend' : 'report';
  return WAITING_HELPS.includes(status ?? 0) ? 'resend' : 'report';
}

/** Refusals of a turn that pass: too many, another one running, and a 503 that says when to come back. */
const WAITING_HELPS = [409, 429, 503];

/** Timeouts of a gateway: the server behind it may still be running the turn. 524 is Cloudflare's. */
const GATEWAY_TIMEOUTS = [504, 524];

/**
 * Whether a turn may still be running after this failure. An error of Telnyx's own server ended it, and
 * so did a kept connection that died without a byte of answer. A timeout, a broken connection or a
 * gateway's error did not.
 */
export function mayStillRun({ details }: AppError): boolean {
  const { status, diedIdle = false, fromGateway = false } = details;
  if (fromGateway) return true;
  if (status === undefined) return !diedIdle;
  return status < 500 || GATEWAY_TIMEOUTS.includes(status);
}

/** Limit on the request that explains a refused turn, in milliseconds. */
const MAX_EXPLANATION_MS = 5_000;

/**
 * A 400 may mean that a person has taken the conversation over, or that the assistant keeps no data,
 * without which Telnyx does not chat. It documents no code for either, so both are looked up.
 */
async function explained(
  ports: TurnPorts,
  { turn, error }: FailedSend,
  options: RetryOptions,
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

/** A turn whose answer was lost, and what the lists so far have shown of the time when it was sent. */
type LostTurn = FailedSend & Pick<SoughtTurn, 'sentAfter'>;

/** A turn that has ended but is not listed may still be listed within this time. */
const LISTING_DELAY_MS = 1_500;

/** One reading of the list. */
type ListReading =
  (ListFinding & { history: History }) | { type: 'unreadable'; isTimeout: boolean };

/**
 * Searches the conversation of a lost turn. Gives its reply; undefined when the turn is not there and not
 * running. Throws its failure when time is up, or when nothing can be known.
 */
async function search(
  ports: TurnPorts,
  lost: LostTurn,
  { signal, deadline }: RetryOptions,
): Promise<string | undefined> {
  const { clock } = ports;
  const limits = new SearchLimits(clock, deadline, lost.error);
  const listingDelay = new Deadline(clock, LISTING_DELAY_MS);
  const evidenceOf = evidenceFor(ports, lost.turn, lost.earlier.lastMessageAt);
  let complete: History | undefined;
  for (let count = 0; ; count++) {
    const reading = await readOnce(ports, lost, limits.callOptions(signal));
    if (reading.type === 'answered') return reading.reply;
    if ('history' in reading && reading.history.isComplete) complete = reading.history;
    const hasEnded = count > 0 && listingDelay.isOver && !mayStillRun(lost.error);
    // The first reading asks as well: an assistant without history ends the search at once.
    if (reading.type === 'absent' && (hasEnded || count === 0)) {
      const evidence = await evidenceOf(reading.history, limits.callOptions(signal));
      if (evidence === 'never') throw lost.error;
      if (evidence === 'full' && hasEnded) return undefined;
    }
    const halvingMs = halvingPause(reading, ports);
    limits.note(factsOf(reading, halvingMs));
    // By now the server's time may be known well enough for a list that was read before.
    const reply = complete && replyIn(complete, { lost, ports, isLate: limits.isLate });
    if (reply !== undefined) return reply;
    if (limits.isOver) throw lost.error;
    await clock.sleep(limits.pauseMs(halvingMs), signal);
  }
}

/** The pause until a reading narrows the window of the server's time most; undefined when that does not help. */
function halvingPause(
  { type }: ListReading,
  { clock, serverClock }: TurnPorts,
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

async function readOnce(ports: TurnPorts, lost: LostTurn, call: CallOptions): Promise<ListReading> {
  try {
    const history = await ports.history(lost.turn.conversationId, call);
    const elapsedMs = elapsed(lost.sentAt, momentOf(ports.clock));
    // The newest message is not later than now, so the turn was sent at most this long before it.
    lost.sentAfter = Math.max(lost.sentAfter, newestOf(history.messages) - elapsedMs);
    return { ...findTurn(history, soughtTurn(lost, history, ports)), history };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof AppError)) throw error;
    // The key may not read the list, now or later.
    if (error.kind === 'auth') throw lost.error;
    return { type: 'unreadable', isTimeout: error.kind === 'timeout' };
  }
}

/** At most: one of our clocks may have been stopped or set meanwhile. */
function elapsed(since: Moment, now: Moment): number {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
}

/** The turn with its moments by the clock of the records, or else by the server's, as far as it is known. */
function soughtTurn(
  { turn, earlier, received, sentAt, sentAfter }: LostTurn,
  { messages }: History,
  { clock, serverClock }: TurnPorts,
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
  lost: LostTurn;
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

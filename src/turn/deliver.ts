import { AppError } from '../base/errors.js';
import { MAX_ATTEMPTS, waitAfter, waitBefore, type RetryOptions } from '../base/retry.js';
import { retentionOff } from '../conversations/assistants.js';
import { aiDisabled } from '../conversations/update.js';
import type { ReplyPart, SentTurn, TurnPorts } from './events.js';
import { search, type LostTurn, type SearchResult } from './search.js';
import { momentOf, type Moment } from './server-clock.js';
import type { EarlierMessages } from './turn-memory.js';
import { verdictOn } from './verdict.js';

interface DeliverOptions extends RetryOptions {
  /** What is known of messages with the same text that were sent before. */
  earlier: EarlierMessages;
}

/**
 * Sends one turn so that it is delivered once.
 *
 *     send ── done ──────────────────────────────→ reply
 *      │ ├── not run (not reached, 429, 409) ────→ wait, send again
 *      │ ├── refused ────────────────────────────→ report
 *      │ └── may have run → search ── found ─────→ reply
 *      │                       ├── safe: not there, not running → wait, send again
 *      │                       └── unknown ──────→ report, never sent again
 *      └── at most three sends
 *
 * @throws AppError whose `delivery` says whether the turn was delivered.
 */
export async function* deliver(
  ports: TurnPorts,
  turn: SentTurn,
  options: DeliverOptions,
): AsyncGenerator<ReplyPart> {
  const { signal, deadline, earlier } = options;
  // A send that was refused was not run. Only the list says so of the others: the first of them counts.
  let doubtedSince: Moment | undefined;
  for (let attempt = 1; ; attempt++) {
    const sentAt = momentOf(ports.clock);
    let received = '';
    try {
      for await (const event of ports.chat(turn, deadline.callOptions(signal))) {
        if (event.type === 'delta') received += event.text;
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      let failure = await explained(ports, error, { turn, options });
      const verdict = verdictOn(failure);
      if (verdict === 'report') throw failure;
      if (verdict === 'search') {
        yield { type: 'search', error: failure };
        doubtedSince ??= sentAt;
        const lost = { turn, failure, earlier, received, sentAt: doubtedSince };
        const result = await searchOrStop(ports, lost, options);
        if (result.type === 'found') {
          yield result;
          return;
        }
        if (result.type === 'unknown') throw failure;
        failure = notRun(failure);
      }
      const waitMs = waitBefore(attempt, failure);
      if (attempt === MAX_ATTEMPTS || !deadline.hasRoomFor(waitMs)) throw failure;
      yield { type: 'retry', attempt, waitMs, error: failure };
      await waitAfter(failure, waitMs, options);
    }
  }
}

/** A search that is stopped leaves it as unknown as before whether the turn was delivered. */
async function searchOrStop(
  ports: TurnPorts,
  lost: LostTurn,
  options: RetryOptions,
): Promise<SearchResult> {
  try {
    return await search(ports, lost, options);
  } catch (error) {
    if (!options.signal.aborted) throw error;
    const stop = error instanceof AppError ? error : new AppError('interrupted', 'interrupted');
    throw stop.but({ delivery: 'unknown' });
  }
}

/** The failure of a turn that was not run, as its conversation has shown. */
function notRun(failure: AppError): AppError {
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
async function explained(
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

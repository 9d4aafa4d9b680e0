import { AppError } from '../base/errors.js';
import { hasRoom, waitAfter, waitBefore, type RetryOptions } from '../base/retry.js';
import type { CallOptions } from '../base/time.js';
import { aiDisabled } from '../conversations/update.js';
import type { ReplyPart, TurnPorts, TurnRequest } from './events.js';
import { search, type Search, type SearchResult } from './search.js';
import { momentOf, type Moment } from './server-clock.js';
import type { Earlier } from './turn-memory.js';
import { verdictOn } from './verdict.js';

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
 * `earlier` is what is known of the text having been said before.
 *
 * @throws AppError with `delivery` saying what became of the turn.
 */
export async function* deliver(
  ports: TurnPorts,
  request: TurnRequest,
  retry: RetryOptions & { earlier: Earlier },
): AsyncGenerator<ReplyPart> {
  const { earlier } = retry;
  // Of the first send that only a list may say was not run: all that are refused were not.
  let doubtedSince: Moment | undefined;
  for (let attempt = 1; ; attempt++) {
    const sentAt = momentOf(retry.clock);
    let received = '';
    try {
      for await (const event of ports.chat(request, callOptions(retry))) {
        if (event.type === 'delta') received += event.text;
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      let failure = await explained(ports, error, { request, retry });
      if (verdictOn(failure) === 'search') {
        yield { type: 'search', error: failure };
        doubtedSince ??= sentAt;
        const sought = { request, failure, earlier, received, sentAt: doubtedSince };
        const result = await searchOrStop(ports, sought, retry);
        if (result.type === 'found') {
          yield { type: 'found', reply: result.reply };
          return;
        }
        if (result.type === 'unknown') throw failure;
        failure = notRun(failure);
      } else if (verdictOn(failure) === 'report') throw failure;
      const waitMs = waitBefore(attempt, failure);
      if (!hasRoom(attempt, waitMs, retry)) throw failure;
      yield { type: 'retry', attempt, waitMs, error: failure };
      await waitAfter(failure, waitMs, retry);
    }
  }
}

/** A search that is stopped leaves the turn's fate as unknown as it was. */
async function searchOrStop(
  ports: TurnPorts,
  sought: Search,
  retry: RetryOptions,
): Promise<SearchResult> {
  try {
    return await search(ports, sought, retry);
  } catch (error) {
    if (!retry.signal.aborted) throw error;
    const stop = error instanceof AppError ? error : new AppError('interrupted', 'interrupted');
    throw new AppError(stop.kind, stop.message, { ...stop.details, delivery: 'unknown' });
  }
}

/** A failure of which the conversation has shown that the turn was not run. */
function notRun({ kind, message, details, cause }: AppError): AppError {
  const delivery = details.status === undefined ? 'not_sent' : 'refused';
  return new AppError(kind, message, { ...details, delivery, cause });
}

/** How long a refused turn waits for its explanation, in milliseconds. */
const EXPLANATION_MS = 5_000;

/** What is left of the turn's time, for one call. */
export function callOptions({ clock, deadline, signal }: RetryOptions): CallOptions {
  return { signal, timeoutMs: Math.max(1, deadline - clock.monotonic()) };
}

/**
 * A 400 may mean that a person has taken the conversation over; Telnyx documents no code for it, so
 * the conversation itself is asked.
 */
async function explained(
  ports: TurnPorts,
  error: AppError,
  { request, retry }: { request: TurnRequest; retry: RetryOptions },
): Promise<AppError> {
  if (error.kind === 'ai_disabled' || error.details.status !== 400) return error;
  const { signal, timeoutMs } = callOptions(retry);
  const options = { signal, timeoutMs: Math.min(timeoutMs, EXPLANATION_MS) };
  try {
    const { metadata } = await ports.getConversation(request.conversationId, options);
    return metadata['ai_disabled'] === 'true'
      ? aiDisabled({ ...error.details, cause: error.cause })
      : error;
  } catch {
    return error; // The first failure is the one to report.
  }
}

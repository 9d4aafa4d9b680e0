import { AppError } from '../base/errors.js';
import { MAX_ATTEMPTS, waitAfter, waitBefore, type RetryOptions } from '../base/retry.js';
import type { ReplyPart, SentTurn, TurnPorts } from './events.js';
import { momentOf, type Moment } from './server-clock.js';
import type { EarlierMessages } from './turn-memory.js';
import { verdictOn } from './verdict.js';

interface DeliverOptions extends RetryOptions {
  /** What is known of messages with the same text that were sent before. */
  earlier: EarlierMessages;
  /** When the turn was opened, which is when it is sent first. */
  openedAt: Moment;
}

const lateFailure = () => import('./failed-send.js');

/** For a process that runs for long: the package may be replaced before a send fails. */
export function loadFailedSend(): void {
  lateFailure().catch(() => undefined);
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
): AsyncGenerator<ReplyPart, void, undefined> {
  const { signal, deadline, earlier, openedAt } = options;
  // A send that was refused was not run. Only the list says so of the others: the first of them counts.
  let doubtedSince: Moment | undefined;
  for (let attempt = 1; ; attempt++) {
    const sentAt = attempt === 1 ? openedAt : momentOf(ports.clock);
    let received = '';
    try {
      const answer = await ports.chat(turn, deadline.callOptions(signal));
      if (typeof answer === 'string') return yield { type: 'done', reply: answer };
      for await (const event of answer) {
        if (event.type === 'delta') received += event.text;
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { explained, notRun, searchOrStop } = await lateFailure();
      let failure = await explained(ports, error, { turn, options });
      const verdict = verdictOn(failure);
      if (verdict === 'report') throw failure;
      if (verdict === 'search') {
        yield { type: 'search', error: failure };
        doubtedSince ??= sentAt;
        const lost = { turn, failure, earlier, received, sentAt: doubtedSince };
        const result = await searchOrStop(ports, lost, options);
        if (result.type === 'found') return yield result;
        failure = notRun(failure);
      }
      const waitMs = waitBefore(attempt, failure);
      if (attempt === MAX_ATTEMPTS || !deadline.hasRoomFor(waitMs)) throw failure;
      yield { type: 'retry', attempt, waitMs, error: failure };
      await waitAfter(failure, waitMs, options);
    }
  }
}

import { AppError } from '../base/errors.js';
import { retrying, waitBefore } from '../base/retry.js';
import { Deadline } from '../base/time.js';
import type { Context } from '../process/context.js';
import type { Account } from './account.js';
import type { Ask } from './calls.js';

/**
 * Calls for many requests side by side: what the API asks one of them to wait, all wait. A request is
 * tried until the settings' timeout is over.
 */
export function pacedAsker(
  { client, settings }: Pick<Account, 'client' | 'settings'>,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Ask {
  let pause: Promise<void> | undefined;
  const waitTogether = (ms: number): Promise<void> =>
    (pause ??= clock.sleep(ms, signal).finally(() => (pause = undefined)));
  return async (call) => {
    const deadline = new Deadline(clock, settings.timeoutMs.value);
    for (let attempt = 1; ; attempt++) {
      while (pause) await pause;
      try {
        const options = { clock, signal, deadline };
        return await retrying((each) => call(client, each), options, notLimited);
      } catch (error) {
        if (!(error instanceof AppError) || error.details.status !== 429) throw error;
        const waitMs = waitBefore(attempt, error);
        if (!deadline.hasRoomFor(waitMs)) throw error;
        await waitTogether(waitMs);
      }
    }
  };
}

/** Whatever may pass by itself, but for a limit, which all share. */
function notLimited(error: AppError, attempt: number): number | undefined {
  const { status } = error.details;
  const isPassing =
    status === undefined
      ? error.kind === 'network' || error.kind === 'timeout'
      : status === 408 || status >= 500;
  return isPassing ? waitBefore(attempt, error) : undefined;
}

import type { Client } from '../api/client.js';
import { AppError } from '../base/errors.js';
import { retrying, waitBefore } from '../base/retry.js';
import { Deadline, type CallOptions } from '../base/time.js';
import type { FindOrCreateApi } from '../conversations/find-or-create.js';
import type { Context } from '../process/context.js';
import { openAccount, type Account, type AccountOptions } from './account.js';
import type { Target } from './sources.js';

/** Calls the API, for what may be repeated without harm: with retries, bounded by the settings' timeout. */
export type Ask = <T>(call: (client: Client, options: CallOptions) => Promise<T>) => Promise<T>;

export function askerOf(
  { client, settings }: Pick<Account, 'client' | 'settings'>,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Ask {
  return (call) => {
    const deadline = new Deadline(clock, settings.timeoutMs.value);
    return retrying((options) => call(client, options), { clock, signal, deadline });
  };
}

/** The calls that find conversations, by name or by metadata. */
export function finderWith(ask: Ask): FindOrCreateApi {
  return {
    list: (filters) => ask((client, call) => client.listConversations(filters, call)),
    get: (id) => ask((client, call) => client.getConversation(id, call)),
    createShared: (shared) => ask((client, call) => client.createShared(shared, call)),
  };
}

export function finderOf(
  account: Pick<Account, 'client' | 'settings'>,
  context: Pick<Context, 'clock' | 'signal'>,
): FindOrCreateApi {
  return finderWith(askerOf(account, context));
}

/** Runs a task with an account, which is closed after it. */
export async function withAccount<T>(
  target: Target,
  options: AccountOptions,
  task: (account: Account, ask: Ask) => Promise<T>,
): Promise<T> {
  const account = await openAccount(target, options);
  try {
    return await task(account, askerOf(account, options.context));
  } finally {
    await account.close();
  }
}

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

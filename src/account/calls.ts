import type { Client } from '../api/client.js';
import { retrying } from '../base/retry.js';
import type { CallOptions } from '../base/time.js';
import type { SharingApi } from '../conversations/find-or-create.js';
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
    const deadline = clock.monotonic() + settings.timeoutMs.value;
    const options = (): CallOptions => {
      return { signal, timeoutMs: Math.max(1, deadline - clock.monotonic()) };
    };
    return retrying(() => call(client, options()), { clock, signal, deadline });
  };
}

/** The calls that find conversations, by name or by metadata. */
export function finderWith(ask: Ask): SharingApi {
  return {
    list: (filters) => ask((client, call) => client.listConversations(filters, call)),
    get: (id) => ask((client, call) => client.getConversation(id, call)),
    createShared: (shared) => ask((client, call) => client.createShared(shared, call)),
  };
}

export function finderOf(
  account: Pick<Account, 'client' | 'settings'>,
  context: Pick<Context, 'clock' | 'signal'>,
): SharingApi {
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

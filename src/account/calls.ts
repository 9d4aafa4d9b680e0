import type { Client } from '../api/client.js';
import { retrying, Deadline, type CallOptions } from '../base/time.js';
import type { FindOrCreateApi } from '../conversations/find-or-create.js';
import type { Context } from '../process/context.js';
import type { Settings } from '../settings/settings.js';
import { openAccount, type Account, type AccountOptions } from './account.js';
import type { Target } from './sources.js';

/** Calls the API, for what may be repeated without harm: with retries, for a bounded time. */
export type Ask = <T>(call: (client: Client, options: CallOptions) => Promise<T>) => Promise<T>;

/** Calls take as long as the settings' timeout, or as `maxMs`. */
export function askerOf(
  { client, settings }: Pick<Account, 'client'> & { settings: Pick<Settings, 'timeoutMs'> },
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
  maxMs = Infinity,
): Ask {
  return (call) => {
    const deadline = new Deadline(clock, Math.min(settings.timeoutMs.value, maxMs));
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
  maxMs?: number,
): FindOrCreateApi {
  return finderWith(askerOf(account, context, maxMs));
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

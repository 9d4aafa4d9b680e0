import type { Client } from '../api/client.js';
import { retrying } from '../base/retry.js';
import { Deadline, type CallOptions } from '../base/time.js';
import type { FindOrCreateApi } from '../conversations/find-or-create.js';
import type { Context } from '../process/context.js';
import { openAccount, type Account, type SessionOptions } from './account.js';

/** Asks the API what may be asked again without harm: with retries, bounded by the settings' timeout. */
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

/** What finding conversations takes, by name or by metadata. */
export function finderWith(ask: Ask): FindOrCreateApi {
  return {
    list: (filters) => ask((client, call) => client.listConversations(filters, call)),
    get: (id) => ask((client, call) => client.getConversation(id, call)),
    createShared: (wanted) => ask((client, call) => client.createShared(wanted, call)),
  };
}

/** Runs a task with an account, which is closed after it. */
export async function withAccount<T>(
  options: SessionOptions,
  context: Context,
  task: (account: Account, ask: Ask) => Promise<T>,
): Promise<T> {
  const account = await openAccount(options, context);
  try {
    return await task(account, askerOf(account, context));
  } finally {
    await account.close();
  }
}

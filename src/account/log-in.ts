import type { Assistant } from '../conversations/conversation.js';
import type { Context } from '../process/context.js';
import { withProfile } from '../settings/config.js';
import { checkedKey } from '../base/names.js';
import type { ProfileValues } from '../settings/settings.js';
import { storePaths } from '../store/paths.js';
import { openAccount, type Account, type AccountOptions } from './account.js';
import type { Target } from './sources.js';

/** Bound on a call that sets things up, in milliseconds. */
const CALL_MS = 30_000;

/** The account of a key, and its assistants: asking for them shows whether the API accepts it. */
export async function openWithKey(
  key: string,
  target: Target,
  { context, notices }: AccountOptions,
): Promise<{ account: Account; assistants: Assistant[] }> {
  const withKey = contextWith(checkedKey(key), context);
  const account = await openAccount(target, { context: withKey, notices, keyName: 'the key' });
  try {
    return { account, assistants: await assistantsOf(account, context) };
  } catch (error) {
    await account.close();
    throw error;
  }
}

/** A copy by prototype: the streams stay as they are, opened when they are used. */
function contextWith(key: string, context: Context): Context {
  const env = { ...context.env, TELNYX_API_KEY: key };
  return Object.create(context, { env: { value: env } }) as Context;
}

export function assistantsOf(account: Account, { signal }: Context): Promise<Assistant[]> {
  return account.client.listAssistants({ signal, timeoutMs: CALL_MS });
}

/** Stores values in a profile, which is made when it is not there; undefined ones are forgotten. */
export async function storeInProfile(
  profile: string,
  values: ProfileValues,
  context: Context,
): Promise<void> {
  const { updateConfig } = await import('../store/config-store.js');
  const path = storePaths(context).config;
  await updateConfig(path, (config) => withProfile(config, profile, values), context);
}

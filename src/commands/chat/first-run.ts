import type { Context } from '../../context.js';
import { assistantChoice } from '../../core/chat/assistant-commands.js';
import { requireAssistant } from '../../core/required-settings.js';
import { checkedKey, type ProfileValues } from '../../core/settings.js';
import { sanitizeLine } from '../../core/sanitize.js';
import { AppError } from '../../errors.js';
import {
  loadSettings,
  openAccount,
  type Account,
  type Notify,
  type SessionOptions,
} from '../../session.js';
import { storePaths } from '../../store/paths.js';
import type { Questions } from '../../terminal/questions.js';

/** Bound on a call that sets things up, in milliseconds. */
const CALL_MS = 30_000;

export interface Setup {
  options: SessionOptions;
  context: Context;
  questions: Questions;
  notify: Notify;
  /** The config could not be written, and the person has been told. */
  isUnwritable?: boolean;
}

/**
 * The account to chat with. Without a key, the person may log in, use the sandbox or leave; without
 * an assistant, they choose one. Undefined: they left.
 */
export async function accountFor(setup: Setup): Promise<Account | undefined> {
  const { options, context, notify } = setup;
  if (options.sandbox || (await loadSettings(options, context)).apiKey) {
    return openAccount(options, context, { notify });
  }
  const answer = await setup.questions.choose(
    'There is no Telnyx API key yet. What would you like?',
    [
      { value: 'login', label: 'Log in with a key of the Telnyx portal' },
      { value: 'sandbox', label: 'Try the sandbox: no account needed' },
      { value: 'leave', label: 'Leave' },
    ],
  );
  if (answer === 'sandbox') return openAccount({ ...options, sandbox: true }, context, { notify });
  return answer === 'login' ? logIn(setup) : undefined;
}

async function logIn(setup: Setup): Promise<Account | undefined> {
  const { options, context, questions, notify } = setup;
  const key = (await questions.secret('API key (hidden while you type):'))?.trim();
  if (key === undefined || key === '') return undefined;
  checkedKey(key);
  const env = { ...context.env, TELNYX_API_KEY: key };
  // A copy by prototype: the streams stay as they are, opened when they are used.
  const withKey = Object.create(context, { env: { value: env } }) as Context;
  const account = await openAccount(options, withKey, { notify });
  try {
    await account.client.listAssistants({ signal: context.signal, timeoutMs: CALL_MS });
  } catch (error) {
    await account.close();
    throw error;
  }
  if (await stored(setup, { api_key: key })) notify('the key is accepted and stored');
  return account;
}

/** Whether the config took the values: one that cannot be written never stops a chat. */
async function stored(setup: Setup, values: ProfileValues): Promise<boolean> {
  if (setup.isUnwritable) return false;
  const { options, context, notify } = setup;
  try {
    await store(options, context, values);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    setup.isUnwritable = true;
    notify(`warning: not stored, it holds for this chat alone: ${sanitizeLine(error.message)}`);
    return false;
  }
}

async function store(
  options: SessionOptions,
  context: Context,
  values: ProfileValues,
): Promise<void> {
  const { profile } = await loadSettings(options, context);
  const { updateConfig } = await import('../../store/config-store.js');
  updateConfig(storePaths(context).config, (config) => {
    const stored = { ...config.profiles[profile.value], ...values };
    return { ...config, profiles: { ...config.profiles, [profile.value]: stored } };
  });
}

/** The assistant of the settings, or one that the person chooses; undefined: they chose none. */
export async function assistantFor(account: Account, setup: Setup): Promise<string | undefined> {
  const { context, questions, notify } = setup;
  if (account.settings.assistantId) return requireAssistant(account.settings);
  const call = { signal: context.signal, timeoutMs: CALL_MS };
  const assistants = await account.client.listAssistants(call);
  if (assistants.length === 0) {
    throw new AppError('not_found', 'this account has no assistants', {
      hint: 'make one in the Telnyx portal first',
    });
  }
  const id = await questions.choose('Which assistant?', assistants.map(assistantChoice));
  if (id === undefined) return undefined;
  // The sandbox's assistants are nobody's choice for later.
  if (!account.isSandbox && (await stored(setup, { assistant_id: id }))) {
    notify('it is this profile\u2019s assistant from now on; /assistant changes it for a chat');
  }
  return id;
}

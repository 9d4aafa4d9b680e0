import type { Context } from '../../process/context.js';
import { requireAssistant } from '../../settings/resolve.js';
import type { ProfileValues } from '../../settings/settings.js';
import { sanitizeLine } from '../../text/sanitize.js';
import { AppError } from '../../base/errors.js';
import {
  assistantsOf,
  chosenAssistant,
  openWithKey,
  storeInProfile,
} from '../../account/log-in.js';
import {
  loadSettings,
  openAccount,
  profileName,
  type Account,
  type Notify,
  type SessionOptions,
} from '../../account/account.js';
import { KEY_QUESTION, type Questions } from '../../terminal/questions.js';

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
  if (options.sandbox || (await hasKey(options, context))) {
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

async function hasKey(options: SessionOptions, context: Context): Promise<boolean> {
  const { apiKey, apiKeyCommand } = await loadSettings(options, context);
  return (apiKey ?? apiKeyCommand) !== undefined;
}

async function logIn(setup: Setup): Promise<Account | undefined> {
  const { questions, notify } = setup;
  const key = (await questions.secret(KEY_QUESTION))?.trim();
  if (key === undefined || key === '') return undefined;
  const { account } = await openWithKey(key, setup);
  if (await stored(setup, { api_key: key })) notify('the key is accepted and stored');
  return account;
}

/** Whether the config took the values: one that cannot be written never stops a chat. */
async function stored(setup: Setup, values: ProfileValues): Promise<boolean> {
  if (setup.isUnwritable) return false;
  const { options, context, notify } = setup;
  try {
    await storeInProfile(await profileName(options, context), values, context);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    setup.isUnwritable = true;
    notify(`warning: not stored, it holds for this chat alone: ${sanitizeLine(error.message)}`);
    return false;
  }
}

/** The assistant of the settings, or one that the person chooses; undefined: they chose none. */
export async function assistantFor(account: Account, setup: Setup): Promise<string | undefined> {
  const { context, questions, notify } = setup;
  if (account.settings.assistantId) return requireAssistant(account.settings);
  const assistants = await assistantsOf(account, context);
  if (assistants.length === 0) {
    throw new AppError('not_found', 'this account has no assistants', {
      hint: 'make one in the Telnyx portal first',
    });
  }
  const id = await chosenAssistant(assistants, questions);
  if (id === undefined) return undefined;
  // The sandbox's assistants are nobody's choice for later.
  if (!account.isSandbox && (await stored(setup, { assistant_id: id }))) {
    notify('it is this profile\u2019s assistant from now on; /assistant changes it for a chat');
  }
  return id;
}

import { openAccount, type Account, type AccountOptions } from '../../account/account.js';
import { assistantsOf, openWithKey, storeInProfile } from '../../account/log-in.js';
import { loadSettings, profileName, type Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import { assistantQuestion } from '../../chat/assistant-commands.js';
import type { Context } from '../../process/context.js';
import { requireAssistant } from '../../settings/resolve.js';
import type { ProfileValues } from '../../settings/settings.js';
import { KEY_QUESTION, type Questions } from '../../terminal/questions.js';
import { sanitizeLine } from '../../text/sanitize.js';

export interface Setup extends AccountOptions {
  target: Target;
  questions: Questions;
  /** Answers what the person has just done: not silent with `--quiet`. */
  print: (line: string) => void;
  /** The config could not be written, and the person has been told. */
  isUnwritable?: boolean;
}

/**
 * The account to chat with. Without a key, the person may log in, use the sandbox or leave; without
 * an assistant, they choose one. Undefined: they left.
 */
export async function accountFor(setup: Setup): Promise<Account | undefined> {
  const { target, context, questions } = setup;
  if (target.sandbox || (await hasKey(target, context))) return openAccount(target, setup);
  const answer = await questions.choose({
    text: 'There is no Telnyx API key yet. What would you like?',
    noun: 'answer',
    choices: [
      { value: 'login', cells: ['Log in with a key of the Telnyx portal'] },
      { value: 'sandbox', cells: ['Try the sandbox: no account needed'] },
      { value: 'leave', cells: ['Leave'] },
    ],
  });
  if (answer === 'sandbox') return openAccount({ ...target, sandbox: true }, setup);
  return answer === 'login' ? logIn(setup) : undefined;
}

async function hasKey(target: Target, context: Context): Promise<boolean> {
  const { apiKey, apiKeyCommand } = await loadSettings(target, context);
  return (apiKey ?? apiKeyCommand) !== undefined;
}

async function logIn(setup: Setup): Promise<Account | undefined> {
  const { questions, target, print } = setup;
  const key = (await questions.secret(KEY_QUESTION))?.trim();
  if (key === undefined || key === '') return undefined;
  const { account } = await openWithKey(key, target, setup);
  if (await stored(setup, { api_key: key })) print('the key is accepted and stored');
  return account;
}

/** Whether the config took the values: one that cannot be written never stops a chat. */
async function stored(setup: Setup, values: ProfileValues): Promise<boolean> {
  if (setup.isUnwritable) return false;
  const { target, context, print } = setup;
  try {
    await storeInProfile(await profileName(target, context), values, context);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    setup.isUnwritable = true;
    const why = sanitizeLine(error.message);
    print(`warning: not stored, it is only used in this chat: ${why}`);
    return false;
  }
}

/** The assistant of the settings, or one that the person chooses; undefined: they chose none. */
export async function assistantFor(account: Account, setup: Setup): Promise<string | undefined> {
  const { context, questions, print } = setup;
  if (account.settings.assistantId) return requireAssistant(account.settings);
  const assistants = await assistantsOf(account, context);
  if (assistants.length === 0) {
    throw new AppError('not_found', 'this account has no assistants', {
      hint: 'make one in the Telnyx portal first',
    });
  }
  const id = await questions.choose(assistantQuestion(assistants));
  if (id === undefined) return undefined;
  // The sandbox's assistants are nobody's choice for later.
  if (!account.isSandbox && (await stored(setup, { assistant_id: id }))) {
    print('it is this profile\u2019s assistant from now on; /assistant changes it for a chat');
  }
  return id;
}

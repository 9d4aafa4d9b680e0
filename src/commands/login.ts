import type { Context } from '../process/context.js';
import { checkedBaseUrl } from '../settings/base-url.js';
import type { Assistant } from '../conversations/conversation.js';
import { jsonLine } from '../text/json-line.js';
import { masked, checkedKey, describeOrigin } from '../settings/settings.js';
import { sanitizeLine } from '../text/sanitize.js';
import { AppError } from '../base/errors.js';
import { chosenAssistant, openWithKey, storeInProfile } from '../account/log-in.js';
import {
  inspectSettings,
  isSilent,
  loadSettings,
  newProfileName,
  surroundings,
  type SessionOptions,
} from '../account/account.js';
import { readConfig } from '../store/config-file.js';
import { withoutMark } from '../store/files.js';
import { storePaths } from '../store/paths.js';
import { KEY_QUESTION, questionsOn, type Questions } from '../terminal/questions.js';
import { readText } from '../terminal/read-text.js';
import { appearanceFor, type AppearanceFlags } from './options.js';
import { write } from '../process/write.js';

export interface LoginOptions extends SessionOptions, AppearanceFlags {
  /** False: stored without asking the API. */
  check: boolean;
}

/** Stores a key in a profile once the API has accepted it. */
export async function login(flags: LoginOptions, context: Context): Promise<void> {
  const options: LoginOptions = { ...flags, isNewProfile: true };
  const profile = await newProfileName(options, context);
  assertNoCommand(profile, context);
  const baseUrl = options.baseUrl === undefined ? undefined : checkedBaseUrl(options.baseUrl);
  const questions = questionsFor(options, context);
  const key = checkedKey(await givenKey(questions, context));
  const known = options.check ? await accepted(key, options, context) : undefined;
  // What is wrong with other settings is said before anything is stored.
  if (!known) await loadSettings(options, context);
  const urls = baseUrl === undefined ? {} : { base_url: baseUrl };
  await storeInProfile(profile, { api_key: key, ...urls }, context);
  const offered = options.json ? undefined : questions;
  const chosen = known && offered && (await offer(known, offered));
  if (chosen !== undefined) await storeInProfile(profile, { assistant_id: chosen }, context);
  await report({ profile, key, baseUrl, isChecked: options.check }, options, context);
}

/** What a profile's command gives, a stored key would hide. */
function assertNoCommand(profile: string, context: Context): void {
  const command = readConfig(storePaths(context).config).profiles[profile]?.api_key_command;
  if (!command) return;
  throw new AppError('usage', `profile ${profile} gets its key from a command: ${command}`, {
    hint: 'first: telnyx-chat config unset api_key_command; or log in to another --profile',
  });
}

/** Undefined where nobody can be asked. */
function questionsFor(options: LoginOptions, context: Context): Questions | undefined {
  const isThere = context.stdin.isTTY === true && context.stderr.isTTY === true;
  return isThere ? questionsOn(context, appearanceFor(options, context)) : undefined;
}

/** Typed, hidden, on a terminal; else all of stdin. */
async function givenKey(questions: Questions | undefined, { stdin }: Context): Promise<string> {
  if (questions) {
    const typed = await questions.secret(KEY_QUESTION);
    if (typed === undefined) throw new AppError('interrupted', 'interrupted');
    return required(typed.trim());
  }
  if (stdin.isTTY) {
    throw new AppError('usage', 'there is no terminal to ask for the key on', {
      hint: 'give it on stdin: telnyx-chat login < keyfile',
    });
  }
  return required(withoutMark(await readText(stdin)).replace(/\r?\n$/, ''));
}

function required(key: string): string {
  if (key !== '') return key;
  throw new AppError('usage', 'a key is required', {
    hint: 'make one in the Telnyx portal; without a terminal, give it on stdin: telnyx-chat login < keyfile',
  });
}

interface Known {
  assistants: Assistant[];
  /** Of the settings in force. */
  assistantId: string | undefined;
}

/** What the API knows of the key. Throws when it does not accept it, or cannot be asked. */
async function accepted(key: string, options: LoginOptions, context: Context): Promise<Known> {
  try {
    const { account, assistants } = await openWithKey(key, surroundings(options, context));
    await account.close();
    return { assistants, assistantId: account.settings.assistantId?.value };
  } catch (error) {
    throw error instanceof AppError ? notStored(error) : error;
  }
}

function notStored({ kind, message, details, cause }: AppError): AppError {
  const isUnasked = kind === 'network' || kind === 'timeout';
  const hint = isUnasked
    ? [details.hint, '--no-check stores it without asking the API'].filter(Boolean).join('; ')
    : details.hint;
  return new AppError(kind, `the key is not stored: ${message}`, { ...details, hint, cause });
}

/** The default assistant, unless there is one already that the account knows. */
async function offer(known: Known, questions: Questions): Promise<string | undefined> {
  const { assistants, assistantId } = known;
  if (assistants.length === 0 || assistants.some(({ id }) => id === assistantId)) return undefined;
  return chosenAssistant(assistants, questions);
}

interface LoggedIn {
  profile: string;
  key: string;
  baseUrl: string | undefined;
  isChecked: boolean;
}

async function report(done: LoggedIn, options: LoginOptions, context: Context): Promise<void> {
  const { profile, key, baseUrl, isChecked } = done;
  const { apiKey, assistantId } = await inspectSettings(options, context);
  const path = storePaths(context).config;
  const shadow =
    apiKey && apiKey.origin.source !== 'profile' ? describeOrigin(apiKey.origin) : null;
  if (options.json) {
    const stored = { profile, path, api_key: masked(key), base_url: baseUrl ?? null };
    const known = { checked: isChecked, assistant_id: assistantId?.value ?? null };
    await write(context.stdout, jsonLine({ ...stored, ...known, shadowed_by: shadow }));
    return;
  }
  const how = isChecked ? 'the key is accepted and stored' : 'the key is stored, unchecked';
  await write(context.stdout, `${how} in profile ${profile}: ${path}\n`);
  if (assistantId) await write(context.stdout, `assistant: ${assistantId.value}\n`);
  if (shadow === null || isSilent(options)) return;
  const warning = `warning: another key is in force, and hides this one: ${shadow}`;
  context.stderr.write(`${sanitizeLine(warning, 500)}\n`);
}

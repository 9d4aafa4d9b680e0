import { guardConfig, type AccountOptions } from '../account/account.js';
import { openWithKey, storeInProfile } from '../account/log-in.js';
import {
  inspectSettings,
  loadSettings,
  newProfileName,
  profileName,
  type Target,
} from '../account/sources.js';
import { checkedBaseUrl } from '../base/base-url.js';
import { AppError } from '../base/errors.js';
import { checkedKey } from '../base/names.js';
import { jsonLine } from '../base/text/well-formed.js';
import { assistantQuestion } from '../chat/conversation-commands.js';
import { defineCommand, type ValuesOf } from '../command-line/command.js';
import { text, toggle } from '../command-line/flag.js';
import type { Assistant } from '../conversations/conversation.js';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';
import { describeOrigin, masked } from '../settings/settings.js';
import { readConfig } from '../store/settings-files.js';
import { storePaths } from '../store/paths.js';
import { questionsOn, KEY_QUESTION, type Questions } from '../terminal/questions.js';
import { readText } from '../terminal/read-text.js';
import {
  appearanceFor,
  DEBUG,
  JSON_FLAG,
  mayAsk,
  NO_COLOR,
  noticesOn,
  QUIET,
  SCREEN_READER,
} from './options/output.js';
import { DOTENV, profileFlags, programFor } from './options/target.js';

const TARGET = {
  ...profileFlags('profile to store the key in (TELNYX_PROFILE)'),
  dotenv: DOTENV,
  baseUrl: text('--base-url <url>', 'where the API is; stored with the key'),
};
const OUTPUT = {
  json: JSON_FLAG,
  quiet: QUIET,
  debug: DEBUG,
  screenReader: SCREEN_READER,
  color: NO_COLOR,
};

type TargetValues = ValuesOf<typeof TARGET> & { isNewProfile: true };

/** Stores a key in a profile once the API has accepted it. */
export const login = defineCommand({
  description:
    'Asks for a key of the Telnyx portal, checks it against the API and stores it. Without a terminal, the key is read from stdin: telnyx-chat login < keyfile',
  flags: {
    target: TARGET,
    check: { isChecked: toggle('--no-check', 'store the key without asking the API') },
    output: OUTPUT,
  },
  async run({ target: given, output, check: { isChecked } }, context) {
    const target: TargetValues = { ...given, isNewProfile: true };
    const profile = await newProfileName(target, context);
    assertNoCommand(profile, context);
    const baseUrl = target.baseUrl === undefined ? undefined : checkedBaseUrl(target.baseUrl);
    const notices = await noticesOn(context, output);
    // Undefined where nobody can be asked.
    const questions = mayAsk(context)
      ? questionsOn(context, appearanceFor(output, context))
      : undefined;
    const key = checkedKey(await givenKey(questions, context));
    const known = isChecked ? await accepted(key, target, { context, notices }) : undefined;
    // Other settings that are invalid throw before anything is stored.
    if (!known) await loadSettings(target, context);
    const urls = baseUrl === undefined ? {} : { base_url: baseUrl };
    await storeInProfile(profile, { api_key: key, ...urls }, context);
    const asked = output.json ? undefined : questions;
    const chosen = known && asked && (await offer(known, asked));
    if (chosen !== undefined) await storeInProfile(profile, { assistant_id: chosen }, context);
    const done = { profile, key, baseUrl, isChecked, target };
    await report(done, { json: output.json, notices, context });
  },
});

/** A stored key would hide the one that a profile's command prints. */
function assertNoCommand(profile: string, context: Context): void {
  const command = readConfig(storePaths(context).config).profiles[profile]?.api_key_command;
  if (!command) return;
  throw new AppError('usage', `profile ${profile} gets its key from a command: ${command}`, {
    hint: 'first: telnyx-chat config unset api_key_command; or log in to another --profile',
  });
}

/** Typed, hidden, on a terminal; else all of stdin. */
async function givenKey(
  questions: Questions | undefined,
  { stdin, signal }: Context,
): Promise<string> {
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
  return required((await readText(stdin, signal)).replace(/\r?\n$/, ''));
}

function required(key: string): string {
  if (key !== '') return key;
  throw new AppError('usage', 'a key is required', {
    hint: 'make one in the Telnyx portal; without a terminal, give it on stdin: telnyx-chat login < keyfile',
  });
}

interface Known {
  assistants: Assistant[];
  /** The effective one. */
  assistantId: string | undefined;
}

/** Asks the API about the key. Throws when it is refused, or the API cannot be reached. */
async function accepted(
  key: string,
  target: TargetValues,
  options: AccountOptions,
): Promise<Known> {
  try {
    const { account, assistants } = await openWithKey(key, target, options);
    await account.close();
    return { assistants, assistantId: account.settings.assistantId?.value };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { kind, message, details } = error;
    const isUnasked = kind === 'network' || kind === 'timeout';
    const hint = isUnasked
      ? [details.hint, '--no-check stores it without asking the API'].filter(Boolean).join('; ')
      : details.hint;
    throw error.but({ message: `the key is not stored: ${message}`, hint });
  }
}

/** Asks for the default assistant, unless the account already has the effective one. */
async function offer(known: Known, questions: Questions): Promise<string | undefined> {
  const { assistants, assistantId } = known;
  if (assistants.length === 0 || assistants.some(({ id }) => id === assistantId)) return undefined;
  return questions.choose(assistantQuestion(assistants));
}

interface LoggedIn {
  profile: string;
  key: string;
  baseUrl: string | undefined;
  isChecked: boolean;
  target: TargetValues;
}

async function report(
  { profile, key, baseUrl, isChecked, target }: LoggedIn,
  { json, notices: { notify }, context }: { json: boolean } & AccountOptions,
): Promise<void> {
  const { apiKey, assistantId } = await inspectSettings(target, context);
  const path = storePaths(context).config;
  const shadow =
    apiKey && apiKey.origin.source !== 'profile' ? describeOrigin(apiKey.origin) : null;
  if (json) {
    const stored = { profile, path, api_key: masked(key), base_url: baseUrl ?? null };
    const known = { checked: isChecked, assistant_id: assistantId?.value ?? null };
    await write(context.stdout, jsonLine({ ...stored, ...known, shadowed_by: shadow }));
    return;
  }
  const how = isChecked ? 'the key is accepted and stored' : 'the key is stored, unchecked';
  await write(context.stdout, `${how} in profile ${profile}: ${path}\n`);
  if (assistantId) await write(context.stdout, `assistant: ${assistantId.value}\n`);
  else
    notify(
      `no assistant is chosen yet: ${programFor({ profile: target.profile })} assistants use <id>`,
    );
  if (shadow !== null) notify(`warning: another key is effective and hides this one: ${shadow}`);
}

/** Removes a profile's key, and says which other one is still effective. */
export const logout = defineCommand({
  description: 'Removes the key of a profile; its other settings stay.',
  flags: {
    target: { ...profileFlags('profile to remove the key from (TELNYX_PROFILE)'), dotenv: DOTENV },
    output: { json: JSON_FLAG, quiet: QUIET },
  },
  async run({ target, output }, context) {
    const { stdout } = context;
    const notices = await noticesOn(context, output);
    const profile = await profileName(target, context);
    guardConfig(context, notices);
    const path = storePaths(context).config;
    const isStored = readConfig(path).profiles[profile]?.api_key !== undefined;
    if (isStored) await storeInProfile(profile, { api_key: undefined }, context);
    const left = await keyLeft(target, context);
    if (output.json) {
      const removed = { profile, removed: isStored, still_in_force: left ?? null };
      await write(stdout, jsonLine(removed));
      return;
    }
    const done = isStored ? 'the key is removed from' : 'there is no key in';
    await write(stdout, `${done} profile ${profile}: ${path}\n`);
    if (left !== undefined) notices.notify(`warning: another key is still effective: ${left}`);
  },
});

/** The origin of a key that is still effective. */
async function keyLeft(target: Target, context: Context): Promise<string | undefined> {
  const { apiKey, apiKeyCommand } = await inspectSettings(target, context);
  if (apiKey) return describeOrigin(apiKey.origin);
  return apiKeyCommand && `command ${apiKeyCommand.value}`;
}

import { AppError } from '../base/errors.js';
import { checkedId, checkedKey } from '../base/names.js';
import { checkedBaseUrl, DEFAULT_BASE_URL } from '../base/base-url.js';
import {
  byDefault,
  checked,
  effectiveProfile,
  findSetting,
  setting,
  storedValues,
  type Preference,
  type Setting,
  type Settings,
  type Sources,
} from './settings.js';
import { isOff } from '../base/environment.js';

/** Names of the assistant's id in other examples for Telnyx. */
const OTHER_ASSISTANT_NAMES = ['AI_ASSISTANT_ID', 'TELNYX_AI_ASSISTANT_ID'];
const KEY = { env: 'TELNYX_API_KEY', profile: 'api_key' } as const;
const MAX_TIMEOUT_S = 24 * 60 * 60;

/** Names, precedence and trust in one place. Throws on invalid values. */
export function resolveSettings(sources: Sources): Settings {
  return { ...settingsOneByOne(sources) };
}

/** The same, but each setting is resolved when it is read, and throws only then. */
export function settingsOneByOne(sources: Sources): Settings {
  const settings = {};
  for (const [name, resolve] of Object.entries(RESOLVERS))
    Object.defineProperty(settings, name, { enumerable: true, get: () => resolve(sources) });
  return settings as Settings;
}

/** A stored choice that is on by default, and may be given to one run. */
function preference(
  name: Preference,
  forOneRun?: (sources: Sources) => Setting<boolean> | undefined,
): (sources: Sources) => Setting<boolean> {
  return (sources) => forOneRun?.(sources) ?? stored(sources, name) ?? byDefault(true);
}

/** Undefined without a key, and when a command prints it. */
function apiKey(sources: Sources): Setting<string> | undefined {
  const found = findSetting(sources, KEY);
  if (found?.origin.source === 'profile') assertOneKey(sources);
  if (found) return checked(found, checkedKey);
  if (apiKeyCommand(sources)) return undefined;
  const theirs = sources.telnyx?.key(effectiveProfile(sources));
  return theirs && checked(theirs, checkedKey);
}

/** Never from the environment or a `.env`: what runs on this machine is its owner's to say. */
function apiKeyCommand(sources: Sources): Setting<string> | undefined {
  if (findSetting(sources, KEY)) return undefined;
  const command = storedValues(sources).api_key_command?.trim();
  return command ? setting(command, 'profile', sources.config.path) : undefined;
}

/** Of two keys, nobody knows which one is out of date. */
function assertOneKey(sources: Sources): void {
  if (!storedValues(sources).api_key_command?.trim()) return;
  throw new AppError('usage', 'the profile has both api_key and api_key_command', {
    hint: 'keep one: telnyx-chat config unset api_key, or config unset api_key_command',
  });
}

function assistantId(sources: Sources): Setting<string> | undefined {
  const found = findSetting(sources, {
    flag: 'assistant',
    env: 'TELNYX_ASSISTANT_ID',
    profile: 'assistant_id',
  });
  return found && checked(found, (id) => checkedId('assistant', id));
}

function baseUrl(sources: Sources): Setting<string> {
  const found = findSetting(sources, {
    flag: 'baseUrl',
    env: 'TELNYX_BASE_URL',
    profile: 'base_url',
  });
  if (!found) return byDefault(DEFAULT_BASE_URL);
  if (found.origin.source === 'env-file') assertTrusted(found, sources);
  return checked(found, checkedBaseUrl);
}

/** A `.env` may come with somebody else's repository: it may not send our key to its own server. */
function assertTrusted(baseUrl: Setting<string>, sources: Sources): void {
  if (findSetting(sources, { env: 'TELNYX_API_KEY' })?.origin.source === 'env-file') return;
  throw new AppError(
    'usage',
    `TELNYX_BASE_URL from ${baseUrl.origin.detail} is refused: the API key does not come from that file`,
    {
      hint: 'a .env could send your key to a stranger; put the key in the same file, or set --base-url or TELNYX_BASE_URL yourself',
    },
  );
}

function timeout(sources: Sources): Setting<number> {
  const found = findSetting(sources, { flag: 'timeout', env: 'TELNYX_CHAT_TIMEOUT' });
  return found ? checked(found, checkedTimeout) : byDefault(120_000);
}

function checkedTimeout(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= MAX_TIMEOUT_S)
    return Math.ceil(seconds * 1000);
  throw new AppError('usage', `bad timeout ${JSON.stringify(text)}`, {
    hint: `give a number of seconds greater than 0 and at most ${MAX_TIMEOUT_S}`,
  });
}

/** A flag that turns off what is on by default. */
function turnedOff({ flags }: Sources, name: 'persist' | 'wrap'): Setting<boolean> | undefined {
  return flags[name] === false ? setting(false, 'flag', `--no-${name}`) : undefined;
}

function trace({ flags }: Sources): Setting<boolean> | undefined {
  if (flags.trace === undefined) return undefined;
  return setting(flags.trace, 'flag', flags.trace ? '--trace' : '--no-trace');
}

function stored({ config }: Sources, name: Preference): Setting<boolean> | undefined {
  const value = config[name];
  return value === undefined ? undefined : setting(value, 'config', config.path);
}

function history({ env }: Sources): Setting<boolean> | undefined {
  const variable = env['TELNYX_CHAT_HISTORY'];
  return variable ? setting(!isOff(variable), 'environment', 'TELNYX_CHAT_HISTORY') : undefined;
}

function stream(sources: Sources): Setting<boolean> | undefined {
  const found = findSetting(sources, { env: 'TELNYX_CHAT_STREAM' });
  return found && { ...found, value: !isOff(found.value) };
}

const RESOLVERS: { [Name in keyof Settings]-?: (sources: Sources) => Settings[Name] } = {
  profile: effectiveProfile,
  apiKey,
  apiKeyCommand,
  assistantId,
  otherAssistantName: (sources) =>
    OTHER_ASSISTANT_NAMES.find((env) => findSetting(sources, { env })),
  baseUrl,
  timeoutMs: timeout,
  persist: preference('persist', (sources) => turnedOff(sources, 'persist')),
  history: preference('history', history),
  stream: preference('stream', stream),
  wrap: preference('wrap', (sources) => turnedOff(sources, 'wrap')),
  trace: (sources) => trace(sources) ?? stored(sources, 'trace'),
  notify: preference('notify'),
  names: preference('names'),
  cache: preference('cache'),
};

export function requireKey({ apiKey }: Settings): string {
  if (apiKey) return apiKey.value;
  throw missingKey();
}

export function missingKey(): AppError {
  return new AppError('not_configured', 'TELNYX_API_KEY is required', {
    hint: 'run telnyx-chat login, or set it in the environment or a .env file; to try it without an account, use --sandbox',
  });
}

export function requireAssistant({ assistantId, otherAssistantName }: Settings): string {
  if (assistantId) return assistantId.value;
  const hint = otherAssistantName
    ? `${otherAssistantName} is set, but telnyx-chat reads TELNYX_ASSISTANT_ID`
    : 'telnyx-chat assistants list shows your assistants, and assistants use <id> stores one; or give --assistant <id>, or set it in the environment or a .env file';
  throw new AppError('not_configured', 'TELNYX_ASSISTANT_ID is required', { hint });
}

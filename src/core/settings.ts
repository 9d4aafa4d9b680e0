import { AppError } from '../errors.js';
import { checkedBaseUrl, DEFAULT_BASE_URL } from './base-url.js';
import { checkedId, checkedProfile } from './ids.js';

/** Where a value came from, for people: `flag --assistant`, `environment TELNYX_API_KEY`, … */
export interface Origin {
  source: 'flag' | 'environment' | 'env-file' | 'profile' | 'config' | 'telnyx' | 'default';
  detail: string;
}

export interface Setting<T> {
  value: T;
  origin: Origin;
}

export type Values = Readonly<Record<string, string | undefined>>;

/** Everything settings are resolved from, already read. */
export interface Sources {
  flags: {
    assistant?: string;
    baseUrl?: string;
    profile?: string;
    timeout?: string;
    persist?: boolean;
  };
  env: Values;
  envFile?: { path: string; values: Values } | undefined;
  config: Config;
}

/** Our own config file, as far as it matters here. */
export interface Config {
  path: string;
  persist?: boolean | undefined;
  history?: boolean | undefined;
  profiles: Record<string, ProfileValues>;
}

export interface ProfileValues {
  api_key?: string | undefined;
  assistant_id?: string | undefined;
  base_url?: string | undefined;
}

export interface Settings {
  profile: Setting<string>;
  apiKey?: Setting<string> | undefined;
  assistantId?: Setting<string> | undefined;
  /** A name that is set and that other programs use for the assistant's id. */
  otherAssistantName?: string | undefined;
  baseUrl: Setting<string>;
  timeoutMs: Setting<number>;
  /** Whether the last conversation is remembered on this machine. */
  persist: Setting<boolean>;
  /** Whether what is typed in chats is kept from run to run. */
  history: Setting<boolean>;
}

interface Name {
  flag?: 'assistant' | 'baseUrl' | 'profile' | 'timeout';
  env: string;
  profile?: keyof ProfileValues;
}

const FLAGS = {
  assistant: '--assistant',
  baseUrl: '--base-url',
  profile: '--profile',
  timeout: '--timeout',
};
/** What other examples for Telnyx call the assistant's id. */
const OTHER_ASSISTANT_NAMES = ['AI_ASSISTANT_ID', 'TELNYX_AI_ASSISTANT_ID'];
const LONGEST_TIMEOUT_S = 24 * 60 * 60;

/** Flag, then environment, then `.env`, then profile; an empty value counts as none. */
function find(sources: Sources, name: Name, profile?: ProfileValues): Setting<string> | undefined {
  const flag = name.flag && sources.flags[name.flag];
  if (name.flag && flag !== undefined) return from(flag, 'flag', FLAGS[name.flag]);
  const env = sources.env[name.env]?.trim();
  if (env) return from(env, 'environment', name.env);
  const file = sources.envFile?.values[name.env]?.trim();
  if (file) return from(file, 'env-file', sources.envFile?.path ?? '');
  const stored = name.profile && profile?.[name.profile]?.trim();
  return stored ? from(stored, 'profile', sources.config.path) : undefined;
}

function from<T>(value: T, source: Origin['source'], detail: string): Setting<T> {
  return { value, origin: { source, detail } };
}

/** The setting with its value checked; a failure says where the value came from. */
export function checked<T>(setting: Setting<string>, check: (text: string) => T): Setting<T> {
  try {
    return { value: check(setting.value), origin: setting.origin };
  } catch (error) {
    if (!(error instanceof AppError) || setting.origin.source === 'flag') throw error;
    throw new AppError(
      error.kind,
      `${error.message} (from ${describeOrigin(setting.origin)})`,
      error.details,
    );
  }
}

export function describeOrigin({ source, detail }: Origin): string {
  return source === 'default' ? 'default' : `${source} ${detail}`;
}

/** The profile alone, whatever else is wrong. */
export function resolveProfile(
  sources: Pick<Sources, 'flags' | 'env' | 'envFile'>,
): Setting<string> {
  const found = find({ ...sources, config: { path: '', profiles: {} } }, PROFILE);
  return checked(found ?? from('default', 'default', ''), checkedProfile);
}

const PROFILE: Name = { flag: 'profile', env: 'TELNYX_PROFILE' };

/** Names, precedence and trust in one place. Throws on values that cannot be right. */
export function resolveSettings(sources: Sources): Settings {
  const profile = resolveProfile(sources);
  const stored = sources.config.profiles[profile.value];
  const apiKey = find(sources, { env: 'TELNYX_API_KEY', profile: 'api_key' }, stored);
  const assistantId = find(
    sources,
    { flag: 'assistant', env: 'TELNYX_ASSISTANT_ID', profile: 'assistant_id' },
    stored,
  );
  const baseUrl = find(
    sources,
    { flag: 'baseUrl', env: 'TELNYX_BASE_URL', profile: 'base_url' },
    stored,
  );
  if (baseUrl) assertTrusted(baseUrl, apiKey);
  return {
    profile,
    apiKey: apiKey && checked(apiKey, checkedKey),
    assistantId: assistantId && checked(assistantId, (id) => checkedId('assistant', id)),
    otherAssistantName: OTHER_ASSISTANT_NAMES.find((env) => find(sources, { env })),
    baseUrl: baseUrl ? checked(baseUrl, checkedBaseUrl) : from(DEFAULT_BASE_URL, 'default', ''),
    timeoutMs: timeout(sources),
    persist: persist(sources),
    history: history(sources),
  };
}

/** A `.env` may come with somebody else's repository: it may not send our key to its own server. */
function assertTrusted(baseUrl: Setting<string>, apiKey: Setting<string> | undefined): void {
  if (baseUrl.origin.source !== 'env-file' || apiKey?.origin.source === 'env-file') return;
  throw new AppError(
    'usage',
    `TELNYX_BASE_URL from ${baseUrl.origin.detail} is not used: the API key is not from that file`,
    {
      hint: 'a .env could send your key to a stranger; put the key in the same file, or give --base-url or TELNYX_BASE_URL yourself',
    },
  );
}

/** A key that can travel in a header. The message never shows it. */
export function checkedKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key) && !/["'`<>]/.test(key)) return key;
  throw new AppError('usage', 'TELNYX_API_KEY has characters that no key has', {
    hint: 'copy the key again from the Telnyx portal, without quotes, spaces or line breaks',
  });
}

function timeout(sources: Sources): Setting<number> {
  const found = find(sources, { flag: 'timeout', env: 'TELNYX_CHAT_TIMEOUT' });
  return found ? checked(found, checkedTimeout) : from(120_000, 'default', '');
}

function checkedTimeout(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= LONGEST_TIMEOUT_S)
    return Math.ceil(seconds * 1000);
  throw new AppError('usage', `bad timeout ${JSON.stringify(text)}`, {
    hint: `give seconds, more than 0 and at most ${LONGEST_TIMEOUT_S}`,
  });
}

function persist({ flags, config }: Sources): Setting<boolean> {
  if (flags.persist === false) return from(false, 'flag', '--no-persist');
  if (config.persist !== undefined) return from(config.persist, 'config', config.path);
  return from(true, 'default', '');
}

function history({ env, config }: Sources): Setting<boolean> {
  const variable = env['TELNYX_CHAT_HISTORY'];
  if (variable) return from(!isOff(variable), 'environment', 'TELNYX_CHAT_HISTORY');
  if (config.history !== undefined) return from(config.history, 'config', config.path);
  return from(true, 'default', '');
}

/** The usual ways to say no in a variable. */
export function isOff(value: string): boolean {
  return ['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());
}

import type { Values } from '../base/environment.js';
import { AppError } from '../base/errors.js';
import { checkedProfile, nearest } from '../base/names.js';

/** The origin of a value, for people: `flag --assistant`, `environment TELNYX_API_KEY`, … */
export interface Origin {
  source:
    'flag' | 'environment' | 'env-file' | 'profile' | 'config' | 'command' | 'telnyx' | 'default';
  detail: string;
}

export interface Setting<T> {
  value: T;
  origin: Origin;
}

/** The sources of settings, already read. */
export interface Sources {
  flags: {
    assistant?: string | undefined;
    baseUrl?: string | undefined;
    profile?: string | undefined;
    /** The profile need not exist yet. */
    isNewProfile?: boolean | undefined;
    timeout?: string | undefined;
    persist?: boolean | undefined;
    wrap?: boolean | undefined;
    /** Undefined without the flag. */
    trace?: boolean | undefined;
  };
  env: Values;
  envFile?: { path: string; values: Values } | undefined;
  config: Config;
  telnyx?: TelnyxFile | undefined;
}

/** Telnyx's own config file, which is only read. Both throw when it is damaged. */
export interface TelnyxFile {
  key(profile: Setting<string>): Setting<string> | undefined;
  profiles(): string[];
}

/** Stored choices between two ways, the same for every profile. */
export const PREFERENCES = [
  'persist',
  'history',
  'stream',
  'wrap',
  'trace',
  'notify',
  'names',
  'cache',
] as const;

export type Preference = (typeof PREFERENCES)[number];

/** Our own config file. */
export interface Config extends Partial<Record<Preference, boolean | undefined>> {
  path: string;
  profiles: Record<string, ProfileValues>;
}

export interface ProfileValues {
  api_key?: string | undefined;
  /** A shell command that prints the key. */
  api_key_command?: string | undefined;
  assistant_id?: string | undefined;
  base_url?: string | undefined;
}

export interface Settings {
  profile: Setting<string>;
  apiKey?: Setting<string> | undefined;
  /** Prints the key when there is none here. It comes from our own config file only. */
  apiKeyCommand?: Setting<string> | undefined;
  assistantId?: Setting<string> | undefined;
  /** The name of a variable that is set and that other programs use for the assistant's id. */
  otherAssistantName?: string | undefined;
  baseUrl: Setting<string>;
  timeoutMs: Setting<number>;
  /** Whether the last conversation is remembered on this machine. */
  persist: Setting<boolean>;
  /** Whether inputs of chats are kept for the next chat. */
  history: Setting<boolean>;
  /** Whether replies may be asked for piece by piece. */
  stream: Setting<boolean>;
  /** Whether words are wrapped at the window's edge. */
  wrap: Setting<boolean>;
  /** Whether tool calls are shown; undefined where that depends on the assistant. */
  trace?: Setting<boolean> | undefined;
  /** Whether a long reply is announced in a window without focus. */
  notify: Setting<boolean>;
  /** Whether a new conversation is named after its first words. */
  names: Setting<boolean>;
  /** Whether first words of unnamed conversations are looked up and kept on this machine. */
  cache: Setting<boolean>;
}

/** The setting with its value checked; a failure names the origin of the value. */
export function checked<T>(setting: Setting<string>, check: (text: string) => T): Setting<T> {
  try {
    return { value: check(setting.value), origin: setting.origin };
  } catch (error) {
    if (!(error instanceof AppError) || setting.origin.source === 'flag') throw error;
    throw error.but({ message: `${error.message} (from ${describeOrigin(setting.origin)})` });
  }
}

export function describeOrigin({ source, detail }: Origin): string {
  return source === 'default' ? 'default' : `${source} ${detail}`;
}

/** The key named by the place where it can be changed; the key itself is not shown. */
export function keyName({ source, detail }: Origin): string {
  if (source === 'environment') return detail;
  if (source === 'env-file') return `TELNYX_API_KEY in ${detail}`;
  if (source === 'command') return `the key printed by ${detail}`;
  return detail.startsWith('-') ? 'the key' : `the key in ${detail}`;
}

/** Just enough of a secret to tell it from another one. */
export function masked(secret: string): string {
  return secret.length < 12 ? '…' : `${secret.slice(0, 4)}…${secret.slice(-2)}`;
}

/** The names of one setting in each source. */
interface SettingNames {
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

/** This profile always exists, even if it is empty. */
const DEFAULT_PROFILE = 'default';

/** Flag, then environment, then `.env`, then profile; an empty value counts as none. */
export function findSetting(sources: Sources, name: SettingNames): Setting<string> | undefined {
  const given = findGiven(sources, name);
  if (given) return given;
  const stored = name.profile && storedValues(sources)[name.profile]?.trim();
  return stored ? setting(stored, 'profile', sources.config.path) : undefined;
}

/** A value that was given to this run; stored ones do not count. */
function findGiven(sources: GivenSources, name: SettingNames): Setting<string> | undefined {
  const flag = name.flag && sources.flags[name.flag];
  if (name.flag && flag !== undefined) return setting(flag, 'flag', FLAGS[name.flag]);
  const env = sources.env[name.env]?.trim();
  if (env) return setting(env, 'environment', name.env);
  const file = sources.envFile?.values[name.env]?.trim();
  return file ? setting(file, 'env-file', sources.envFile?.path ?? '') : undefined;
}

type GivenSources = Pick<Sources, 'flags' | 'env' | 'envFile'>;

/** The name of the effective profile, not checked. */
export function profileNamed(sources: GivenSources): Setting<string> {
  const found = findGiven(sources, { flag: 'profile', env: 'TELNYX_PROFILE' });
  return found ?? byDefault(DEFAULT_PROFILE);
}

/** The stored values of a profile, the effective one unless named; empty when it does not exist. */
export function storedValues(sources: Sources, name = profileNamed(sources).value): ProfileValues {
  const { profiles } = sources.config;
  return (Object.hasOwn(profiles, name) && profiles[name]) || {};
}

export function setting<T>(value: T, source: Origin['source'], detail: string): Setting<T> {
  return { value, origin: { source, detail } };
}

export function byDefault<T>(value: T): Setting<T> {
  return setting(value, 'default', '');
}

/** The effective profile, which need not exist yet. */
export function resolveProfile(sources: GivenSources): Setting<string> {
  return checked(profileNamed(sources), checkedProfile);
}

/** The effective profile. Throws when it does not exist. */
export function effectiveProfile(sources: Sources): Setting<string> {
  const profile = resolveProfile(sources);
  if (profile.value === DEFAULT_PROFILE || sources.flags.isNewProfile) return profile;
  const ours = sources.config.profiles;
  if (Object.hasOwn(ours, profile.value)) return profile;
  const all = profileNames(ours, sources.telnyx?.profiles());
  return checked(profile, (name) => knownProfile(name, all));
}

function knownProfile(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const near = nearest(name, known);
  throw new AppError('usage', `there is no profile ${JSON.stringify(name)}`, {
    hint: near
      ? `did you mean ${near}?`
      : `existing profiles: ${known.join(', ')}; telnyx-chat login --profile ${name} creates it`,
  });
}

/** Every profile that `--profile` accepts: ours, and those of Telnyx's own file. */
export function profileNames(ours: object, theirs: readonly string[] = []): string[] {
  return [...new Set([DEFAULT_PROFILE, ...Object.keys(ours), ...theirs])];
}

import { AppError } from '../base/errors.js';
import type { Values } from '../base/environment.js';

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

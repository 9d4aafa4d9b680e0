import { checkedBaseUrl } from '../base/base-url.js';
import { AppError } from '../base/errors.js';
import { checkedId, nearest } from '../base/names.js';
import {
  describeOrigin,
  masked,
  PREFERENCES,
  profileNamed,
  profileNames,
  storedValues,
  type Config,
  type Preference,
  type ProfileValues,
  type Setting,
  type Settings,
  type Sources,
} from './settings.js';

export interface SettingRow {
  name: string;
  /** Null when it is not set or invalid; a secret is masked. */
  value: string | null;
  origin: string | null;
  /** Why its value is invalid. */
  error?: AppError;
}

/** Every effective setting with its origin, for people. */
export function settingRows(settings: Settings): SettingRow[] {
  return [
    row('profile', () => settings.profile),
    row('api_key', () => shownKey(settings)),
    row('assistant_id', () => settings.assistantId),
    row('base_url', () => settings.baseUrl),
    row(
      'timeout',
      () => settings.timeoutMs,
      (ms) => `${ms / 1000} s`,
    ),
    ...PREFERENCES.map((name) => row(name, () => settings[name])),
  ];
}

/** The key, or the command that prints it, which is not run. */
function shownKey({ apiKey, apiKeyCommand }: Settings): Setting<string> | undefined {
  if (apiKey) return { ...apiKey, value: masked(apiKey.value) };
  return apiKeyCommand && { ...apiKeyCommand, value: `command: ${apiKeyCommand.value}` };
}

/** A row of a setting that may throw when it is read. */
function row<T>(
  name: string,
  read: () => Setting<T> | undefined,
  show: (value: T) => string = String,
): SettingRow {
  try {
    const setting = read();
    if (!setting) return { name, value: null, origin: null };
    return { name, value: show(setting.value), origin: describeOrigin(setting.origin) };
  } catch (error) {
    if (error instanceof AppError) return { name, value: null, origin: null, error };
    throw error;
  }
}

/** A profile for `config profiles`. */
export interface ProfileRow {
  name: string;
  /** Whether commands use it by default. */
  in_force: boolean;
  /** Masked, or the command that prints it. */
  api_key: string | null;
  assistant_id: string | null;
  base_url: string | null;
}

/** Every profile that `--profile` accepts: ours, and those of Telnyx's own file. */
export function profileRows(sources: Sources): ProfileRow[] {
  const inForce = profileNamed(sources).value;
  return profileNames(sources.config.profiles, sources.telnyx?.profiles()).map((name) => {
    const stored = storedValues(sources, name);
    return {
      name,
      in_force: name === inForce,
      api_key: profileKey(stored) ?? theirKey(name, sources) ?? null,
      assistant_id: stored.assistant_id ?? null,
      base_url: stored.base_url ?? null,
    };
  });
}

function profileKey({ api_key: key, api_key_command: command }: ProfileValues): string | undefined {
  if (command) return `command: ${command}`;
  return key && masked(key);
}

function theirKey(name: string, { telnyx }: Sources): string | undefined {
  const origin = { source: name === 'default' ? 'default' : 'flag', detail: '' } as const;
  const key = telnyx?.key({ value: name, origin });
  return key && `${masked(key.value)} (Telnyx’s own file)`;
}

/** The keys that `config set` can change. */
export const CONFIG_KEYS = ['assistant_id', 'base_url', 'api_key_command', ...PREFERENCES] as const;

/** All stored keys. The API key is stored by `login` only: others can see a command line. */
const STORED_KEYS = ['api_key', ...CONFIG_KEYS] as const;

type ConfigKey = (typeof STORED_KEYS)[number];

/** Returns the key when it is one. */
export function checkedConfigKey(key: string): ConfigKey {
  const known = STORED_KEYS.find((candidate) => candidate === key);
  if (known) return known;
  const near = nearest(key, STORED_KEYS);
  throw new AppError('usage', `unknown setting ${JSON.stringify(key)}`, {
    hint: near ? `did you mean ${near}?` : `settings are ${STORED_KEYS.join(', ')}`,
  });
}

function isPreference(name: ConfigKey): name is Preference {
  return PREFERENCES.some((preference) => preference === name);
}

/** The stored value as text, secrets masked; undefined when there is none. */
export function configValue(config: Config, name: ConfigKey, profile: string): string | undefined {
  if (isPreference(name)) return config[name]?.toString();
  const value = config.profiles[profile]?.[name];
  return name === 'api_key' && value ? masked(value) : value;
}

interface ConfigChange {
  name: ConfigKey;
  /** Undefined removes the setting. */
  value: string | undefined;
  profile: string;
}

/** The config with one setting changed. Throws on an invalid value. */
export function changedConfig(config: Config, { name, value, profile }: ConfigChange): Config {
  if (isPreference(name)) {
    return { ...config, [name]: value === undefined ? undefined : checkedBoolean(name, value) };
  }
  const before = config.profiles[profile] ?? {};
  const checked = value === undefined ? undefined : CHECKS[name](value, before);
  return withProfile(config, profile, { [name]: checked });
}

/** The config with some values of a profile changed; undefined removes a value. */
export function withProfile(config: Config, profile: string, values: ProfileValues): Config {
  const stored = { ...config.profiles[profile], ...values };
  return { ...config, profiles: { ...config.profiles, [profile]: stored } };
}

type ValueCheck = (value: string, stored: ProfileValues) => string;

const CHECKS: Record<keyof ProfileValues, ValueCheck> = {
  api_key: () => {
    throw new AppError(
      'usage',
      'an API key is not accepted on the command line, where other users can see it',
      {
        hint: 'use telnyx-chat login, or telnyx-chat login < keyfile',
      },
    );
  },
  api_key_command: checkedCommand,
  assistant_id: (id) => checkedId('assistant', id),
  base_url: checkedBaseUrl,
};

function checkedCommand(command: string, { api_key: key }: ProfileValues): string {
  if (key) {
    throw new AppError('usage', 'the profile has a stored key, which the command would replace', {
      hint: 'remove it first: telnyx-chat logout',
    });
  }
  if (command.trim() !== '' && !/[\r\n\0]/.test(command)) return command.trim();
  throw new AppError('usage', `bad command ${JSON.stringify(command)}`, {
    hint: "give a one-line shell command: telnyx-chat config set api_key_command 'pass show telnyx'",
  });
}

function checkedBoolean(name: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new AppError('usage', `bad value ${JSON.stringify(value)} for ${name}`, {
    hint: 'use true or false',
  });
}

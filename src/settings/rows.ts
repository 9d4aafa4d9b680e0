import { AppError } from '../base/errors.js';
import { profileNamed, profileNames } from './profiles.js';
import {
  masked,
  describeOrigin,
  type Setting,
  type Settings,
  type ProfileValues,
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
    row('persist', () => settings.persist),
    row('history', () => settings.history),
    row('stream', () => settings.stream),
    row('wrap', () => settings.wrap),
    row('trace', () => settings.trace),
    row('notify', () => settings.notify),
    row('names', () => settings.names),
    row('cache', () => settings.cache),
  ];
}

/** The key, or the command that prints it, which is not run. */
export function shownKey({ apiKey, apiKeyCommand }: Settings): Setting<string> | undefined {
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
  const { profiles } = sources.config;
  const inForce = profileNamed(sources).value;
  return profileNames(profiles, sources.telnyx?.profiles()).map((name) => {
    const stored = (Object.hasOwn(profiles, name) && profiles[name]) || {};
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

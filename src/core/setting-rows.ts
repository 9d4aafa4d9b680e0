import { AppError } from '../errors.js';
import { masked } from './masked.js';
import { describeOrigin, type Setting, type Settings } from './settings.js';

export interface SettingRow {
  name: string;
  /** Null when it is not set or refused; a secret is masked. */
  value: string | null;
  origin: string | null;
  /** Why its value is refused. */
  error?: AppError;
}

/** Every setting in force with where it comes from, for people. */
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
  ];
}

/** The key, or the command that gives it: showing runs nothing. */
export function shownKey({ apiKey, apiKeyCommand }: Settings): Setting<string> | undefined {
  if (apiKey) return { ...apiKey, value: masked(apiKey.value) };
  return apiKeyCommand && { ...apiKeyCommand, value: `command: ${apiKeyCommand.value}` };
}

/** A row of a setting that may be refused when it is looked at. */
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

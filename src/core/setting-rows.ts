import { describeOrigin, type Setting, type Settings } from './settings.js';

export interface SettingRow {
  name: string;
  /** Null when it is not set; a secret is masked. */
  value: string | null;
  origin: string | null;
}

/** Every setting in force with where it comes from, for people. */
export function settingRows(settings: Settings): SettingRow[] {
  const row = (
    name: string,
    setting: Setting<unknown> | undefined,
    show: (value: unknown) => string = String,
  ): SettingRow => ({
    name,
    value: setting ? show(setting.value) : null,
    origin: setting ? describeOrigin(setting.origin) : null,
  });
  return [
    row('profile', settings.profile),
    row('api_key', settings.apiKey, (key) => masked(String(key))),
    row('assistant_id', settings.assistantId),
    row('base_url', settings.baseUrl),
    row('timeout', settings.timeoutMs, (ms) => `${Number(ms) / 1000} s`),
    row('persist', settings.persist),
    row('history', settings.history),
  ];
}

/** Enough of a secret to tell it from another one, and no more. */
function masked(secret: string): string {
  return secret.length < 12 ? '…' : `${secret.slice(0, 4)}…${secret.slice(-2)}`;
}

import { profileNamed } from './find-setting.js';
import { masked } from './masked.js';
import { profileNames } from './profiles.js';
import type { ProfileValues, Sources } from './settings.js';

/** A profile as `config profiles` shows it. */
export interface ProfileRow {
  name: string;
  /** What commands use unless they are told otherwise. */
  in_force: boolean;
  /** Masked, or the command that gives it. */
  api_key: string | null;
  assistant_id: string | null;
  base_url: string | null;
}

/** Every profile that `--profile` can name, ours and those of Telnyx's own file. */
export function profileRows(sources: Sources): ProfileRow[] {
  const { profiles } = sources.config;
  const inForce = profileNamed(sources).value;
  return profileNames(profiles, sources.telnyx?.profiles()).map((name) => {
    const stored = (Object.hasOwn(profiles, name) && profiles[name]) || {};
    return {
      name,
      in_force: name === inForce,
      api_key: shownKey(stored) ?? theirKey(name, sources) ?? null,
      assistant_id: stored.assistant_id ?? null,
      base_url: stored.base_url ?? null,
    };
  });
}

function shownKey({ api_key: key, api_key_command: command }: ProfileValues): string | undefined {
  if (command) return `command: ${command}`;
  return key && masked(key);
}

function theirKey(name: string, { telnyx }: Sources): string | undefined {
  const origin = { source: name === 'default' ? 'default' : 'flag', detail: '' } as const;
  const key = telnyx?.key({ value: name, origin });
  return key && `${masked(key.value)} (Telnyx’s own file)`;
}

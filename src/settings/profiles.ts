import { AppError } from '../base/errors.js';
import { checkedProfile } from '../base/ids.js';
import { nearest } from '../base/nearest.js';
import {
  type Origin,
  type ProfileValues,
  type Setting,
  type Sources,
  checked,
} from './settings.js';

/** The names of one setting in each source. */
export interface SettingNames {
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

export type GivenSources = Pick<Sources, 'flags' | 'env' | 'envFile'>;

/** The name of the effective profile, not checked. */
export function profileNamed(sources: GivenSources): Setting<string> {
  const found = findGiven(sources, { flag: 'profile', env: 'TELNYX_PROFILE' });
  return found ?? setting('default', 'default', '');
}

/** The stored values of the effective profile; empty when it does not exist. */
export function storedValues(sources: Sources): ProfileValues {
  const { profiles } = sources.config;
  const name = profileNamed(sources).value;
  return (Object.hasOwn(profiles, name) && profiles[name]) || {};
}

export function setting<T>(value: T, source: Origin['source'], detail: string): Setting<T> {
  return { value, origin: { source, detail } };
}

/** This profile always exists, even if it is empty. */
const DEFAULT_PROFILE = 'default';

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

import type { Origin, ProfileValues, Setting, Sources } from './settings.js';

/** Where one setting may be, by its names. */
export interface Name {
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
export function find(sources: Sources, name: Name): Setting<string> | undefined {
  const given = findGiven(sources, name);
  if (given) return given;
  const stored = name.profile && storedValues(sources)[name.profile]?.trim();
  return stored ? from(stored, 'profile', sources.config.path) : undefined;
}

/** What was given to this run, whatever is stored. */
function findGiven(sources: GivenSources, name: Name): Setting<string> | undefined {
  const flag = name.flag && sources.flags[name.flag];
  if (name.flag && flag !== undefined) return from(flag, 'flag', FLAGS[name.flag]);
  const env = sources.env[name.env]?.trim();
  if (env) return from(env, 'environment', name.env);
  const file = sources.envFile?.values[name.env]?.trim();
  return file ? from(file, 'env-file', sources.envFile?.path ?? '') : undefined;
}

export type GivenSources = Pick<Sources, 'flags' | 'env' | 'envFile'>;

/** The name of the profile in force, whatever is wrong with it. */
export function profileNamed(sources: GivenSources): Setting<string> {
  const found = findGiven(sources, { flag: 'profile', env: 'TELNYX_PROFILE' });
  return found ?? from('default', 'default', '');
}

/** What the profile in force holds: nothing when it is not there. */
export function storedValues(sources: Sources): ProfileValues {
  const { profiles } = sources.config;
  const name = profileNamed(sources).value;
  return (Object.hasOwn(profiles, name) && profiles[name]) || {};
}

export function from<T>(value: T, source: Origin['source'], detail: string): Setting<T> {
  return { value, origin: { source, detail } };
}

import { AppError } from '../errors.js';
import { checkedBaseUrl } from './base-url.js';
import { checkedId } from './ids.js';
import { nearest } from './nearest.js';
import type { Config } from './settings.js';

/** What `config set` may change; keys get in by logging in, as a command line leaks. */
export const CONFIG_KEYS = ['assistant_id', 'base_url', 'persist', 'history'] as const;

export type ConfigKey = (typeof CONFIG_KEYS)[number];

/** The key itself when it is one. */
export function checkedConfigKey(key: string): ConfigKey {
  const known = CONFIG_KEYS.find((candidate) => candidate === key);
  if (known) return known;
  const near = nearest(key, CONFIG_KEYS);
  throw new AppError('usage', `unknown setting ${JSON.stringify(key)}`, {
    hint: near ? `did you mean ${near}?` : `settings are ${CONFIG_KEYS.join(', ')}`,
  });
}

/** The stored value as text; undefined when there is none. */
export function configValue(config: Config, name: ConfigKey, profile: string): string | undefined {
  return name === 'persist' || name === 'history'
    ? config[name]?.toString()
    : config.profiles[profile]?.[name];
}

export interface ConfigChange {
  name: ConfigKey;
  /** Undefined forgets the setting. */
  value: string | undefined;
  profile: string;
}

/** The config with one setting changed. Throws on a value that cannot be right. */
export function changedConfig(config: Config, { name, value, profile }: ConfigChange): Config {
  if (name === 'persist' || name === 'history') {
    return { ...config, [name]: value === undefined ? undefined : checkedBoolean(name, value) };
  }
  const check = name === 'base_url' ? checkedBaseUrl : (id: string) => checkedId('assistant', id);
  const stored = {
    ...config.profiles[profile],
    [name]: value === undefined ? undefined : check(value),
  };
  return { ...config, profiles: { ...config.profiles, [profile]: stored } };
}

function checkedBoolean(name: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new AppError('usage', `bad value ${JSON.stringify(value)} for ${name}`, {
    hint: 'give true or false',
  });
}

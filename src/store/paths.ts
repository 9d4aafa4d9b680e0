import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../base/errors.js';
import type { Values } from '../base/environment.js';

interface StorePaths {
  /** The config file: profiles and preferences. */
  config: string;
  /** The folder of everything that the program remembers by itself. */
  state: string;
}

export interface StorePathOptions {
  env: Values;
  /** Undefined: the account has none. */
  home: string | undefined;
  platform: NodeJS.Platform;
}

const APP_NAME = 'telnyx-chat';

/** As `findStorePaths`. Throws where settings cannot be stored. */
export function storePaths(place: StorePathOptions): StorePaths {
  const found = findStorePaths(place);
  if (found) return found;
  throw new AppError('usage', 'there is no home folder for settings', {
    hint: 'set HOME, or TELNYX_CHAT_CONFIG_DIR to a folder for them',
  });
}

/**
 * XDG folders, `%APPDATA%` on Windows, or all in TELNYX_CHAT_CONFIG_DIR; undefined without a home folder. Never
 * relative to the working folder, which may be anybody's.
 */
export function findStorePaths(place: StorePathOptions): StorePaths | undefined {
  const { env, platform } = place;
  const own = env['TELNYX_CHAT_CONFIG_DIR'];
  const home = (...names: string[]): string | undefined =>
    place.home === undefined ? undefined : join(place.home, ...names);
  const appData = platform === 'win32' ? env['APPDATA'] || home('AppData', 'Roaming') : undefined;
  const together = own ? expanded(own, place.home) : appData && join(appData, APP_NAME);
  if (together) return { config: join(together, 'config.json'), state: join(together, 'state') };
  const config = absolute(env['XDG_CONFIG_HOME']) ?? home('.config');
  const state = absolute(env['XDG_STATE_HOME']) ?? home('.local', 'state');
  if (config === undefined || state === undefined) return undefined;
  return { config: join(config, APP_NAME, 'config.json'), state: join(state, APP_NAME) };
}

/** Paths of settings that must be private. A folder that the person chose may have other contents. */
export function privatePaths(place: StorePathOptions): string[] {
  const { config } = findStorePaths(place) ?? {};
  if (config === undefined) return [];
  return place.env['TELNYX_CHAT_CONFIG_DIR'] ? [config] : [dirname(config), config];
}

/** Paths of the state folder that must be private. */
export function privateStatePaths(place: StorePathOptions): string[] {
  const { state } = findStorePaths(place) ?? {};
  if (state === undefined) return [];
  return [state, join(state, 'last-conversation'), join(state, 'input-history.jsonl')];
}

/** The folder for what can be made again, and the one that has to be there for it; undefined where there is none. */
export function findCacheFolder(
  place: StorePathOptions,
): [base: string, folder: string] | undefined {
  const { env, home, platform } = place;
  const below = (base: string | undefined, ...names: string[]): [string, string] | undefined =>
    base !== undefined && isAbsolute(base) ? [base, join(base, ...names)] : undefined;
  const own = env['TELNYX_CHAT_CONFIG_DIR'];
  if (own) return below(expanded(own, home), 'cache');
  if (platform === 'win32') return below(env['LOCALAPPDATA'], APP_NAME, 'cache');
  if (platform === 'darwin') return below(home, 'Library', 'Caches', APP_NAME);
  return below(absolute(env['XDG_CACHE_HOME']) ?? (home && join(home, '.cache')), APP_NAME);
}

/** The XDG specification says to ignore relative paths. */
function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}

/** The folders that a person's paths are relative to. */
export interface Place {
  /** Throws when the folder is gone. */
  readonly cwd: string;
  readonly home: string | undefined;
}

/** A path as the person gave it. No shell expands `~` after a `=` or inside quotes. */
export function locate(path: string, place: Place): string {
  const full = expanded(path, place.home);
  return isAbsolute(full) ? resolve(full) : resolve(place.cwd, full);
}

function expanded(path: string, home: string | undefined): string {
  return home !== undefined && /^~(?=[/\\]|$)/.test(path) ? join(home, path.slice(1)) : path;
}

import { dirname, isAbsolute, join } from 'node:path';
import type { Values } from '../settings/settings.js';

export interface StorePaths {
  /** The config file: profiles and preferences. */
  config: string;
  /** The folder of everything that the program remembers by itself. */
  state: string;
}

export interface StorePathOptions {
  env: Values;
  home: string;
  platform: NodeJS.Platform;
}

const APP_NAME = 'telnyx-chat';

/** XDG folders, `%APPDATA%` on Windows, or all in TELNYX_CHAT_CONFIG_DIR. */
export function storePaths({ env, home, platform }: StorePathOptions): StorePaths {
  const own = env['TELNYX_CHAT_CONFIG_DIR'];
  const appData = platform === 'win32' ? env['APPDATA'] || join(home, 'AppData', 'Roaming') : '';
  const together = own || (appData && join(appData, APP_NAME));
  if (together) return { config: join(together, 'config.json'), state: join(together, 'state') };
  const config = absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  const state = absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state');
  return { config: join(config, APP_NAME, 'config.json'), state: join(state, APP_NAME) };
}

/** Paths of settings that must be private. A folder that the person chose may have other contents. */
export function privatePaths(place: StorePathOptions): string[] {
  const { config } = storePaths(place);
  return place.env['TELNYX_CHAT_CONFIG_DIR'] ? [config] : [dirname(config), config];
}

/** Paths of the state folder that must be private. */
export function privateStatePaths(place: StorePathOptions): string[] {
  const { state } = storePaths(place);
  return [state, join(state, 'last-conversation'), join(state, 'input-history.jsonl')];
}

/** The XDG specification says to ignore relative paths. */
function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}

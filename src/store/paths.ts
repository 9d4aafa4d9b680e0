import { chmodSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Values } from '../settings/settings.js';
import { codeOf } from './files.js';

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

/** A file as the person wrote it; the shell leaves `~` as it is in `--flag=~/file` and in quotes. */
export function expandHome(file: string, home: string): string {
  return /^~(?=$|[/\\])/.test(file) ? join(home, file.slice(1)) : file;
}

/** The XDG specification says to ignore relative paths. */
function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}

export interface Guard {
  /** Nothing is done on Windows, which has no file modes. */
  platform: NodeJS.Platform;
  warn: (warning: string) => void;
}

/** Permissions of the group and of all others. */
const OTHERS = 0o077;

/** Removes the access of other users to our files and folders, with a warning. */
export function keepPrivate(paths: readonly string[], { platform, warn }: Guard): void {
  if (platform === 'win32') return;
  for (const path of paths) {
    const warning = madePrivate(path);
    if (warning !== undefined) warn(warning);
  }
}

function madePrivate(path: string): string | undefined {
  const mode = modeOf(path);
  if ((mode & OTHERS) === 0) return undefined;
  const own = mode & ~OTHERS;
  try {
    chmodSync(path, own);
    return `${path} was accessible to other users (${octal(mode)}); it is now private (${octal(own)})`;
  } catch (error) {
    const why = codeOf(error) ?? '';
    return `${path} is accessible to other users (${octal(mode)}), which cannot be changed: ${why}`;
  }
}

/** The permissions of a file or folder; 0 when it does not exist. */
function modeOf(path: string): number {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
  } catch {
    return 0; // Reading the file reports the reason.
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}

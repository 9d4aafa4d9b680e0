import { AppError } from '../base/errors.js';
import type { Context } from '../process/context.js';
import type { FaultSettings } from '../sandbox/faults/plan.js';
import {
  effectiveProfile,
  resolveProfile,
  type Config,
  type Settings,
  type Sources,
} from '../settings/settings.js';
import { resolveSettings, settingsOneByOne } from '../settings/resolve.js';
import { openTelnyxFile, readConfig, readEnvFile } from '../store/settings-files.js';
import { findStorePaths } from '../store/paths.js';

/** The account and assistant that the command line asks for. */
export interface Target extends GivenSettings {
  /** A file of settings in place of `./.env`. */
  dotenv?: string | undefined;
  /** A sandbox inside this process answers. */
  sandbox?: boolean | undefined;
  /** Faults of the sandbox. */
  faults?: FaultSettings | undefined;
}

type GivenSettings = Sources['flags'];

/** Every setting with its origin. Throws on values that cannot be right, not on missing ones. */
export async function loadSettings(target: Target, context: Context): Promise<Settings> {
  return resolveSettings(await sourcesOf(target, context));
}

/** The same, for showing: a value that cannot be right throws only when it is looked at. */
export async function inspectSettings(target: Target, context: Context): Promise<Settings> {
  return settingsOneByOne(await sourcesOf(target, context));
}

type StorePlace = Parameters<typeof findStorePaths>[0];

/** Whether words wrap. */
export function wrapsWords(wrap: boolean | undefined, place: StorePlace): boolean {
  return settingsOneByOne({ flags: { wrap }, env: {}, config: readableConfig(place) }).wrap.value;
}

/** The config, or these choices: one that cannot be read is for other settings to complain about. */
export function readableConfig(place: StorePlace, otherwise: Partial<Config> = {}): Config {
  // Without a home folder nothing is stored: there is no file of that name.
  const { config: path = '' } = findStorePaths(place) ?? {};
  try {
    return readConfig(path);
  } catch (error) {
    if (error instanceof AppError) return { profiles: {}, ...otherwise, path };
    throw error;
  }
}

/** The profile's name. Throws when there is none of that name. */
export async function profileName(target: Target, context: Context): Promise<string> {
  return effectiveProfile(await sourcesOf(target, context)).value;
}

/** The profile's name, for what makes one. */
export async function newProfileName(target: Target, context: Context): Promise<string> {
  return resolveProfile(await sourcesOf(target, context)).value;
}

/** The sources of settings. A file that cannot be read throws when a setting needs it. */
export async function sourcesOf(target: Target, context: Context): Promise<Sources> {
  const { env, home } = context;
  const envFile = await outcomeOf(readEnvFile(target.dotenv, context));
  // Without a home folder nothing is stored: there is no file of that name.
  const { config: path = '' } = findStorePaths(context) ?? {};
  let config: Config | undefined;
  return {
    flags: target,
    env,
    get envFile() {
      return envFile();
    },
    get config() {
      return (config ??= readConfig(path));
    },
    telnyx: openTelnyxFile(home),
  };
}

/** A promise's outcome, given or thrown each time it is asked for. */
async function outcomeOf<T>(promise: Promise<T>): Promise<() => T> {
  try {
    const value = await promise;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

import type { Context } from '../process/context.js';
import { effectiveProfile, resolveProfile } from '../settings/profiles.js';
import { resolveSettings, settingsOneByOne } from '../settings/resolve.js';
import type { Config, Settings, Sources } from '../settings/settings.js';
import { readConfig } from '../store/config-file.js';
import { readEnvFile } from '../store/env-file.js';
import { privatePaths, storePaths } from '../store/paths.js';
import { keepPrivate, type Guard } from '../store/rights.js';
import { openTelnyxFile } from '../store/telnyx-file.js';
import { sanitizeLine } from '../text/sanitize.js';

/** The flags that the commands which talk to Telnyx share. */
export interface SessionOptions {
  assistant?: string;
  baseUrl?: string;
  profile?: string;
  /** The profile need not be there yet. */
  isNewProfile?: boolean;
  dotenv?: string;
  timeout?: string;
  sandbox?: boolean;
  persist?: boolean;
  json?: boolean;
  jsonl?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  debug?: boolean;
}

/** Takes a line for the person: a warning, a debug line. */
export type Notify = (line: string) => void;

/** What a command runs in. */
export interface Surroundings {
  options: SessionOptions;
  context: Context;
  notify: Notify;
}

/** A command's surroundings, with stderr for what it has to say. */
export function surroundings(options: SessionOptions, context: Context): Surroundings {
  const notify: Notify = (line) => void context.stderr.write(`${sanitizeLine(line, 1000)}\n`);
  return { options, context, notify };
}

/** Whether stderr is for errors only. */
export function isSilent({ quiet, json, jsonl }: SessionOptions): boolean {
  return [quiet, json, jsonl].includes(true);
}

/** Every setting with its origin. Throws on values that cannot be right, not on missing ones. */
export async function loadSettings(options: SessionOptions, context: Context): Promise<Settings> {
  return resolveSettings(await sourcesOf(options, context));
}

/** The same, for showing: a value that cannot be right throws only when it is looked at. */
export async function inspectSettings(
  options: SessionOptions,
  context: Context,
): Promise<Settings> {
  return settingsOneByOne(await sourcesOf(options, context));
}

/** The profile's name. Throws when there is none of that name. */
export async function profileName(options: SessionOptions, context: Context): Promise<string> {
  return effectiveProfile(await sourcesOf(options, context)).value;
}

/** The profile's name, for what makes one. */
export async function newProfileName(options: SessionOptions, context: Context): Promise<string> {
  return resolveProfile(await sourcesOf(options, context)).value;
}

/** Where settings come from; a file that cannot be read throws when a setting needs it. */
export async function sourcesOf(options: SessionOptions, context: Context): Promise<Sources> {
  const { env, cwd, home } = context;
  const envFile = await outcomeOf(readEnvFile(cwd, options.dotenv));
  const { config: path } = storePaths(context);
  let config: Config | undefined;
  return {
    flags: options,
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

/** Nobody else may read a stored key, or put one of theirs in its place. */
export function guardConfig(surroundings: Surroundings): void {
  keepPrivate(privatePaths(surroundings.context), guardOf(surroundings));
}

export function guardOf({ options, context: { platform }, notify }: Surroundings): Guard {
  const tell = (warning: string): void => notify(`warning: ${warning}`);
  return { platform, warn: isSilent(options) ? () => undefined : tell };
}

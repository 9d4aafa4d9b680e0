import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '../base/errors.js';
import {
  PREFERENCES,
  type Config,
  type Setting,
  type Sources,
  type TelnyxFile,
} from '../settings/settings.js';
import { codeOf, decodedText, isStream, readJson, readText, statsOf } from './files.js';
import type { WaitOptions } from './lock.js';
import { locate, type Place } from './paths.js';

const optionalString = v.optional(v.string());

/** Unknown values of a later version are kept when the file is written again. */
const configShape = v.looseObject({
  ...v.entriesFromList(PREFERENCES, v.optional(v.boolean())),
  profiles: v.optional(
    v.record(
      v.string(),
      v.looseObject({
        api_key: optionalString,
        api_key_command: optionalString,
        assistant_id: optionalString,
        base_url: optionalString,
      }),
    ),
    {},
  ),
});

/**
 * Our config file; an empty one when there is none. It is read without conf, whose loading would double
 * the start-up time. Throws an AppError that names a damaged file.
 */
export function readConfig(path: string): Config {
  return { profiles: {}, ...readIfReachable(path, configShape), path };
}

/** Undefined also in a folder that may not be entered: under sudo, the home folder may be another user's. */
function readIfReachable<T extends v.GenericSchema>(
  path: string,
  shape: T,
): v.InferOutput<T> | undefined {
  try {
    return readJson(path, (value) => v.parse(shape, value));
  } catch (error) {
    const { cause } = error as Error;
    if (codeOf(cause) === 'EACCES' && !statsOf(path)) return undefined;
    throw error;
  }
}

/** The file is not ours: values of an unexpected shape are ignored. */
const telnyxProfileShape = v.fallback(
  v.object({ apiKey: v.fallback(v.optional(v.string()), undefined) }),
  {},
);
const telnyxShape = v.object({
  defaultProfile: v.fallback(v.optional(v.string()), undefined),
  profiles: v.fallback(v.record(v.string(), telnyxProfileShape), {}),
});

type TelnyxConfig = v.InferOutput<typeof telnyxShape>;

/** Telnyx's own config file, read at the first use. */
export function openTelnyxFile(home: string | undefined): TelnyxFile {
  const path = home === undefined ? '' : join(home, '.config', 'telnyx', 'config.json');
  let read: TelnyxConfig | undefined;
  const file = (): TelnyxConfig =>
    (read ??= readIfReachable(path, telnyxShape) ?? { profiles: {} });
  return {
    key: (named) => keyIn(file(), path, named),
    profiles: () => Object.keys(file().profiles),
  };
}

/** The key of the named profile, else of the file's default. */
function keyIn(
  { defaultProfile = 'default', profiles }: TelnyxConfig,
  path: string,
  { value, origin }: Setting<string>,
): Setting<string> | undefined {
  const name = origin.source === 'default' ? defaultProfile : value;
  const key = profiles[name]?.apiKey?.trim();
  return key ? { value: key, origin: { source: 'telnyx', detail: path } } : undefined;
}

/** The folders to look for a file of settings in, and a clock to wait for a pipe. */
export type InputPlace = Place & WaitOptions;

/** The values of the file of `--dotenv`, which must exist, or of an optional `.env` in the working folder. */
export async function readEnvFile(
  named: string | undefined,
  place: InputPlace,
): Promise<Sources['envFile']> {
  const path = named === undefined ? envFileIn(place) : locate(named, place);
  if (path === undefined) return undefined;
  const text = await readInput(path, place);
  if (text === undefined && named === undefined) return undefined;
  if (text === undefined)
    throw new AppError('usage', `${path} does not exist`, { hint: 'check --dotenv' });
  // Without its byte order mark, UTF-16 would parse as a file without values.
  if (text.includes('\0')) {
    throw new AppError('usage', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' });
  }
  // A CommonJS package that is imported late has only a default export in the bundle.
  const { default: dotenv } = await import('dotenv');
  return { path, values: dotenv.parse(text) };
}

/** The `.env` of the working folder; undefined where there is none to be read. */
function envFileIn(place: Place): string | undefined {
  try {
    const { cwd } = place;
    const path = locate('.env', place);
    const stats = statsOf(path);
    // A folder of that name is a Python environment, a device may never end.
    if (stats && !stats.isFile() && !stats.isFIFO()) return undefined;
    // With sudo, the working folder may be closed to the user.
    if (!stats && !isSearchable(cwd)) return undefined;
    return path;
  } catch (error) {
    // The working folder is gone.
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function isSearchable(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A certificate or key. Throws a usage error where there is none. */
export function readPemFile(file: string, place: Place): string {
  const text = readText(locate(file, place));
  if (text?.includes('-----BEGIN ')) return text;
  throw new AppError('usage', `${file} is no PEM file`, {
    hint: 'it has lines of -----BEGIN …-----',
  });
}

/** A token in a file. */
interface TokenLine {
  text: string;
  line: number;
}

/** The tokens in a file, at least one. Lines that begin with `#` are comments. */
export async function readTokenFile(file: string, place: InputPlace): Promise<TokenLine[]> {
  const text = await readInput(locate(file, place), place);
  if (text === undefined) {
    throw new AppError('usage', `there is no file ${file}`, { hint: 'check --token-file' });
  }
  const lines = text.split(/\r\n?|\n/).map((each, at) => ({ text: each.trim(), line: at + 1 }));
  const tokens = lines.filter((each) => each.text !== '' && !each.text.startsWith('#'));
  if (tokens.length > 0) return tokens;
  throw new AppError('usage', `no token in ${file}`, {
    hint: 'check --token-file: one token per line; openssl rand -hex 32 generates one',
  });
}

/** Texts of pipes and devices by their paths: a pipe can be read only once. */
const streams = new Map<string, Promise<Buffer>>();

/** The text of a file that the person names, which may be a pipe (`<(pass show telnyx)`) or a device. */
async function readInput(path: string, place: InputPlace): Promise<string | undefined> {
  const stats = statsOf(path);
  if (!stats || !isStream(stats)) return readText(path);
  const { readStream } = await import('./read-stream.js');
  const read = streams.get(path) ?? readStream(path, place);
  streams.set(path, read);
  return decodedText(path, await read);
}

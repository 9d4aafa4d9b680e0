import { join } from 'node:path';
import * as v from 'valibot';
import { PREFERENCES, type Config, type Setting, type TelnyxFile } from '../settings/settings.js';
import { readJson } from './files.js';

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
  return { profiles: {}, ...readJson(path, (value) => v.parse(configShape, value)), path };
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
    (read ??= readJson(path, (value) => v.parse(telnyxShape, value)) ?? { profiles: {} });
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

import { join } from 'node:path';
import * as v from 'valibot';
import type { Setting, TelnyxFile } from '../settings/settings.js';
import { readJson } from './files.js';

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
export function openTelnyxFile(home: string): TelnyxFile {
  const path = join(home, '.config', 'telnyx', 'config.json');
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

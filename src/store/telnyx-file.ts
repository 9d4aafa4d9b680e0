import { join } from 'node:path';
import * as v from 'valibot';
import type { Setting } from '../core/settings.js';
import { readJson } from './files.js';

/** The file is not ours: what has another shape than expected is passed over. */
const profile = v.fallback(v.object({ apiKey: v.fallback(v.optional(v.string()), undefined) }), {});
const shape = v.object({
  defaultProfile: v.fallback(v.optional(v.string()), undefined),
  profiles: v.fallback(v.record(v.string(), profile), {}),
});

/** The API key in Telnyx's own config file: of the named profile, else of the file's default. */
export function readTelnyxKey(home: string, profile: Setting<string>): Setting<string> | undefined {
  const path = join(home, '.config', 'telnyx', 'config.json');
  const file = readJson(path, (value) => v.parse(shape, value));
  if (!file) return undefined;
  const name =
    profile.origin.source === 'default' ? (file.defaultProfile ?? 'default') : profile.value;
  const key = file.profiles[name]?.apiKey?.trim();
  return key ? { value: key, origin: { source: 'telnyx', detail: path } } : undefined;
}

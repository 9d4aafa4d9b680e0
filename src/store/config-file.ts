import * as v from 'valibot';
import type { Config } from '../core/settings.js';
import { readJson } from './files.js';

const optionalText = v.optional(v.string());

const shape = v.object({
  persist: v.optional(v.boolean()),
  profiles: v.optional(
    v.record(
      v.string(),
      v.object({ api_key: optionalText, assistant_id: optionalText, base_url: optionalText }),
    ),
    {},
  ),
});

/**
 * Our config file; an empty one when there is none. Read without conf, which costs as much time as
 * all the rest of a start. Throws an AppError that names a damaged file.
 */
export function readConfig(path: string): Config {
  return { path, profiles: {}, ...readJson(path, (value) => v.parse(shape, value)) };
}

import * as v from 'valibot';
import type { Config } from '../settings/settings.js';
import { readJson } from './files.js';

const optionalString = v.optional(v.string());

/** Unknown values of a later version are kept when the file is written again. */
const configShape = v.looseObject({
  persist: v.optional(v.boolean()),
  history: v.optional(v.boolean()),
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

import type { Context } from '../process/context.js';
import { jsonLine } from '../text/json-line.js';
import { sanitizeLine } from '../text/sanitize.js';
import { describeOrigin } from '../settings/settings.js';
import { storeInProfile } from '../account/log-in.js';
import {
  guardConfig,
  inspectSettings,
  profileName,
  surroundings,
  type SessionOptions,
} from '../account/account.js';
import { readConfig } from '../store/config-file.js';
import { storePaths } from '../store/paths.js';
import { write } from '../process/write.js';

/** Removes a profile's key, and says which other one is still in force. */
export async function logout(options: SessionOptions, context: Context): Promise<void> {
  const profile = await profileName(options, context);
  guardConfig(surroundings(options, context));
  const path = storePaths(context).config;
  const isStored = readConfig(path).profiles[profile]?.api_key !== undefined;
  if (isStored) await storeInProfile(profile, { api_key: undefined }, context);
  const left = await keyLeft(options, context);
  if (options.json) {
    await write(
      context.stdout,
      jsonLine({ profile, removed: isStored, still_in_force: left ?? null }),
    );
    return;
  }
  const done = isStored ? 'the key is removed from' : 'there is no key in';
  await write(context.stdout, `${done} profile ${profile}: ${path}\n`);
  if (left === undefined || options.quiet) return;
  context.stderr.write(sanitizeLine(`warning: a key is still in force: ${left}`, 500) + '\n');
}

/** Where a key still comes from. */
async function keyLeft(options: SessionOptions, context: Context): Promise<string | undefined> {
  const { apiKey, apiKeyCommand } = await inspectSettings(options, context);
  if (apiKey) return describeOrigin(apiKey.origin);
  return apiKeyCommand && `command ${apiKeyCommand.value}`;
}

import { guardConfig } from '../account/account.js';
import { storeInProfile } from '../account/log-in.js';
import { inspectSettings, profileName, type Target } from '../account/sources.js';
import { defineCommand } from '../command-line/command.js';
import type { Context } from '../process/context.js';
import { write } from '../process/write.js';
import { describeOrigin } from '../settings/settings.js';
import { readConfig } from '../store/config-file.js';
import { storePaths } from '../store/paths.js';
import { jsonLine } from '../text/json-line.js';
import { JSON_FLAG, noticesOn, QUIET } from './options/output.js';
import { DOTENV, profileFlags } from './options/target.js';

/** Removes a profile's key, and says which other one is still effective. */
export const logout = defineCommand({
  description: 'Removes the key of a profile; its other settings stay.',
  flags: {
    target: { ...profileFlags('profile to remove the key from (TELNYX_PROFILE)'), dotenv: DOTENV },
    output: { json: JSON_FLAG, quiet: QUIET },
  },
  async run({ target, output }, context) {
    const { stdout } = context;
    const notices = await noticesOn(context, output);
    const profile = await profileName(target, context);
    guardConfig(context, notices);
    const path = storePaths(context).config;
    const isStored = readConfig(path).profiles[profile]?.api_key !== undefined;
    if (isStored) await storeInProfile(profile, { api_key: undefined }, context);
    const left = await keyLeft(target, context);
    if (output.json) {
      const removed = { profile, removed: isStored, still_in_force: left ?? null };
      await write(stdout, jsonLine(removed));
      return;
    }
    const done = isStored ? 'the key is removed from' : 'there is no key in';
    await write(stdout, `${done} profile ${profile}: ${path}\n`);
    if (left !== undefined) notices.notify(`warning: another key is still effective: ${left}`);
  },
});

/** The origin of a key that is still effective. */
async function keyLeft(target: Target, context: Context): Promise<string | undefined> {
  const { apiKey, apiKeyCommand } = await inspectSettings(target, context);
  if (apiKey) return describeOrigin(apiKey.origin);
  return apiKeyCommand && `command ${apiKeyCommand.value}`;
}

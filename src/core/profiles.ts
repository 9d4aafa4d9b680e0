import { AppError } from '../errors.js';
import { profileNamed, type GivenSources } from './find-setting.js';
import { checkedProfile } from './ids.js';
import { nearest } from './nearest.js';
import { checked, type Setting, type Sources } from './settings.js';

/** Always there, however empty. */
const DEFAULT_PROFILE = 'default';

/** The profile by its name alone: it need not be there yet. */
export function resolveProfile(sources: GivenSources): Setting<string> {
  return checked(profileNamed(sources), checkedProfile);
}

/** The profile that is used. Throws when a name was given that no profile has. */
export function profileInForce(sources: Sources): Setting<string> {
  const profile = resolveProfile(sources);
  if (profile.value === DEFAULT_PROFILE || sources.flags.isNewProfile) return profile;
  const ours = sources.config.profiles;
  if (Object.hasOwn(ours, profile.value)) return profile;
  const all = profileNames(ours, sources.telnyx?.profiles());
  return checked(profile, (name) => knownProfile(name, all));
}

function knownProfile(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const near = nearest(name, known);
  throw new AppError('usage', `there is no profile ${JSON.stringify(name)}`, {
    hint: near
      ? `did you mean ${near}?`
      : `profiles are ${known.join(', ')}; telnyx-chat login --profile ${name} makes it`,
  });
}

/** Every profile that `--profile` can name: ours, and those of Telnyx's own file. */
export function profileNames(ours: object, theirs: readonly string[] = []): string[] {
  return [...new Set([DEFAULT_PROFILE, ...Object.keys(ours), ...theirs])];
}

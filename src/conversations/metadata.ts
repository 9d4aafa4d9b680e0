import { AppError } from '../base/errors.js';
import { isReserved } from '../text/ids.js';
import { NAME_KEY } from './names.js';

/** Throws on a key that would be lost on the way; `where` says who gave it. */
export function assertMetadataKey(key: string, where: string): void {
  if (!isReserved(key)) return;
  throw new AppError('usage', `${where} cannot have the key ${key}: programs lose it on the way`, {
    hint: 'give it another name',
  });
}

/**
 * `key=value` pairs as metadata, without spaces around either. Throws on a pair without `=`, an empty
 * key, a key that is given two values, one that cannot be kept, and the one that is always ours.
 */
export function parsedMetadata(pairs: string[] = [], flag = '--meta'): Record<string, string> {
  const metadata = new Map<string, string>();
  for (const pair of pairs) {
    const [key, value] = parsedPair(pair, flag);
    if (metadata.has(key) && metadata.get(key) !== value) {
      throw new AppError('usage', `${flag} gives ${JSON.stringify(key)} two values`, {
        hint: 'give each key once; metadata keeps one value of it',
      });
    }
    metadata.set(key, value);
  }
  return Object.fromEntries(metadata);
}

function parsedPair(pair: string, flag: string): [string, string] {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(pair)?.map((part) => part.trim()) ?? [];
  if (!key || value === undefined) {
    throw new AppError('usage', `bad ${flag} ${JSON.stringify(pair)}`, {
      hint: `it looks like ${flag} ticket=4711`,
    });
  }
  assertMetadataKey(key, flag);
  if (key === 'assistant_id') {
    throw unsettable(flag, key, {
      why: 'it is always the assistant of the conversation',
      hint: 'choose one with --assistant <id>',
    });
  }
  return [key, value];
}

/** The metadata of a new conversation. Throws on keys that have a way of their own. */
export function newMetadata(pairs: string[] | undefined): Record<string, string> {
  const metadata = parsedMetadata(pairs);
  assertNoneOfOurs(metadata, '--meta', 'give it with --title');
  return metadata;
}

/**
 * The metadata that `--for` means a conversation by. An empty value is refused: it is most likely a
 * variable that is not set, and all who forget it would share one conversation.
 */
export function sharedMetadata(pairs: string[]): Record<string, string> {
  const metadata = parsedMetadata(pairs, '--for');
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== '') continue;
    throw new AppError('usage', `--for ${key}= has no value`, {
      hint: 'it looks like --for ticket=4711',
    });
  }
  assertNoneOfOurs(metadata, '--for', 'go on with the one of a name with --conversation <name>');
  return metadata;
}

function assertNoneOfOurs(
  metadata: Record<string, string>,
  flag: string,
  namingHint: string,
): void {
  if (metadata['ai_disabled'] !== undefined) {
    throw unsettable(flag, 'ai_disabled', {
      why: 'it says who answers',
      hint: 'see telnyx-chat conversations takeover',
    });
  }
  if (metadata[NAME_KEY] === undefined) return;
  throw unsettable(flag, NAME_KEY, { why: 'it is the name', hint: namingHint });
}

function unsettable(flag: string, key: string, said: { why: string; hint: string }): AppError {
  const { why, hint } = said;
  return new AppError('usage', `${flag} cannot set ${key}: ${why}`, { hint });
}

import { AppError } from '../base/errors.js';
import { isReserved } from '../base/ids.js';
import { NAME_KEY } from './names.js';

/** Throws on a key that JavaScript programs would drop; `where` names its source. */
export function assertMetadataKey(key: string, where: string): void {
  if (!isReserved(key)) return;
  throw new AppError(
    'usage',
    `${where} cannot have the key ${key}: programs in JavaScript drop it`,
    {
      hint: 'use another key',
    },
  );
}

/**
 * `key=value` pairs as metadata, trimmed. Throws on a pair without `=`, an empty key, a key with two
 * values, a key that programs would drop, and `assistant_id`, which is always set by us.
 */
export function parsedMetadata(pairs: string[] = [], flag = '--meta'): Record<string, string> {
  const metadata = new Map<string, string>();
  for (const pair of pairs) {
    const [key, value] = parsedPair(pair, flag);
    if (metadata.has(key) && metadata.get(key) !== value) {
      throw new AppError('usage', `${flag} gives ${JSON.stringify(key)} two values`, {
        hint: 'give each key once: metadata keeps one value per key',
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
      hint: `it should look like ${flag} ticket=4711`,
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

/** The metadata of a new conversation. Throws on keys that other flags and commands set. */
export function newMetadata(pairs: string[] | undefined): Record<string, string> {
  const metadata = parsedMetadata(pairs);
  assertNoneOfOurs(metadata, '--meta', 'use --title');
  return metadata;
}

/**
 * The metadata by which `--for` finds a conversation. An empty value is most likely an unset variable;
 * everyone who forgot it would share one conversation, so it is refused.
 */
export function sharedMetadata(pairs: string[]): Record<string, string> {
  const metadata = parsedMetadata(pairs, '--for');
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== '') continue;
    throw new AppError('usage', `--for ${key}= has no value`, {
      hint: 'it should look like --for ticket=4711',
    });
  }
  assertNoneOfOurs(
    metadata,
    '--for',
    'to continue a named conversation, use --conversation <name>',
  );
  return metadata;
}

function assertNoneOfOurs(
  metadata: Record<string, string>,
  flag: string,
  namingHint: string,
): void {
  if (metadata['ai_disabled'] !== undefined) {
    throw unsettable(flag, 'ai_disabled', {
      why: 'it controls whether the assistant answers',
      hint: 'see telnyx-chat conversations takeover',
    });
  }
  if (metadata[NAME_KEY] === undefined) return;
  throw unsettable(flag, NAME_KEY, { why: 'it is the name', hint: namingHint });
}

function unsettable(
  flag: string,
  key: string,
  { why, hint }: { why: string; hint: string },
): AppError {
  return new AppError('usage', `${flag} cannot set ${key}: ${why}`, { hint });
}

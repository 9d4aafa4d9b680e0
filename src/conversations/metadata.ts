import { AppError } from '../base/errors.js';
import { isReserved } from '../base/names.js';
import { oneLine } from '../base/text/sanitize.js';

/**
 * The metadata key of a name given here: the API sets a conversation's own name when it is created
 * and cannot change it.
 */
export const NAME_KEY = 'telnyx_chat_name';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The name that people see; '' when there is none. */
export function nameOf({
  name,
  metadata,
}: {
  name: string;
  metadata: Record<string, string>;
}): string {
  return metadata[NAME_KEY] ?? name;
}

/** Whether it looks like the id of a conversation: then it is never taken for a name. */
export function isConversationId(text: string): boolean {
  return UUID.test(text);
}

/** In UTF-16 units. A search by name has to fit into a URL. */
const MAX_NAME_LENGTH = 500;

/** The reason why a conversation with this trimmed, non-blank name could not be found; undefined for none. */
export function nameFault(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH) {
    return `a name can have at most ${MAX_NAME_LENGTH} characters; this one has ${name.length}`;
  }
  return /\p{Cc}/u.test(name)
    ? 'a name cannot contain line breaks, tabs or other control characters'
    : undefined;
}

/** Returns the trimmed name when a conversation can be found by it. Throws `usage`; `hint` is for a blank name. */
export function checkedName(text: string, hint?: string): string {
  const name = text.trim();
  if (name === '') throw new AppError('usage', 'a name is required', { hint });
  const fault = isConversationId(name)
    ? `${name} looks like a conversation id and would be taken for one`
    : nameFault(name);
  if (fault === undefined) return name;
  throw new AppError('usage', fault, { hint: 'choose another name' });
}

/** In characters. */
const MAX_FIRST_WORDS = 60;
/** A longer last word is cut too. */
const MAX_LAST_WORD = 30;

/** A message's first words as the name of its conversation; undefined when they cannot be one. */
export function firstWords(text: string): string | undefined {
  const line = oneLine(text.trimStart().slice(0, 1000)).replace(/\s+/g, ' ').trim();
  const name = cutAtWord(Array.from(line));
  const isName = name !== '' && nameFault(name) === undefined && !isConversationId(name);
  return isName ? name : undefined;
}

function cutAtWord(characters: readonly string[]): string {
  if (characters.length <= MAX_FIRST_WORDS) return characters.join('');
  const end = MAX_FIRST_WORDS - 1;
  const space = characters.lastIndexOf(' ', end);
  const isWord = space > 0 && end - space <= MAX_LAST_WORD;
  return `${characters.slice(0, isWord ? space : end).join('')}…`;
}

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

import { AppError } from '../errors.js';

/**
 * `key=value` pairs as metadata. Throws on a pair without `=`, an empty key, a key that is given two
 * values, and the one key that is ours.
 */
export function parsedMetadata(pairs: string[] = [], flag = '--meta'): Record<string, string> {
  const metadata = new Map<string, string>();
  for (const pair of pairs) {
    const [key, value] = parsedPair(pair, flag);
    if (metadata.has(key) && metadata.get(key) !== value) {
      throw new AppError('usage', `${flag} gives ${JSON.stringify(key)} two values`);
    }
    metadata.set(key, value);
  }
  return Object.fromEntries(metadata);
}

function parsedPair(pair: string, flag: string): [string, string] {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(pair) ?? [];
  if (key === undefined || value === undefined) {
    throw new AppError('usage', `bad ${flag} ${JSON.stringify(pair)}`, {
      hint: `it looks like ${flag} ticket=4711`,
    });
  }
  if (key === 'assistant_id') {
    throw new AppError(
      'usage',
      `${flag} cannot set assistant_id: it is always the assistant of the conversation`,
      { hint: 'choose one with --assistant <id>' },
    );
  }
  return [key, value];
}

/**
 * The metadata that `--for` means a conversation by. An empty value is refused: it is most likely a
 * variable that is not set, and all who forget it would share one conversation.
 */
export function sharedMetadata(pairs: string[]): Record<string, string> {
  const metadata = parsedMetadata(pairs, '--for');
  for (const [key, value] of Object.entries(metadata)) {
    if (value.trim() !== '') continue;
    throw new AppError('usage', `--for ${key}= has no value`, {
      hint: 'it looks like --for ticket=4711',
    });
  }
  if (metadata['ai_disabled'] !== undefined) {
    throw new AppError('usage', '--for cannot set ai_disabled: it says who answers', {
      hint: 'see telnyx-chat conversations takeover',
    });
  }
  return metadata;
}

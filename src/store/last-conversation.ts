import { join } from 'node:path';
import * as v from 'valibot';
import { readJson, replaceFile } from './files.js';
import { keepPrivate, type Guard } from './rights.js';

const shape = v.object({ conversation_id: v.pipe(v.string(), v.nonEmpty()) });

/** The conversation last used with one assistant and profile on this machine. */
export interface LastConversation {
  /** Throws an AppError that names a damaged file. */
  read(): string | undefined;
  /** Never overwrites a damaged file: throws as `read` does. */
  write(conversationId: string): void;
}

export interface LastConversationOptions {
  profile: string;
  assistantId: string;
  randomId: () => string;
  guard: Guard;
}

/**
 * One small file for each pair, so that two chats never write the same one unless they mean the same
 * thing. Written by hand: loading conf for it would take as long as the rest of a one-shot `send`.
 */
export function openLastConversation(
  stateFolder: string,
  { profile, assistantId, randomId, guard }: LastConversationOptions,
): LastConversation {
  // Neither name holds a `~`; Windows has no `:` in file names.
  const name = `${profile}~${assistantId.replaceAll(':', '~')}.json`;
  const folder = join(stateFolder, 'last-conversation');
  const path = join(folder, name);
  const read = (): string | undefined =>
    readJson(path, (value) => v.parse(shape, value))?.conversation_id;
  return {
    read,
    write(conversationId) {
      keepPrivate([stateFolder, folder, path], guard);
      if (read() === conversationId) return;
      replaceFile(path, `${JSON.stringify({ conversation_id: conversationId })}\n`, randomId());
    },
  };
}

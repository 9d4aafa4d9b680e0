import { join } from 'node:path';
import * as v from 'valibot';
import { readBytes, readJson } from './files.js';
import { keepPrivate, type Guard, assertOwn, replaceFile } from './private-files.js';

const lastConversationShape = v.object({ conversation_id: v.pipe(v.string(), v.nonEmpty()) });

/** The conversation last used with one assistant and profile on this machine. */
export interface LastConversation {
  /** Throws an AppError that names a damaged file. */
  read(): string | undefined;
  /** Replaces a damaged file, which would be in the way of every later conversation. */
  write(conversationId: string): void;
}

export interface LastConversationOptions {
  profile: string;
  assistantId: string;
  randomId: () => string;
  guard: Guard;
}

/**
 * One small file for each pair, so that chats with different assistants never write the same file. Without a
 * folder for it, both throw.
 * Without conf, whose loading would double the time of a `send`.
 */
export function openLastConversation(
  stateFolder: () => string,
  { profile, assistantId, randomId, guard }: LastConversationOptions,
): LastConversation {
  // Neither name contains `~`, and Windows allows no `:` in file names.
  const name = `${profile}~${assistantId.replaceAll(':', '~')}.json`;
  const folderIn = (state: string): string => join(state, 'last-conversation');
  const pathIn = (state: string): string => join(folderIn(state), name);
  return {
    read: () =>
      readJson(pathIn(stateFolder()), (value) => v.parse(lastConversationShape, value))
        ?.conversation_id,
    write(conversationId) {
      const state = stateFolder();
      const path = pathIn(state);
      const content = `${JSON.stringify({ conversation_id: conversationId })}\n`;
      keepPrivate([state, folderIn(state), path], guard);
      if (readBytes(path)?.toString() === content) return;
      assertOwn(state);
      replaceFile(path, content, randomId());
    },
  };
}

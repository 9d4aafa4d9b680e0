import { join } from 'node:path';
import * as v from 'valibot';
import { readJson } from './files.js';
import { keepPrivate, type Guard, assertOwn, replaceFile } from './private-files.js';

const lastConversationShape = v.object({ conversation_id: v.pipe(v.string(), v.nonEmpty()) });

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
  const read = (): string | undefined =>
    readJson(pathIn(stateFolder()), (value) => v.parse(lastConversationShape, value))
      ?.conversation_id;
  return {
    read,
    write(conversationId) {
      const state = stateFolder();
      const path = pathIn(state);
      keepPrivate([state, folderIn(state), path], guard);
      if (read() === conversationId) return;
      assertOwn(state);
      replaceFile(path, `${JSON.stringify({ conversation_id: conversationId })}\n`, randomId());
    },
  };
}

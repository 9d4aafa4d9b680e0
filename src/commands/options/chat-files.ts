// Loaded late: the parser of `.chat` files is large, and few commands need it.
import { AppError } from '../../base/errors.js';
import type { Playback } from '../../chat/ports.js';
import type { Script } from '../../sandbox/scripted-assistant.js';
import { isFolder, readBytes } from '../../store/files.js';
import { locate, type Place } from '../../store/paths.js';
import type { ChatFile } from '../../testing/chat-file/chat-file.js';
import { parseChatFile } from '../../testing/chat-file/parse.js';
import { messageCount, playback, createScript } from '../../testing/recording/playback.js';

/** The conversations of a file. Throws `usage` when it is not there, or with the place of its first mistake. */
export function readChatFile(file: string, place: Place): ChatFile {
  const path = locate(file, place);
  if (isFolder(path)) {
    throw new AppError('usage', `${JSON.stringify(file)} is a folder`, {
      hint: 'name one .chat file in it',
    });
  }
  const bytes = readBytes(path);
  if (bytes) return parseChatFile(file, bytes);
  throw new AppError('usage', `there is no file ${JSON.stringify(file)}`, {
    hint: /\s/.test(file)
      ? 'all of this is taken as the name of one file, spaces included'
      : 'telnyx-chat conversations export <id> -o bug.chat makes one',
  });
}

/** The messages of a file, for a chat to say. */
export function playbackOf(file: ChatFile): Playback {
  return { count: messageCount(file), messages: playback(file) };
}

/** The assistant of a sandbox that answers as these files recorded. */
export function scriptOf(files: readonly ChatFile[]): Script {
  const play = createScript(files);
  return ({ text, history, title }) => {
    const users = history.filter(({ role }) => role === 'user');
    return play({ text, title, earlier: users.map((message) => message.text ?? '') });
  };
}

import { chooseAssistant } from './assistant-commands.js';
import type { Chat } from './chat.js';
import { insights, release, say, takeover } from './control-commands.js';
import { startNew, name, resume, showHistory } from './conversation-commands.js';
import { copyReply, editDraft, retry, speakAs } from './message-commands.js';
import { exportConversation, info, trace } from './report-commands.js';
import { helpLines, type SlashCommandName } from './slash-commands.js';

type Command = (chat: Chat, argument: string) => unknown;

/** What each command of the chat does; one that gives 'leave' ends it. */
export const COMMANDS: Record<SlashCommandName, Command> = {
  new: startNew,
  resume,
  history: showHistory,
  assistant: chooseAssistant,
  name,
  takeover,
  release,
  say,
  insights,
  as: speakAs,
  retry,
  edit: editDraft,
  copy: copyReply,
  export: exportConversation,
  trace,
  info,
  clear: ({ ports }) => ports.editor.clear(),
  help: ({ ports }) => ports.editor.print(`${helpLines().join('\n')}\n`, 'stderr'),
  exit: () => 'leave',
};

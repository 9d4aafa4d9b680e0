import { nearest } from '../base/names.js';
import { explainedLines, type Explained } from '../base/text/width.js';
import { TRANSCRIPT_ENDINGS } from '../conversations/transcript.js';
import type { Chat } from './chat.js';
import { release, say, takeover } from './control-commands.js';
import {
  chooseAssistant,
  follow,
  nameConversation,
  resume,
  showHistory,
  startNew,
} from './conversation-commands.js';
import { copyReply, editDraft, retryLast, speakAs, playFile } from './message-commands.js';
import { showInsights, exportChat, showInfo, showTrace } from './report-commands.js';

export interface KeyHelp {
  keys: string;
  does: string;
}

/** The keys of the chat, for `/help` and the README. What they do is in terminal/editor. */
export const KEYS: readonly KeyHelp[] = [
  { keys: 'Enter', does: 'send; during a reply, queue the message' },
  { keys: 'Ctrl-J', does: 'new line; also Alt-Enter, or \\ and Enter' },
  { keys: '"""', does: 'start a message of several lines; """ ends it' },
  { keys: 'Ctrl-G', does: 'edit the message in $VISUAL or $EDITOR; also Ctrl-X' },
  { keys: 'Tab', does: 'complete or list commands, conversations, assistants' },
  { keys: 'Up, Down', does: 'earlier messages that start with what you typed' },
  { keys: 'Ctrl-R', does: 'search earlier messages' },
  { keys: 'Ctrl-W, Ctrl-U', does: 'delete the word, or the line, before the cursor' },
  { keys: 'Ctrl-Y', does: 'insert what was last deleted' },
  { keys: 'Ctrl-_', does: 'undo' },
  { keys: 'Ctrl-L', does: 'clear the screen' },
  { keys: 'Ctrl-C', does: 'cancel the reply; clear the message; twice when empty: exit' },
  { keys: 'Ctrl-D', does: 'exit, when the prompt is empty' },
  { keys: 'Ctrl-Z', does: 'suspend; fg resumes' },
];

export interface SlashCommand {
  name: string;
  /** As `/help` shows it: `<required>`, `[optional]`, or ''. */
  argument: string;
  summary: string;
  /** The argument is a draft, so that blanks around it belong to it. */
  takesDraft?: true;
  /** Gives 'exit' to end the chat. */
  run: (chat: Chat, argument: string) => unknown;
}

/** The commands of the chat: one table for the parser, the loop, `/help` and completion. */
export const SLASH_COMMANDS: readonly SlashCommand[] = [
  { name: 'new', argument: '[title]', summary: 'start a new conversation', run: startNew },
  {
    name: 'resume',
    argument: '[id|name]',
    summary: 'continue an earlier conversation',
    run: resume,
  },
  {
    name: 'search',
    argument: '<words>',
    summary: 'find conversations by what was said, for /resume <n>',
    run: async (chat, words) => (await import('./search-command.js')).searchSaid(chat, words),
  },
  {
    name: 'follow',
    argument: '[id|name]',
    summary: 'show messages as they come, until Ctrl-C',
    run: follow,
  },
  {
    name: 'history',
    argument: '[n]',
    summary: 'show the last messages of this conversation',
    run: showHistory,
  },
  {
    name: 'assistant',
    argument: '[id]',
    summary: 'switch to another assistant',
    run: chooseAssistant,
  },
  { name: 'name', argument: '<name>', summary: 'name this conversation', run: nameConversation },
  {
    name: 'takeover',
    argument: '',
    summary: 'silence the assistant in this conversation',
    run: takeover,
  },
  { name: 'release', argument: '', summary: 'let the assistant answer again', run: release },
  {
    name: 'say',
    argument: '<text>',
    summary: 'add a message from a person, without a reply',
    run: say,
  },
  {
    name: 'insights',
    argument: '',
    summary: 'show the insights of this conversation',
    run: showInsights,
  },
  { name: 'as', argument: '[name]', summary: 'set the name you speak as', run: speakAs },
  { name: 'retry', argument: '', summary: 'send the last message again', run: retryLast },
  {
    name: 'edit',
    argument: '[text]',
    summary: 'write the next message in $EDITOR',
    takesDraft: true,
    run: editDraft,
  },
  {
    name: 'copy',
    argument: '[code] [n]',
    summary: 'copy the last reply or the nth last, or its nth code block',
    run: copyReply,
  },
  {
    name: 'export',
    argument: '[file]',
    summary: `save this conversation (${TRANSCRIPT_ENDINGS})`,
    run: exportChat,
  },
  {
    name: 'play',
    argument: '<file>',
    summary: 'say the messages of a .chat file, one after another',
    run: playFile,
  },
  {
    name: 'trace',
    argument: '[n]',
    summary: 'show the tool calls of the last turn, or of the nth last',
    run: showTrace,
  },
  {
    name: 'info',
    argument: '',
    summary: 'show assistant, conversation, settings and timings',
    run: showInfo,
  },
  {
    name: 'clear',
    argument: '',
    summary: 'clear the screen',
    run: ({ ports }) => ports.editor.clear(),
  },
  {
    name: 'help',
    argument: '',
    summary: 'show the commands and the keys',
    run: ({ ports, commands }) =>
      ports.editor.print(`${helpLines(ports.columns(), commands).join('\n')}\n`, 'stderr'),
  },
  { name: 'exit', argument: '', summary: 'leave the chat', run: () => 'exit' },
];

/** The names of `/exit` in other programs. */
const ALIASES: Readonly<Record<string, string>> = { quit: 'exit', q: 'exit' };

export type ChatInput =
  | { type: 'message'; text: string }
  | { type: 'command'; command: SlashCommand; argument: string }
  | { type: 'unknown'; name: string; nearest: string | undefined };

const COMMAND = /^\/([\w-]+)(?:\s([^]*))?$/;

/**
 * Parses an input of the chat: `/word` is a command; anything else is text, including a path such as `/a/b`, a
 * line that starts with a space, and several lines, which are pasted more often than not. `//word` sends `/word`.
 */
export function parseInput(line: string, isByKey = false): ChatInput {
  if (!isByKey && line.trimEnd().includes('\n')) return { type: 'message', text: line };
  if (line.startsWith('//')) return { type: 'message', text: line.slice(1) };
  const [, name, argument = ''] = COMMAND.exec(line) ?? [];
  if (name === undefined) return { type: 'message', text: line };
  const command = SLASH_COMMANDS.find((known) => known.name === (ALIASES[name] ?? name));
  if (command) {
    return { type: 'command', command, argument: command.takesDraft ? argument : argument.trim() };
  }
  const names = SLASH_COMMANDS.map((known) => known.name);
  return { type: 'unknown', name, nearest: nearest(name, names) };
}

/** `/help` as lines for a window of this width: the commands, then the keys. */
export function helpLines(columns: number, known?: ReadonlySet<string>): string[] {
  const commands = SLASH_COMMANDS.filter(({ name }) => known?.has(name) !== false).map(
    ({ name, argument, summary }): Explained => [`/${name} ${argument}`.trim(), summary],
  );
  const keys = KEYS.map((key): Explained => [key.keys, key.does]);
  return explainedLines([commands, keys], columns);
}

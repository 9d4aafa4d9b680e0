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

const STOP_FOLLOWING = 'clear the message; when empty: stop following';

/** The same while a conversation is followed. */
const FOLLOWING_KEYS = KEYS.map((key) =>
  key.keys === 'Ctrl-C' ? { ...key, does: STOP_FOLLOWING } : key,
);

export interface SlashCommand {
  name: string;
  /** As `/help` shows it: `<required>`, `[optional]`, or ''. */
  argument: string;
  summary: string;
  /** Gives 'exit' to end the chat. */
  run: (chat: Chat, argument: string) => unknown;
}

/** The commands of the chat: one table for the parser, the loop, `/help` and Tab. */
const ROWS: readonly [name: string, argument: string, summary: string, run: SlashCommand['run']][] =
  [
    ['new', '[title]', 'start a new conversation', startNew],
    ['resume', '[id|name]', 'continue an earlier conversation', resume],
    ['search', '<words>', 'find conversations by what was said, for /resume <n>', search],
    ['follow', '[id|name]', 'show messages as they come, until Ctrl-C', follow],
    ['history', '[n]', 'show the last messages of this conversation', showHistory],
    ['assistant', '[id]', 'switch to another assistant', chooseAssistant],
    ['name', '<name>', 'name this conversation', nameConversation],
    ['takeover', '', 'silence the assistant in this conversation', takeover],
    ['release', '', 'let the assistant answer again', release],
    ['say', '<text>', 'add a message from a person, without a reply', say],
    ['insights', '', 'show the insights of this conversation', showInsights],
    ['as', '[name]', 'set the name you speak as', speakAs],
    ['retry', '', 'send the last message again', retryLast],
    ['edit', '[text]', 'write the next message in $EDITOR', editDraft],
    ['copy', '[code] [n]', 'copy the last reply or the nth last, or its nth code block', copyReply],
    ['export', '[file]', `save this conversation (${TRANSCRIPT_ENDINGS})`, exportChat],
    ['play', '<file>', 'say the messages of a .chat file, one after another', playFile],
    ['trace', '[n]', 'show the tool calls of the last turn, or of the nth last', showTrace],
    ['info', '', 'show assistant, conversation, settings and timings', showInfo],
    ['clear', '', 'clear the screen', ({ ports }) => ports.editor.clear()],
    ['help', '', 'show the commands and the keys', showHelp],
    ['exit', '', 'leave the chat', () => 'exit'],
  ];

export const SLASH_COMMANDS: readonly SlashCommand[] = ROWS.map(
  ([name, argument, summary, run]) => ({ name, argument, summary, run }),
);

async function search(chat: Chat, words: string): Promise<void> {
  const { searchSaid } = await import('./search-command.js');
  await searchSaid(chat, words);
}

function showHelp({ ports, commands, state }: Chat): void {
  const keys = state.following ? FOLLOWING_KEYS : KEYS;
  const lines = helpLines(ports.columns(), keys, commands?.names);
  ports.editor.print(`${lines.join('\n')}\n`, 'stderr');
}

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
    // Blanks around a draft belong to it.
    const isDraft = command.run === editDraft;
    return { type: 'command', command, argument: isDraft ? argument : argument.trim() };
  }
  const names = SLASH_COMMANDS.map((known) => known.name);
  return { type: 'unknown', name, nearest: nearest(name, names) };
}

/** `/help` as lines for a window of this width: the commands, then the keys. */
export function helpLines(
  columns: number,
  shownKeys: readonly KeyHelp[] = KEYS,
  known?: ReadonlySet<string>,
): string[] {
  const commands = SLASH_COMMANDS.filter(({ name }) => known?.has(name) !== false).map(
    ({ name, argument, summary }): Explained => [`/${name} ${argument}`.trim(), summary],
  );
  const keys = shownKeys.map((key): Explained => [key.keys, key.does]);
  return explainedLines([commands, keys], columns);
}

/** Candidates for the word that starts at `from` and ends at the cursor. */
export interface Completion {
  from: number;
  candidates: { value: string; note?: string }[];
}

/** A word that Tab offers, and what it stands for. */
interface SourceCandidate {
  value: string;
  note: string;
}

/** The ids and names that arguments of commands can be. */
export type CompletionSources = Record<
  'conversations' | 'assistants',
  () => Promise<SourceCandidate[]>
>;

/** The commands whose argument is one of them. */
const SOURCES = new Map<string, keyof CompletionSources>([
  ['resume', 'conversations'],
  ['follow', 'conversations'],
  ['assistant', 'assistants'],
]);

/** A command's name, and its argument once there is a space after the name; on one line. */
const COMMAND_LINE = /^\/([\w-]*)(?:(\s+)([^\n]*))?$/;

/** Completes commands, and conversations and assistants as their arguments. */
export async function completeDraft(
  draft: string,
  cursor: number,
  sources: CompletionSources,
): Promise<Completion | undefined> {
  const typed = draft.slice(0, cursor);
  const [line, name = '', blank, argument = ''] = COMMAND_LINE.exec(typed) ?? [];
  if (line === undefined) return undefined;
  if (blank === undefined) {
    const commands = SLASH_COMMANDS.map((known) => ({
      value: `/${known.name} `,
      note: known.summary,
    }));
    return { from: 0, candidates: startingWith(`/${name}`, commands) };
  }
  const source = SOURCES.get(name);
  if (source === undefined) return undefined;
  const candidates = startingWith(argument, await sources[source]());
  return { from: cursor - argument.length, candidates: eachOnce(candidates) };
}

/** Leaves out the id of what is offered by its name before. */
function eachOnce(candidates: readonly SourceCandidate[]): SourceCandidate[] {
  const notes = new Set<string>();
  return candidates.filter(({ value, note }) => {
    const isNew = !notes.has(value);
    if (isNew) notes.add(note);
    return isNew;
  });
}

function startingWith<T extends { value: string }>(start: string, candidates: T[]): T[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}

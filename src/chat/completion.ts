import { SLASH_COMMANDS } from './slash-commands.js';

/** Candidates for the word that starts at `from` and ends at the cursor. */
export interface Completion {
  from: number;
  candidates: { value: string; note?: string }[];
}

/** The ids and names that arguments of commands can be. */
export interface CompletionSources {
  conversations(): Promise<{ value: string; note: string }[]>;
  assistants(): Promise<{ value: string; note: string }[]>;
}

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
    const commands = SLASH_COMMANDS.map((command) => ({ value: `/${command.name} ` }));
    return { from: 0, candidates: startingWith(`/${name}`, commands) };
  }
  const source = sourceFor(name, sources);
  if (!source) return undefined;
  return { from: cursor - argument.length, candidates: startingWith(argument, await source()) };
}

function sourceFor(
  command: string,
  sources: CompletionSources,
): CompletionSources['conversations'] | undefined {
  if (command === 'resume') return () => sources.conversations();
  if (command === 'assistant') return () => sources.assistants();
  return undefined;
}

function startingWith<T extends { value: string }>(start: string, candidates: T[]): T[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}

import { SLASH_COMMANDS } from './slash-commands.js';

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
export interface CompletionSources {
  conversations(): Promise<SourceCandidate[]>;
  assistants(): Promise<SourceCandidate[]>;
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
    const commands = SLASH_COMMANDS.map(({ name: known, summary }) => ({
      value: `/${known} `,
      note: summary,
    }));
    return { from: 0, candidates: startingWith(`/${name}`, commands) };
  }
  const source = sourceFor(name, sources);
  if (!source) return undefined;
  const candidates = startingWith(argument, await source());
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

function sourceFor(
  command: string,
  sources: CompletionSources,
): CompletionSources['conversations'] | undefined {
  if (command === 'resume' || command === 'follow') return () => sources.conversations();
  if (command === 'assistant') return () => sources.assistants();
  return undefined;
}

function startingWith<T extends { value: string }>(start: string, candidates: T[]): T[] {
  return candidates.filter(({ value }) => value.startsWith(start));
}

import { nearest } from './nearest.js';

/** The commands of the chat: one table for the parser and for `/help`. */
export const SLASH_COMMANDS = [
  { name: 'help', argument: '', summary: 'show the commands' },
  { name: 'new', argument: '[title]', summary: 'begin a new conversation' },
  { name: 'info', argument: '', summary: 'show the assistant, the conversation and the settings' },
  { name: 'exit', argument: '', summary: 'leave the chat' },
] as const;

export type SlashCommandName = (typeof SLASH_COMMANDS)[number]['name'];

export type ChatInput =
  | { type: 'message'; text: string }
  | { type: 'command'; name: SlashCommandName; argument: string }
  | { type: 'unknown'; name: string; nearest: string | undefined };

const COMMAND = /^\/([\w-]+)(?:\s+([^]*))?$/;

/**
 * What a line of the chat means: `/word` is a command; anything else is text, a path such as
 * `/a/b` and a line that begins with a space included. `//word` sends `/word`.
 */
export function parseInput(line: string): ChatInput {
  if (line.startsWith('//')) return { type: 'message', text: line.slice(1) };
  const match = COMMAND.exec(line.trimEnd());
  const name = match?.[1];
  if (name === undefined) return { type: 'message', text: line };
  const command = SLASH_COMMANDS.find((candidate) => candidate.name === name);
  if (command) return { type: 'command', name: command.name, argument: match?.[2]?.trim() ?? '' };
  return {
    type: 'unknown',
    name,
    nearest: nearest(
      name,
      SLASH_COMMANDS.map((known) => known.name),
    ),
  };
}

/** `/help` as lines. */
export function helpLines(): string[] {
  const usages = SLASH_COMMANDS.map(({ name, argument }) => `/${name} ${argument}`.trim());
  const width = Math.max(...usages.map((usage) => usage.length));
  return SLASH_COMMANDS.map(
    ({ summary }, index) => `${(usages[index] ?? '').padEnd(width)}  ${summary}`,
  );
}

import { nearest } from '../text/nearest.js';

/** The commands of the chat: one table for the parser, `/help`, completion and the docs. */
export const SLASH_COMMANDS = [
  { name: 'new', argument: '[title]', summary: 'begin a new conversation' },
  { name: 'resume', argument: '[id|name]', summary: 'go on with an earlier conversation' },
  { name: 'history', argument: '[n]', summary: 'show the last messages of this conversation' },
  { name: 'assistant', argument: '[id]', summary: 'talk to another assistant' },
  { name: 'name', argument: '<name>', summary: 'name this conversation' },
  { name: 'takeover', argument: '', summary: 'silence the assistant in this conversation' },
  { name: 'release', argument: '', summary: 'let the assistant answer again' },
  { name: 'say', argument: '<text>', summary: 'add a message of a person, without the assistant' },
  { name: 'insights', argument: '', summary: 'show what was made of this conversation' },
  { name: 'as', argument: '[name]', summary: 'say who is speaking' },
  { name: 'retry', argument: '', summary: 'send the last message again' },
  { name: 'edit', argument: '[text]', summary: 'write the next message in $EDITOR' },
  { name: 'copy', argument: '', summary: 'copy the last reply' },
  { name: 'export', argument: '[file]', summary: 'save this conversation (.md, .json, .txt)' },
  { name: 'trace', argument: '', summary: 'show the tool calls of the last turn' },
  { name: 'info', argument: '', summary: 'show assistant, conversation, settings and timings' },
  { name: 'clear', argument: '', summary: 'clear the screen' },
  { name: 'help', argument: '', summary: 'show the commands' },
  { name: 'exit', argument: '', summary: 'leave the chat' },
] as const;

export type SlashCommandName = (typeof SLASH_COMMANDS)[number]['name'];

/** What people who come from other programs type to leave. */
const ALIASES: Record<string, SlashCommandName> = { quit: 'exit', q: 'exit' };

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
  const [, name, argument = ''] = COMMAND.exec(line.trimEnd()) ?? [];
  if (name === undefined) return { type: 'message', text: line };
  const command = SLASH_COMMANDS.find((candidate) => candidate.name === (ALIASES[name] ?? name));
  if (command) return { type: 'command', name: command.name, argument };
  const names = SLASH_COMMANDS.map((known) => known.name);
  return { type: 'unknown', name, nearest: nearest(name, names) };
}

/** `/help` as lines. */
export function helpLines(): string[] {
  const usages = SLASH_COMMANDS.map(({ name, argument }) => `/${name} ${argument}`.trim());
  const width = Math.max(...usages.map((usage) => usage.length));
  return SLASH_COMMANDS.map(
    ({ summary }, index) => `${(usages[index] ?? '').padEnd(width)}  ${summary}`,
  );
}

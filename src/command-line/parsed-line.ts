import { OWN_FLAGS } from './command-first.js';
import type { Outline, OutlineArgument, OutlineOption } from './outline.js';

/** The words before the cursor, parsed. */
export interface ParsedLine {
  command: Outline;
  /** The names from the program to the command. */
  names: string[];
  /** Words that are no flags and no commands. */
  operands: string[];
  /** Long names of the flags that were given, with the last value of each. */
  given: Map<string, string>;
  /** The flag whose value comes next. */
  expecting: OutlineOption | undefined;
  /** Behind `--` no word is a flag. */
  isPlain: boolean;
  /** There is no name of a command: it is a chat. */
  isUsual: boolean;
}

/** Reads the words as the program would; undefined when there is no such command. */
export function parsedLine(
  root: Outline,
  words: readonly string[],
  current: string,
): ParsedLine | undefined {
  const [first = current] = words;
  const isChat = first.startsWith('-') && !OWN_FLAGS.includes(first);
  let line: ParsedLine | undefined = {
    command: root,
    names: [],
    operands: [],
    given: new Map(),
    expecting: undefined,
    isPlain: false,
    isUsual: isChat,
  };
  for (const word of isChat ? ['chat', ...words] : words) {
    line = line && after(word, line);
  }
  return line;
}

function after(word: string, line: ParsedLine): ParsedLine | undefined {
  const { command, expecting, given, isPlain } = line;
  if (expecting) return { ...line, expecting: undefined, given: noted(given, expecting, word) };
  if (!isPlain && word === '--') return { ...line, isPlain: true };
  if (!isPlain && word.length > 1 && word.startsWith('-')) return afterFlag(word, line);
  // `help` takes the names of commands, as the program itself does.
  if (command.commands.length === 0) {
    return { ...line, operands: [...line.operands, word] };
  }
  const next = command.commands.find(({ name }) => name === word);
  return next && { ...line, command: next, names: [...line.names, word] };
}

function afterFlag(word: string, line: ParsedLine): ParsedLine {
  const { command, given } = line;
  const [name, value] = word.startsWith('--') ? split(word) : [word.slice(0, 2)];
  const option = optionNamed(command, name);
  if (!option) return line;
  if (value !== undefined) return { ...line, given: noted(given, option, value) };
  const isCluster = !word.startsWith('--') && word.length > 2;
  if (!option.takesValue) {
    const before = { ...line, given: noted(given, option, '') };
    return isCluster ? afterFlag(`-${word.slice(2)}`, before) : before;
  }
  if (isCluster) return { ...line, given: noted(given, option, word.slice(2)) };
  return { ...line, expecting: option };
}

/** `--flag=value` in two. */
export function split(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

export function optionNamed({ options }: Outline, name: string): OutlineOption | undefined {
  return options.find(({ short, long }) => name === short || name === long);
}

function noted(
  given: ParsedLine['given'],
  option: OutlineOption,
  value: string,
): Map<string, string> {
  return new Map(given).set(option.long, value);
}

/** The argument that the next operand is. */
export function nextArgument({ command, operands }: ParsedLine): OutlineArgument | undefined {
  const last = command.arguments.at(-1);
  return command.arguments[operands.length] ?? (last?.isVariadic ? last : undefined);
}

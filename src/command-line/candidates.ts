import type { Source } from './flag.js';
import { GUIDES } from './help.js';
import { commandAt, type Outline, type OutlineArgument, type OutlineOption } from './outline.js';
import { OWN_FLAGS } from './parser.js';

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
function parsedLine(
  root: Outline,
  words: readonly string[],
  current: string,
): ParsedLine | undefined {
  const [first = current] = words;
  const isUsual = first.startsWith('-') && !OWN_FLAGS.includes(first);
  const line: ParsedLine = {
    ...{ command: root, names: [], operands: [], given: new Map() },
    ...{ expecting: undefined, isPlain: false, isUsual },
  };
  for (const word of isUsual ? ['chat', ...words] : words)
    if (!isRead(word, line)) return undefined;
  return line;
}

/** Adds a word to the line; false when it should name a command, and there is none of that name. */
function isRead(word: string, line: ParsedLine): boolean {
  const { command, expecting, isPlain } = line;
  line.expecting = undefined;
  if (expecting) line.given.set(expecting.long, word);
  else if (!isPlain && word === '--') line.isPlain = true;
  else if (!isPlain && word.length > 1 && word.startsWith('-')) readFlag(word, line);
  // `help` takes the names of commands, as the program itself does.
  else if (command.commands.length === 0) line.operands.push(word);
  else {
    const next = command.commands.find(({ name }) => name === word);
    if (!next) return false;
    line.command = next;
    line.names.push(word);
  }
  return true;
}

function readFlag(word: string, line: ParsedLine): void {
  const isLong = word.startsWith('--');
  const [name, value] = isLong ? split(word) : [word.slice(0, 2)];
  const option = optionNamed(line.command, name);
  if (!option) return;
  const behind = isLong ? '' : word.slice(2);
  if (value !== undefined) line.given.set(option.long, value);
  else if (!takesValue(option)) {
    line.given.set(option.long, '');
    if (behind !== '') readFlag(`-${behind}`, line);
  } else if (behind !== '') line.given.set(option.long, behind);
  else line.expecting = option;
}

/** `--flag=value` in two. */
function split(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function optionNamed({ options }: Outline, name: string): OutlineOption | undefined {
  return options.find(({ short, long }) => name === short || name === long);
}

const takesValue = ({ usage }: OutlineOption): boolean => usage.includes('<');

/** The argument that the next operand is. */
function nextArgument({ command, operands }: ParsedLine): OutlineArgument | undefined {
  const last = command.arguments.at(-1);
  return command.arguments[operands.length] ?? (last?.isVariadic ? last : undefined);
}

/** A word that could stand at the cursor. */
export interface Candidate {
  value: string;
  /** A description, for shells that show one; may be ''. */
  note: string;
}

/** The words that fit at the cursor. */
export interface Completion {
  /** The part of the word at the cursor before the value: `--flag=`. */
  prefix: string;
  candidates: Candidate[];
  source?: Source | undefined;
  line: ParsedLine;
}

/** The words that may replace the one at the cursor; undefined when nothing fits. */
export function completionAt(
  root: Outline,
  words: readonly string[],
  current: string,
): Completion | undefined {
  if (words[0] === 'help' && !current.startsWith('-')) return helpTopics(root, words.slice(1));
  const line = parsedLine(root, words, current);
  if (!line) return undefined;
  const { command, expecting, isPlain, isUsual } = line;
  if (expecting) return { prefix: '', ...valuesOf(expecting), line };
  if (!isPlain && current.startsWith('-')) return flagOrValue(current, line);
  if (command.commands.length > 0) {
    return { prefix: '', candidates: command.commands.map(asCandidate), line };
  }
  // Behind nothing but options, a word names a command.
  if (isUsual && !isPlain) return { prefix: '', candidates: root.commands.map(asCandidate), line };
  const argument = nextArgument(line);
  if (!argument) return undefined;
  return { prefix: '', ...valuesOf(argument), line };
}

function helpTopics(root: Outline, names: readonly string[]): Completion | undefined {
  const command = commandAt(root, names);
  const line = command && parsedLine(root, names, '');
  if (!line) return undefined;
  const commands = command.commands.filter(({ name }) => name !== 'help').map(asCandidate);
  const guides = names.length > 0 ? [] : Object.entries(GUIDES);
  const candidates = [...commands, ...guides.map(([value, note]) => ({ value, note }))];
  return { prefix: '', candidates, line };
}

function flagOrValue(current: string, line: ParsedLine): Completion | undefined {
  const { command, given } = line;
  const [name, value] = split(current);
  if (value === undefined) {
    const options = command.options.filter(
      ({ long, isRepeatable }) => isRepeatable || !given.has(long),
    );
    return { prefix: '', candidates: options.map(flag), line };
  }
  const option = optionNamed(command, name);
  if (!option || !takesValue(option)) return undefined;
  return { prefix: `${name}=`, ...valuesOf(option), line };
}

function valuesOf({ choices = [], completes }: OutlineOption | OutlineArgument) {
  return { candidates: choices.map((value) => ({ value, note: '' })), source: completes };
}

function asCandidate({ name, summary, description }: Outline): Candidate {
  return { value: name, note: summary || description };
}

function flag({ long, help }: OutlineOption): Candidate {
  return { value: long, note: help };
}

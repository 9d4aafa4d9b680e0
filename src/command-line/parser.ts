import type { Command as Parser, Option } from 'commander';
import { version } from '../base/environment.js';
import type { Context } from '../process/context.js';
import {
  isGroup,
  nameIn,
  VERSION_FLAG,
  type ArgumentInfo,
  type Command,
  type CommandEntry,
} from './command.js';
import { nameOf, shortNameOf, type Flag, type Typed } from './flag.js';

/** Runs a command that the parser has found; its exit code is the program's. */
type Run = (task: (context: Context) => Promise<number>) => Promise<void>;

interface ParserOptions {
  words: readonly string[];
  run: Run;
  /** Without the commands and flags that are not among the words: enough to parse a line that is right. */
  isBare: boolean;
}

/**
 * Adds commands to a parser. Only those among the words get their flags: to load and define them all
 * takes time.
 */
export async function addCommands(
  parent: Parser,
  entries: readonly CommandEntry[],
  options: ParserOptions,
): Promise<void> {
  const { words, isBare } = options;
  const isNamed = ({ usage }: CommandEntry): boolean => words.includes(nameIn(usage));
  const named = entries.filter(isNamed);
  // The help of a group shows the usage of all its commands.
  const isAll = parent.parent !== null && named.length === 0;
  for (const entry of isBare && named.length > 0 ? named : entries) {
    const isNeeded = isAll || isNamed(entry);
    const command = parent.command(isNeeded ? entry.usage : nameIn(entry.usage));
    command.summary(entry.summary);
    if (!isNeeded) continue;
    const loaded = await entry.load();
    addVersion(command).description(loaded.description || entry.summary);
    if (isGroup(loaded)) await addCommands(command, loaded.commands, options);
    else define(command, loaded, options);
    if (entry.guide !== undefined) {
      command.addHelpText('after', `\nGuide: telnyx-chat help ${entry.guide}`);
    }
  }
}

/** The flag that prints the version, which each command has. */
export function addVersion(parser: Parser): Parser {
  return parser.version(version, VERSION_FLAG.usage, VERSION_FLAG.help);
}

function define(parser: Parser, command: Command, { words, run, isBare }: ParserOptions): void {
  const names = new Map<Flag<unknown>, string>();
  for (const flag of isBare ? flagsAmong(words, command.flags) : command.flags)
    names.set(flag, addFlag(parser, flag).attributeName());
  for (const argument of parser.registeredArguments) describe(argument, command.arguments);
  if (command.helpAfter !== '') parser.addHelpText('after', command.helpAfter);
  parser.action(async () => {
    const typed = (flag: Flag<unknown>): Typed => {
      const name = names.get(flag);
      return name === undefined ? flag.default : (parser.getOptionValue(name) as Typed);
    };
    await run((context) => command.run(typed, parser.args, context));
  });
}

/** The flags that the words may contain; one too many does no harm. */
function flagsAmong(
  words: readonly string[],
  flags: readonly Flag<unknown>[],
): readonly Flag<unknown>[] {
  const options = words.filter((word) => word.startsWith('-'));
  if (options.length === 0) return [];
  const isTyped = (usage = ''): boolean => {
    const [name, letter] = [nameOf(usage), shortNameOf(usage)?.slice(1)];
    return options.some((word) =>
      word.startsWith('--')
        ? word === name || word.startsWith(`${name}=`)
        : letter !== undefined && word.includes(letter),
    );
  };
  return flags.filter(({ usage, alias, opposite }) =>
    [usage, alias, opposite?.usage].some(isTyped),
  );
}

function describe(
  argument: Parser['registeredArguments'][number],
  known: Readonly<Record<string, ArgumentInfo>>,
): void {
  const { help = '', choices } = known[argument.name()] ?? {};
  argument.description = help;
  if (choices) argument.choices(choices);
}

function addFlag(parser: Parser, flag: Flag<unknown>): Option {
  const option = optionOf(parser, flag);
  parser.addOption(option);
  // Behind its contrary, commander leaves the value undefined until one of them is given.
  if (flag.opposite) parser.option(flag.opposite.usage, flag.opposite.help);
  if (flag.alias !== undefined) addAlias(parser, option, flag.alias);
  return option;
}

export type ShownFlag = Omit<Flag<unknown>, 'read'>;

/** The parser's form of a flag. */
export function optionOf(parser: Parser, flag: ShownFlag): Option {
  const option = parser.createOption(flag.usage, flag.help);
  if (flag.choices) option.choices(flag.choices);
  if (flag.default !== undefined) option.default(flag.default);
  if (flag.isRepeatable) option.argParser(collected);
  if (flag.conflicts !== undefined) option.conflicts(flag.conflicts);
  return option;
}

/** Another spelling of an option, which help does not show. */
function addAlias(parser: Parser, option: Option, usage: string): void {
  parser.addOption(parser.createOption(usage).hideHelp());
  parser.on(`option:${nameOf(usage).slice(2)}`, (value: string) => {
    parser.setOptionValueWithSource(option.attributeName(), value, 'cli');
  });
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** The flags that the program has besides those of its commands. */
export const OWN_FLAGS: readonly string[] = ['-h', '--help', '-V', '--version'];

type OptionName = Pick<Flag<unknown>, 'usage' | 'alias'>;

/**
 * Puts options that stand before the name of a command behind it: `-p work send hi` as `send -p work hi`.
 * `flags` are those of the command that runs without a name.
 */
export async function commandFirst(
  words: readonly string[],
  entries: readonly CommandEntry[],
  flags: readonly OptionName[],
): Promise<string[]> {
  const [first = ''] = words;
  const { options, path, rest } = await scan(words, entries, flags);
  const isUnknown = !entryNamed(path[0], entries);
  // The program's own flags say by themselves that they take no word.
  if (isUnknown && OWN_FLAGS.includes(first) && path[0] !== 'help') return [...words];
  return path.at(-1) === 'help' ? [...path, ...rest] : [...path, ...options, ...rest];
}

/** The options, the name of a command in words, which may be unknown, and what follows it. */
async function scan(
  words: readonly string[],
  entries: readonly CommandEntry[],
  flags: readonly OptionName[],
): Promise<{ options: string[]; path: string[]; rest: readonly string[] }> {
  const options: string[] = [];
  const path: string[] = [];
  let level = entries;
  let at = 0;
  for (let word = words[0]; word !== undefined && word !== '--'; word = words[at]) {
    at += 1;
    if (word.length > 1 && word.startsWith('-')) {
      const next = words[at];
      const mayBeValue = next?.startsWith('-') === false && !entryNamed(next, level);
      const hasValue = takesValue(word, flags) ?? mayBeValue;
      options.push(word, ...(hasValue && next !== undefined ? [next] : []));
      at += hasValue ? 1 : 0;
      continue;
    }
    path.push(word);
    const command = await entryNamed(word, level)?.load();
    if (!command || !isGroup(command)) break;
    level = command.commands;
  }
  return { options, path, rest: words.slice(at) };
}

function entryNamed(
  name: string | undefined,
  entries: readonly CommandEntry[],
): CommandEntry | undefined {
  return entries.find(({ usage }) => nameIn(usage) === name);
}

/** Whether the next word is the option's value; undefined for an option of another command. */
function takesValue(option: string, flags: readonly OptionName[]): boolean | undefined {
  if (OWN_FLAGS.includes(option)) return false;
  if (option.startsWith('--')) {
    if (option.includes('=')) return false;
    const flag = flags.find(({ usage, alias = '' }) =>
      [nameOf(usage), nameOf(alias)].includes(option),
    );
    return flag?.usage.includes('<');
  }
  for (const [index, letter] of Array.from(option).entries()) {
    if (index === 0) continue;
    const flag = flags.find(({ usage }) => shortNameOf(usage) === `-${letter}`);
    if (!flag) return undefined;
    if (flag.usage.includes('<')) return index === option.length - 1;
  }
  return false;
}

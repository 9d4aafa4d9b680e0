import type { Command as Parser, Option } from 'commander';
import { version } from '../base/version.js';
import type { Context } from '../process/context.js';
import {
  isGroup,
  nameIn,
  VERSION_FLAG,
  type ArgumentInfo,
  type Command,
  type CommandEntry,
} from './command.js';
import { nameOf, type Flag, type Typed } from './flag.js';

/** Runs a command that the parser has found; its exit code is the program's. */
type Run = (task: (context: Context) => Promise<number>) => Promise<void>;

/**
 * Adds commands to a parser. Only those among the words get their flags: to load and define them all
 * takes time.
 */
export async function addCommands(
  parent: Parser,
  entries: readonly CommandEntry[],
  { words, run }: { words: readonly string[]; run: Run },
): Promise<void> {
  const isNamed = ({ usage }: CommandEntry): boolean => words.includes(nameIn(usage));
  // The help of a group shows the usage of all its commands.
  const isAll = parent.parent !== null && !entries.some(isNamed);
  for (const entry of entries) {
    const isNeeded = isAll || isNamed(entry);
    const command = parent.command(isNeeded ? entry.usage : nameIn(entry.usage));
    command.summary(entry.summary);
    if (!isNeeded) continue;
    const loaded = await entry.load();
    command.version(version, VERSION_FLAG.usage, VERSION_FLAG.help);
    command.description(loaded.description || entry.summary);
    if (isGroup(loaded)) await addCommands(command, loaded.commands, { words, run });
    else define(command, loaded, run);
    if (entry.guide !== undefined) {
      command.addHelpText('after', `\nGuide: telnyx-chat help ${entry.guide}`);
    }
  }
}

function define(parser: Parser, command: Command, run: Run): void {
  for (const flag of command.flags) addFlag(parser, flag);
  for (const argument of parser.registeredArguments) describe(argument, command.arguments);
  if (command.helpAfter !== '') parser.addHelpText('after', command.helpAfter);
  parser.action(async () => {
    const typed = (flag: Flag<unknown>): Typed =>
      parser.getOptionValue(addedOption(parser, flag).attributeName()) as Typed;
    await run((context) => command.run(typed, parser.args, context));
  });
}

function describe(
  argument: Parser['registeredArguments'][number],
  known: Readonly<Record<string, ArgumentInfo>>,
): void {
  const { help = '', choices } = known[argument.name()] ?? {};
  argument.description = help;
  if (choices) argument.choices(choices);
}

function addFlag(parser: Parser, flag: Flag<unknown>): void {
  const option = optionOf(parser, flag);
  parser.addOption(option);
  // Behind its contrary, commander leaves the value undefined until one of them is given.
  if (flag.opposite) parser.option(flag.opposite.usage, flag.opposite.help);
  if (flag.alias !== undefined) addAlias(parser, option, flag.alias);
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

function addedOption(parser: Parser, { usage }: Flag<unknown>): Option {
  const option = parser.options.find(({ flags }) => flags === usage);
  if (!option) throw new Error(`${usage} is not defined`);
  return option;
}

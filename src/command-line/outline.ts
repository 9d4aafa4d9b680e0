import { isGroup, nameIn, VERSION_FLAG, type ArgumentInfo, type CommandEntry } from './command.js';
import { nameOf, shortNameOf, type Flag } from './flag.js';

/** A command with all that can follow it, as data: for completion and the man page. */
export interface Outline {
  name: string;
  summary: string;
  description: string;
  arguments: OutlineArgument[];
  options: OutlineOption[];
  commands: Outline[];
}

export interface OutlineArgument extends ArgumentInfo {
  name: string;
  /** As a usage line shows it: `<key>`, `[message...]`. */
  shown: string;
  isVariadic: boolean;
}

type Shown = Pick<Flag<unknown>, 'usage' | 'help' | 'choices' | 'completes' | 'isRepeatable'>;

export interface OutlineOption extends Shown {
  /** `-a`. */
  short: string | undefined;
  /** `--assistant`. */
  long: string;
}

const HELP_FLAG = { usage: '-h, --help', help: 'display help for command' };

/** Says of which commands more than the name and the summary is needed: the others are not loaded. */
type IsNeeded = (name: string) => boolean;

/** The program with its commands, out of their declarations. */
export async function outlineOf(
  { name, description }: Pick<Outline, 'name' | 'description'>,
  entries: readonly CommandEntry[],
  isNeeded: IsNeeded = () => true,
): Promise<Outline> {
  const commands = await Promise.all(entries.map((entry) => commandOutline(entry, isNeeded)));
  return { ...leaf(name), description, options: ownFlags(), commands };
}

function leaf(name: string): Outline {
  return { name, summary: '', description: '', arguments: [], options: [], commands: [] };
}

async function commandOutline(
  { usage, summary, load }: CommandEntry,
  isNeeded: IsNeeded,
): Promise<Outline> {
  const outline = { ...leaf(nameIn(usage)), summary };
  if (!isNeeded(outline.name)) return outline;
  const command = await load();
  const description = command.description || summary;
  if (isGroup(command)) {
    const below = command.commands.map((entry) => commandOutline(entry, isNeeded));
    const commands = await Promise.all(below);
    return { ...outline, description, options: ownFlags(), commands };
  }
  const words = usage.split(' ').slice(1);
  return {
    ...outline,
    description,
    arguments: words.map((word) => argumentOutline(word, command.arguments)),
    options: ownFlags(command.flags),
  };
}

function argumentOutline(
  shown: string,
  known: Readonly<Record<string, ArgumentInfo>>,
): OutlineArgument {
  const name = shown.replace(/^[<[]|(\.\.\.)?[>\]]$/g, '');
  return { name, shown, isVariadic: shown.includes('...'), ...known[name] };
}

/** The flags of a command between those that each command has. */
function ownFlags(flags: readonly Flag<unknown>[] = []): OutlineOption[] {
  const all = flags.flatMap((flag) => (flag.opposite ? [flag, flag.opposite] : [flag]));
  return [VERSION_FLAG, ...all, HELP_FLAG].map((flag: Shown) => ({
    ...flag,
    short: shortNameOf(flag.usage),
    long: nameOf(flag.usage),
  }));
}

/** The command that the names lead to; undefined when one of them is none. */
export function commandAt(root: Outline, names: readonly string[]): Outline | undefined {
  let command: Outline | undefined = root;
  for (const name of names) command = command?.commands.find((each) => each.name === name);
  return command;
}

import { isGroup, nameIn, type CommandEntry } from './command.js';
import { nameOf, shortNameOf, type Flag } from './flag.js';

/** The flags that the program has besides those of its commands. */
export const OWN_FLAGS: readonly string[] = ['-h', '--help', '-V', '--version'];

type OptionName = Pick<Flag<unknown>, 'usage' | 'alias'>;

/** A command line that begins with options. */
interface Scanned {
  options: string[];
  /** The name of a command, in words: `conversations list`. It may be unknown. */
  path: string[];
  rest: readonly string[];
}

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
  const isUnknown = !entries.some((entry) => isNamed(entry, path[0]));
  // The program's own flags say by themselves that they take no word.
  if (isUnknown && OWN_FLAGS.includes(first) && path[0] !== 'help') return [...words];
  return path.at(-1) === 'help' ? [...path, ...rest] : [...path, ...options, ...rest];
}

async function scan(
  words: readonly string[],
  entries: readonly CommandEntry[],
  flags: readonly OptionName[],
): Promise<Scanned> {
  const options: string[] = [];
  const path: string[] = [];
  let level = entries;
  let at = 0;
  for (let word = words[0]; word !== undefined && word !== '--'; word = words[at]) {
    at += 1;
    if (word.length > 1 && word.startsWith('-')) {
      const next = words[at];
      const mayBeValue =
        next !== undefined && !next.startsWith('-') && !level.some(isNamedBy(next));
      const hasValue = takesValue(word, flags) ?? mayBeValue;
      options.push(word, ...(hasValue && next !== undefined ? [next] : []));
      at += hasValue ? 1 : 0;
      continue;
    }
    path.push(word);
    const command = await level.find(isNamedBy(word))?.load();
    if (!command || !isGroup(command)) break;
    level = command.commands;
  }
  return { options, path, rest: words.slice(at) };
}

const isNamed = ({ usage }: CommandEntry, name = ''): boolean => nameIn(usage) === name;
const isNamedBy =
  (name: string | undefined) =>
  (entry: CommandEntry): boolean =>
    isNamed(entry, name);

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

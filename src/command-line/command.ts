import { AppError } from '../base/errors.js';
import { shellWord } from '../base/text/sanitize.js';
import type { Context } from '../process/context.js';
import type { Flag, Source, Typed } from './flag.js';

/** The flag that every command has besides help. */
export const VERSION_FLAG = { usage: '-V, --version', help: 'print the version' };

/** Flags that belong together, by the names of their values. */
type FlagGroup = Readonly<Record<string, Flag<unknown>>>;

type FlagGroups = Readonly<Record<string, FlagGroup>>;

/** The values of a group's flags, each in its own type. */
export type ValuesOf<Group extends FlagGroup> = {
  [Name in keyof Group]: Group[Name] extends Flag<infer Value> ? Value : never;
};

/** The values of several groups, by the names of the groups. */
export type GroupValues<Groups extends FlagGroups> = {
  [Name in keyof Groups]: ValuesOf<Groups[Name]>;
};

/** An argument's help and its possible values. */
export interface ArgumentInfo {
  help?: string;
  choices?: readonly string[];
  completes?: Source;
}

/** The words of a command line that are no flags and no commands, in their order. */
interface Operands {
  operands: readonly string[];
}

interface Definition<Groups extends FlagGroups> {
  description?: string;
  /** By the argument's name in the usage: `id|name`. */
  arguments?: Readonly<Record<string, ArgumentInfo>>;
  /** Printed below the help. */
  helpAfter?: string;
  flags: Groups;
  /** May give an exit code other than 0. */
  run: (
    values: GroupValues<Groups> & Operands,
    context: Context,
  ) => Promise<number | undefined> | Promise<void>;
}

/** A command without the types of its flags. */
export interface Command {
  readonly description: string;
  readonly arguments: Readonly<Record<string, ArgumentInfo>>;
  readonly helpAfter: string;
  readonly flags: readonly Flag<unknown>[];
  /** Reads what was typed for each flag, in order, and runs. Gives the exit code. */
  readonly run: (
    typed: (flag: Flag<unknown>) => Typed,
    operands: readonly string[],
    context: Context,
  ) => Promise<number>;
}

/** A command with others below it. */
export interface CommandGroup {
  readonly description: string;
  readonly commands: readonly CommandEntry[];
}

/** A command in a list of commands; its definition is loaded when it is needed. */
export interface CommandEntry {
  /** Its name and its arguments: `show <id|name>`. */
  readonly usage: string;
  readonly summary: string;
  /** The guide that says more; its help ends with it. */
  readonly guide?: string;
  readonly load: () => Command | CommandGroup | Promise<Command | CommandGroup>;
}

/** Declares a command: its flags, its help and what it does. */
export function defineCommand<const Groups extends FlagGroups>(
  definition: Definition<Groups>,
): Command {
  const { description = '', arguments: args = {}, helpAfter = '', flags } = definition;
  return {
    description,
    arguments: args,
    helpAfter,
    flags: Object.values(flags).flatMap((group) => Object.values(group)),
    async run(typed, operands, context) {
      const read = (group: FlagGroup) => mapValues(group, (flag) => flag.read(typed(flag)));
      const values = mapValues(flags, read) as GroupValues<Groups>;
      try {
        return (await definition.run({ ...values, operands }, context)) ?? 0;
      } catch (error) {
        throw forProfile(error, values['target']);
      }
    },
  };
}

/** Commands that read or change the settings of a profile. */
const FOR_A_PROFILE = /\btelnyx-chat (?=(?:assistants|config|conversations|login|logout)\b)/g;

function forProfile(error: unknown, target: { profile?: unknown } = {}): unknown {
  if (!(error instanceof AppError)) return error;
  const { hint } = error.details;
  const named = hintForProfile(hint, target.profile);
  return named === hint ? error : error.but({ hint: named });
}

/** The commands that a hint names are for the profile that the flag named: for another one they may do harm. */
export function hintForProfile<Hint extends string | undefined>(
  hint: Hint,
  profile: unknown,
): string | Hint {
  if (!hint || typeof profile !== 'string' || hint.includes(`--profile ${profile}`)) return hint;
  // It need not be a name yet: the mistake may be another one.
  return hint.replace(FOR_A_PROFILE, () => `telnyx-chat -p ${shellWord(profile)} `);
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, change(value)]));
}

/** The name in a usage: `show` of `show <id|name>`. */
export function nameIn(usage: string): string {
  return usage.split(' ', 1)[0] ?? usage;
}

export function isGroup(command: Command | CommandGroup): command is CommandGroup {
  return 'commands' in command;
}

import { AppError } from '../base/errors.js';

/** A source of values for Tab, beside the choices that a command declares. */
export type Source =
  | 'assistants'
  | 'conversations'
  | 'profiles'
  | 'config-keys'
  | 'config-values'
  | 'fault-kinds'
  | 'channels'
  | 'files';

/** A flag as it is declared: all that the parser, help, completion and the man page know of it. */
export interface Flag<Value> {
  /** As help shows it: `-a, --assistant <id>`. */
  readonly usage: string;
  readonly help: string;
  readonly completes?: Source | undefined;
  readonly choices?: readonly string[] | undefined;
  /** The value without the flag, as help shows it. */
  readonly default?: string | undefined;
  readonly isRepeatable?: boolean | undefined;
  /** Another spelling that is understood and not shown. */
  readonly alias?: string | undefined;
  /** The flag that says the contrary: `--no-trace`. */
  readonly opposite?: Pick<Flag<unknown>, 'usage' | 'help'> | undefined;
  /** The flag that it cannot stand with, by its property in commander: `json`. */
  readonly conflicts?: string | undefined;
  /** Reads what was typed. Throws `usage`. */
  readonly read: (typed: Typed) => Value;
}

/** The value that commander gives for a flag. */
export type Typed = string | readonly string[] | boolean | undefined;

type TextOptions = Pick<Flag<unknown>, 'completes' | 'alias' | 'conflicts'>;

/** A flag without a value; one that begins with `--no-` is true until it is given. */
export function toggle(
  usage: string,
  help: string,
  options: Pick<Flag<unknown>, 'conflicts'> = {},
): Flag<boolean> {
  const isOnByDefault = usage.includes('--no-');
  return {
    usage,
    help,
    ...options,
    read: (typed) => (isOnByDefault ? typed !== false : typed === true),
  };
}

/** A flag that turns something on, with another one that turns it off; undefined without either. */
export function onOrOff(
  usage: string,
  help: { on: string; off: string },
): Flag<boolean | undefined> {
  return {
    usage,
    help: help.on,
    opposite: { usage: usage.replace('--', '--no-'), help: help.off },
    read: (typed) => (typeof typed === 'boolean' ? typed : undefined),
  };
}

/** A flag with a text for a value. */
export function text(
  usage: string,
  help: string,
  options: TextOptions = {},
): Flag<string | undefined> {
  return { usage, help, ...options, read: (typed) => textIn(typed, usage) };
}

/** A flag that may come several times: the values in their order, none without the flag. */
export function texts(usage: string, help: string, options: TextOptions = {}): Flag<string[]> {
  const read = (typed: Typed): string[] =>
    Array.isArray(typed) ? typed.flatMap((each: string) => textIn(each, usage) ?? []) : [];
  return { usage, help, ...options, isRepeatable: true, read };
}

/** A flag with one of some words for a value. */
export function choice<Word extends string, Default extends Word | undefined = undefined>(
  usage: string,
  help: string,
  { choices, default: usual }: { choices: readonly Word[]; default?: Default },
): Flag<Word | Default> {
  const read = (typed: Typed): Word | Default => {
    const given = textIn(typed, usage);
    // Without the flag commander gives the default, which is one of the words.
    return choices.find((word) => word === given) ?? (usual as Default);
  };
  return { usage, help, choices, default: usual, read };
}

interface CountOptions<Default> {
  min?: number;
  max?: number;
  default?: Default;
}

/** A flag with a whole number for a value. */
export function count<Default extends number | undefined = undefined>(
  usage: string,
  help: string,
  options: CountOptions<Default> = {},
): Flag<number | Default> {
  const usual = options.default;
  const read = (typed: Typed): number | Default => {
    const given = textIn(typed, usage);
    return given === undefined ? (usual as Default) : checkedCount(nameOf(usage), given, options);
  };
  return { usage, help, default: usual?.toString(), read };
}

/** A whole number within its bounds. Throws `usage` that names whatever it was given by. */
export function checkedCount(
  name: string,
  given: string,
  { min = 0, max = Infinity }: { min?: number; max?: number },
): number {
  const value = Number(given);
  if (/^\d{1,10}$/.test(given) && value >= min && value <= max) return value;
  const range = max === Infinity ? `of ${min} or more` : `from ${min} to ${max}`;
  throw new AppError('usage', `bad ${name} ${JSON.stringify(given)}`, {
    hint: `give a whole number ${range}`,
  });
}

/** The long name in a usage: `--assistant`. */
export function nameOf(usage: string): string {
  return /--[\w-]+/.exec(usage)?.[0] ?? usage;
}

/** The short name in a usage: `-a`. */
export function shortNameOf(usage: string): string | undefined {
  return /^-\w(?=,)/.exec(usage)?.[0];
}

/** An empty value is most likely a variable that is not set. */
function textIn(typed: Typed, usage: string): string | undefined {
  if (typeof typed !== 'string') return undefined;
  if (typed.trim() !== '') return typed;
  throw new AppError('usage', `${nameOf(usage)} is empty`, {
    hint: 'give it a value, or leave it out; a variable in it may not be set',
  });
}

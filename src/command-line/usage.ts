import type { Command, CommanderError } from 'commander';
import { AppError } from '../base/errors.js';
import { nearest } from '../base/names.js';
import { guideNamed, GUIDES } from './help.js';
import type { Outline } from './outline.js';

/**
 * `help config set` as `config set --help`; a guide is left to the command `help`. Throws on a name that
 * is neither.
 */
export function helpRequest(program: Command, words: readonly string[]): readonly string[] {
  const names = topicOf(program, words);
  if (!names[0] || ['-h', '--help'].includes(names[0])) return words;
  if (names[0] === 'help') return ['--help'];
  let command = program;
  for (const name of names.filter((word) => !word.startsWith('-'))) {
    const next = command.commands.find((each) => each.name() === name);
    if (!next && command === program && guideNamed(name) !== undefined) return words;
    if (!next && command === program) throw unknownTopic(name, { program, names });
    if (!next && command.commands.length > 0) throw unknownCommand(name, command);
    command = next ?? command;
  }
  return [...names, '--help'];
}

/** The names after `help`, which may also follow a group of commands: `config help set`. */
function topicOf(program: Command, words: readonly string[]): string[] {
  const [command] = commandOf(program, words);
  const path = command.parent && command.commands.length > 0 ? [command.name()] : [];
  const [first, ...names] = words.slice(path.length);
  return first === 'help' && names.length > 0 ? [...path, ...names] : [];
}

/** The code of commander's error. */
export const UNKNOWN_FLAG = 'commander.unknownOption';

/**
 * Help and version are no mistakes; anything else that commander refuses is wrong usage. The outline tells which
 * commands have an unknown flag.
 */
export function assertNoMistake(
  error: CommanderError,
  program: Command,
  { argv, outline }: { argv: readonly string[]; outline: Outline | undefined },
): void {
  const [command, next] = commandOf(program, argv);
  if (error.exitCode === 0) {
    assertAnswerable(command, next);
    if (error.code === 'commander.version') assertAlone(program, argv);
    return;
  }
  if (error.code === 'commander.help') throw withoutSubcommand(command);
  if (error.code === 'commander.unknownCommand' && next) {
    throw command.parent ? unknownCommand(next, command) : unknownFirstWord(argv, program);
  }
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const suggested = suggestion?.replace(/^\((.*)\)$/, '$1') ?? nearestChoice(message);
  const owners = outline && ownersOf(message, outline);
  const wayOut = error.code === UNKNOWN_FLAG ? afterDashes(command) : undefined;
  const isMessage = error.code === 'commander.excessArguments' && command.name() === 'chat';
  const hint = isMessage ? AS_A_MESSAGE : (owners ?? suggested ?? wayOut ?? seeHelp(command));
  throw new AppError('usage', message, { hint });
}

/** A hint does not list more commands. */
const MAX_OWNERS = 3;

/** The commands that an unknown flag belongs to, if they are few. */
function ownersOf(message: string, outline: Outline): string | undefined {
  const [, flag] = /'(--[\w-]+)/.exec(message) ?? [];
  const owners = commandsWith(flag, outline, outline.name);
  if (owners.length === 0 || owners.length > MAX_OWNERS) return undefined;
  const all = [owners.slice(0, -1).join(', '), ...owners.slice(-1)].filter((part) => part !== '');
  return `${flag} is a flag of ${all.join(' and ')}`;
}

function commandsWith(flag: string | undefined, outline: Outline, path: string): string[] {
  const own = outline.options.some(({ long }) => long === flag) ? [path] : [];
  const below = outline.commands.flatMap((each) =>
    commandsWith(flag, each, `${path} ${each.name}`),
  );
  return [...own, ...below];
}

/** The choice that a mistyped value is nearest to, in any case. */
function nearestChoice(message: string): string | undefined {
  const [, given = '', listed = ''] = /'([^']*)' is invalid.* are (.*)\.$/.exec(message) ?? [];
  const value = given.toLowerCase();
  // Short as they are, `tcsh` would be near to `bash`.
  const choices = listed.split(', ').filter((choice) => choice[0] === value[0]);
  const near = nearest(value, choices);
  return near ? `Did you mean ${near}?` : undefined;
}

/** How a command that takes any text is given text that looks like a flag. */
function afterDashes(command: Command): string | undefined {
  if (!command.registeredArguments.some(({ variadic }) => variadic)) return undefined;
  return `to give text starting with -, put -- before it: telnyx-chat ${pathOf(command)} -- …`;
}

/** An unknown command has no help and no version; commander would answer for the one above it. */
function assertAnswerable(command: Command, next = '-'): void {
  if (command.commands.length === 0 || next.startsWith('-') || next === 'help') return;
  throw command.parent ? unknownCommand(next, command) : unknownFirstWord([next], command);
}

/** `--version` takes nothing else. */
function assertAlone(program: Command, argv: readonly string[]): void {
  const [first = '', ...others] = argv;
  const extra = others.find((word) => !word.startsWith('-'));
  if (!first.startsWith('-') || extra === undefined) return;
  throw new AppError('usage', `${first} takes no word '${extra}'`, { hint: seeHelp(program) });
}

/** The command that the words lead to, and the word after it. */
function commandOf(program: Command, argv: readonly string[]): [Command, string | undefined] {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((each) => each.name() === word);
    if (!next) return [command, word];
    command = next;
  }
  return [command, undefined];
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '';
}

function seeHelp(command: Command): string {
  return command.parent ? `see telnyx-chat help ${pathOf(command)}` : 'see telnyx-chat --help';
}

/** A guess `help` would be no help: it takes everything. */
const namesOf = ({ commands }: Command): string[] =>
  commands.map((each) => each.name()).filter((name) => name !== 'help');

function unknownCommand(name: string, command: Command): AppError {
  const names = namesOf(command);
  const near = nearest(name, names);
  const whose = command.parent ? `commands of ${pathOf(command)}` : 'commands';
  return new AppError('usage', `unknown command '${`${pathOf(command)} ${name}`.trim()}'`, {
    hint: near ? `Did you mean ${near}?` : `${whose} are ${names.join(', ')}`,
  });
}

/** Somebody new may have asked the assistant for help. */
function unknownTopic(
  name: string,
  { program, names }: { program: Command; names: readonly string[] },
): AppError {
  const near = nearest(name, [...namesOf(program), ...Object.keys(GUIDES)]);
  const hint = near ? `Did you mean ${near}?` : 'telnyx-chat help lists the topics';
  return new AppError('usage', `unknown help topic '${name}'`, {
    hint: names.length > 1 && !near ? `${AS_A_MESSAGE}; ${hint}` : hint,
  });
}

/** How the assistant is told what was taken for a command. */
const AS_A_MESSAGE = 'did you mean: telnyx-chat send "…"';

/** Somebody new may have typed a message in place of a command. */
function unknownFirstWord(argv: readonly string[], program: Command): AppError {
  const words = argv.filter((word) => !word.startsWith('-'));
  const [first = ''] = words;
  const error = unknownCommand(first, program);
  const isSentence = words.join(' ').trim().includes(' ');
  // A chat takes no words.
  const names = namesOf(program).filter((name) => !isSentence || name !== 'chat');
  // Short words begin many sentences.
  const near = isSentence && first.length < 4 ? undefined : nearest(first, names);
  if (near === 'send') return error;
  if (near) return error.but({ hint: `Did you mean ${near}? To say it: telnyx-chat send "…"` });
  const hint = isSentence ? AS_A_MESSAGE : `${AS_A_MESSAGE}; ${error.details.hint}`;
  return error.but({ hint });
}

function withoutSubcommand(command: Command): AppError {
  return new AppError('usage', `${pathOf(command)} needs a command`, { hint: seeHelp(command) });
}

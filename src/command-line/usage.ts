import type { Command, CommanderError } from 'commander';
import { AppError } from '../base/errors.js';
import { nearest } from '../text/nearest.js';

/**
 * `help config set` as `config set --help`: commander's own help takes one name only. Throws on a
 * name that is no command.
 */
export function helpRequest(program: Command, words: readonly string[]): readonly string[] {
  const names = topicOf(program, words);
  if (!names[0] || ['-h', '--help'].includes(names[0])) return words;
  if (names[0] === 'help') return ['--help'];
  let command = program;
  for (const name of names.filter((word) => !word.startsWith('-'))) {
    const next = command.commands.find((each) => each.name() === name);
    if (!next && command.commands.length > 0) throw unknownCommand(name, command);
    command = next ?? command;
  }
  return [...names, '--help'];
}

/** The names behind `help`, which may also stand behind a command that has others: `config help set`. */
function topicOf(program: Command, words: readonly string[]): string[] {
  const [command] = commandOf(program, words);
  const path = command.parent && command.commands.length > 0 ? [command.name()] : [];
  const [first, ...names] = words.slice(path.length);
  return first === 'help' && names.length > 0 ? [...path, ...names] : [];
}

/** Help and version are no mistakes; anything else that commander refuses is wrong usage. */
export function assertNoMistake(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): void {
  const [command, next] = commandOf(program, argv);
  if (error.exitCode === 0) {
    assertAnswerable(command, next);
    if (error.code === 'commander.version') assertAlone(program, argv);
    return;
  }
  if (error.code === 'commander.help') throw withoutSubcommand(command);
  if (error.code === 'commander.unknownCommand' && next) throw unknownCommand(next, command);
  if (error.code === 'commander.excessArguments') assertCommandFirst(program, argv);
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replace(/^\((.*)\)$/, '$1') ?? meantValue(message);
  const wayOut = error.code === 'commander.unknownOption' ? behindDashes(command) : undefined;
  throw new AppError('usage', message, { hint: meant ?? wayOut ?? seeHelp(command) });
}

/** The choice that a value was most likely to be, in whatever case. */
function meantValue(message: string): string | undefined {
  const [, given = '', listed = ''] = /'([^']*)' is invalid.* are (.*)\.$/.exec(message) ?? [];
  const value = given.toLowerCase();
  // Short as they are, `tcsh` would be near to `bash`.
  const choices = listed.split(', ').filter((choice) => choice[0] === value[0]);
  const near = nearest(value, choices);
  return near ? `Did you mean ${near}?` : undefined;
}

/** Of a command that takes words of any kind: how those that look like flags are given. */
function behindDashes(command: Command): string | undefined {
  if (!command.registeredArguments.some(({ variadic }) => variadic)) return undefined;
  return `words that begin with - stand behind --: telnyx-chat ${pathOf(command)} -- …`;
}

/** What is asked of a command that is none has no answer; commander would answer for the one above. */
function assertAnswerable(command: Command, next = '-'): void {
  if (command.commands.length === 0 || next.startsWith('-') || next === 'help') return;
  throw unknownCommand(next, command);
}

/** Of the program, the version is all that can be asked at once. */
function assertAlone(program: Command, argv: readonly string[]): void {
  const [first = '', ...others] = argv;
  const extra = others.find((word) => !word.startsWith('-'));
  if (!first.startsWith('-') || extra === undefined) return;
  assertCommandFirst(program, argv);
  throw new AppError('usage', `${first} takes no word '${extra}'`, { hint: seeHelp(program) });
}

/** A flag without a value in it is most likely a variable that is not set. */
export function assertValues(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') continue;
    const values: unknown[] = [command.getOptionValue(name)].flat();
    if (!values.some((value) => typeof value === 'string' && value.trim() === '')) continue;
    throw new AppError('usage', `${option.long ?? option.flags} is empty`, {
      hint: 'give it a value, or leave it out; a variable in it may not be set',
    });
  }
}

/** The command that the words lead to, and the word behind it. */
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

function unknownCommand(name: string, command: Command): AppError {
  const names = command.commands.map((each) => each.name());
  const near = nearest(name, names);
  const whose = command.parent ? `commands of ${pathOf(command)}` : 'commands';
  return new AppError('usage', `unknown command '${`${pathOf(command)} ${name}`.trim()}'`, {
    hint: near ? `Did you mean ${near}?` : `${whose} are ${names.join(', ')}`,
  });
}

function withoutSubcommand(command: Command): AppError {
  return new AppError('usage', `${pathOf(command)} needs a command`, { hint: seeHelp(command) });
}

/** Flags before a command are taken for a chat's, whose surplus word the command then is. */
function assertCommandFirst(program: Command, argv: readonly string[]): void {
  const [first = ''] = argv;
  const command = argv.find((word) => program.commands.some((each) => each.name() === word));
  if (command === undefined || !first.startsWith('-')) return;
  throw new AppError('usage', `${first} stands before the command`, {
    hint: `flags come behind it: telnyx-chat ${command} ${first} …`,
  });
}

import type { Argument, Command, Option } from 'commander';
import type { Outline, OutlineArgument, OutlineOption } from '../../command-line/outline.js';
import { collected } from './flags.js';

/** What is defined of a command, as data. Of the help commands only the one of the program is kept. */
export function outlineOf(command: Command): Outline {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  return {
    name: command.name(),
    summary: command.summary(),
    description: command.description(),
    arguments: command.registeredArguments.map(argumentOutline),
    options: help.visibleOptions(command).map(optionOutline),
    commands: commands
      .filter((each) => command.parent === null || each.name() !== 'help')
      .map(outlineOf),
  };
}

function argumentOutline(argument: Argument): OutlineArgument {
  const name = argument.name();
  const word = argument.variadic ? `${name}...` : name;
  return {
    name,
    shown: argument.required ? `<${word}>` : `[${word}]`,
    description: argument.description,
    isVariadic: argument.variadic,
    choices: argument.argChoices ?? [],
  };
}

function optionOutline(option: Option): OutlineOption {
  const { short, long, flags, description, argChoices, variadic, parseArg } = option;
  return {
    short,
    long,
    shown: flags,
    description,
    takesValue: option.required || option.optional,
    isRepeatable: variadic || parseArg === collected,
    choices: argChoices ?? [],
  };
}

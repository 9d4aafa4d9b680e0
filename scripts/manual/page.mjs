// The man page: the commands as they are defined, and the sections around them.
import { ABOUT, ENVIRONMENT, EXAMPLES, EXIT_STATUS, FILES } from '../docs/reference.mjs';
import { bold, escaped, list, paragraphs, section, shown, subsection, verbatim } from './roff.mjs';

/**
 * @param {Awaited<ReturnType<typeof import('../docs/facts.mjs').programFacts>>} facts
 * @param {{ version: string, description: string, date: string }} release date as YYYY-MM-DD
 */
export function manualPage({ outline, ...facts }, { version, description, date }) {
  const { name, commands } = outline;
  const lines = [
    `.TH ${name.toUpperCase()} 1 ${date} "${name} ${version}" "User Commands"`,
    ...section('NAME', [`${escaped(name)} \\- ${escaped(uncapitalized(description))}`]),
    ...section('SYNOPSIS', synopsis(outline)),
    ...section('DESCRIPTION', paragraphs(outline.description, ABOUT)),
    ...section(
      'COMMANDS',
      commands.flatMap((command) => commandPart(command, name)),
    ),
    ...section('KEYS IN A CHAT', list(terms(facts.KEYS.map(({ keys, does }) => [keys, does])))),
    ...section('COMMANDS IN A CHAT', list(facts.SLASH_COMMANDS.map(slashCommand))),
    ...section('ENVIRONMENT', list(terms(ENVIRONMENT))),
    ...section('FILES', list(terms(FILES))),
    ...section('EXIT STATUS', list(terms(EXIT_STATUS))),
    ...section(
      'EXAMPLES',
      EXAMPLES.flatMap(([text, code], index) => [
        ...(index > 0 ? ['.PP'] : []),
        escaped(text),
        ...verbatim(code),
      ]),
    ),
    ...section('SEE ALSO', [
      ...paragraphs(`${name} help <guide> shows a guide, and only a section if its name follows.`),
      ...list(terms(Object.entries(facts.GUIDES))),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const slashCommand = ({ name, argument, summary }) => [
  shown(`/${name} ${argument}`.trim()),
  summary,
];

const terms = (rows) => rows.map(([term, text]) => [bold(term), text]);

const uncapitalized = (text) => text[0].toLowerCase() + text.slice(1);

/** A line a way to call it. */
function synopsis({ name, commands }) {
  const calls = commands.map((command) => usage(command, name));
  return [shown(`${name} [option...]`), ...calls.flatMap((call) => ['.br', shown(call)])];
}

function usage({ name, arguments: args, commands, options }, path) {
  const parts = [path, name, ...args.map((argument) => argument.shown)];
  if (commands.length > 0) parts.push(commands.map((command) => command.name).join('|'));
  if (options.length > 0) parts.push('[option...]');
  return parts.join(' ');
}

/** A command and those below it, each with its flags. */
function commandPart(command, path) {
  const { name, arguments: args, commands } = command;
  const options = command.options.filter(({ long }) => long !== '--help' && long !== '--version');
  const called = [path, name, ...args.map((argument) => argument.shown)].join(' ');
  return [
    ...subsection(shown(called), paragraphs(command.description || command.summary)),
    ...list([
      ...args
        .filter(({ help, choices }) => help || choices)
        .map((argument) => [`\\fI${escaped(argument.name)}\\fR`, described(argument)]),
      ...options.map((option) => [shown(option.usage), described(option)]),
    ]),
    ...commands.flatMap((each) => commandPart(each, `${path} ${name}`)),
  ];
}

function described({ help, choices }) {
  const oneOf = choices ? `one of ${choices.join(', ')}` : '';
  return [help, oneOf].filter(Boolean).join('; ');
}

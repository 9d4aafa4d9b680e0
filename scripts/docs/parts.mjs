// The generated parts of the documentation, by the names that pages call them.
import { ENVIRONMENT, EXIT_STATUS, FILES, PREFERENCES } from './reference.mjs';

/**
 * @param {Awaited<ReturnType<typeof import('./facts.mjs').programFacts>>} facts
 * @returns {Record<string, (argument: string) => string>}
 */
export function documentationParts(facts) {
  const { outline, SLASH_COMMANDS, FAULT_KINDS } = facts;
  return {
    flags: (path) => flagsOf(commandAt(outline, path)),
    variables: () => list(ENVIRONMENT),
    preferences: () => list(PREFERENCES),
    files: () => list(FILES),
    library: () => ['```ts', facts.libraryTypes.trim(), '```'].join('\n'),
    metrics: () => list(ownMetrics(facts.metrics)),
    'turn-json': () => json(facts.turnJson(SAMPLE_TURN)),
    'error-json': () => json(facts.errorJson(sampleError(facts.AppError))),
    guides: () =>
      Object.entries(facts.GUIDES)
        .map(([guide, text]) => [facts.pageOf(guide), text])
        .map(([page, text]) => `- [${page}](${page}.md): ${text}`)
        .join('\n'),
    'exit-codes': () => table(['Exit code', 'Meaning'], EXIT_STATUS),
    keys: () => list(facts.KEYS.map(({ keys, does }) => [keys, does.replace(/\$\w+/g, '`$&`')])),
    'slash-commands': () =>
      list(SLASH_COMMANDS.map(({ name, argument, summary }) => [usage(name, argument), summary])),
    faults: () =>
      list(
        Object.entries(FAULT_KINDS).map(([name, { about, amount }]) => [
          name,
          amount === undefined ? about : `${about} (\`@\` ${amount})`,
        ]),
      ),
  };
}

const SAMPLE_TURN = {
  conversationId: '0b0c8a4e-9a51-4bb5-a0e4-1f6f5f2f6e1a',
  reply: 'Your name is Ada.',
  assistantId: 'assistant-sandbox',
  newConversation: false,
  recovered: false,
  timing: { firstTokenMs: 412, totalMs: 413 },
  toolCalls: [],
};

const sampleError = (AppError) =>
  new AppError('network', 'no answer within 120 s', {
    hint: 'allow more time with --timeout',
    conversationId: SAMPLE_TURN.conversationId,
    delivery: 'unknown',
  });

const json = (value) => ['```json', JSON.stringify(value, null, 2), '```'].join('\n');

/** The metrics of the relay itself, without those of Node, by name. */
const ownMetrics = (text) =>
  [...text.matchAll(/^# HELP (telnyx_chat_\w+) (.*)$/gm)].map(([, name, help]) => [name, help]);

const usage = (name, argument) => `/${name} ${argument}`.trim();

const list = (rows) => rows.map(([term, text]) => `- \`${term}\`: ${text}`).join('\n');

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function commandAt(outline, path) {
  const found = path
    .split(' ')
    .reduce((above, name) => above?.commands.find((each) => each.name === name), outline);
  if (!found) throw new Error(`there is no command ${path}`);
  return found;
}

/** A command's flags; of a group, what all of its commands take, then each command with its own. */
function flagsOf(command) {
  if (command.commands.length === 0) return list(flagRows(command));
  const commands = command.commands.filter(({ name }) => name !== 'help');
  const all = commands.map(flagRows);
  const isShared = ([term]) => all.every((rows) => rows.some(([other]) => other === term));
  const shared = all[0].filter(isShared);
  const own = commands.map((each, index) => {
    const rows = all[index].filter((row) => !isShared(row));
    return [`### ${heading(each)}`, sentence(each.summary), list(rows)].join('\n\n').trimEnd();
  });
  return ['Every command takes:', list(shared), ...own].join('\n\n');
}

const heading = ({ name, arguments: args }) =>
  `\`${[name, ...args.map(({ shown }) => shown)].join(' ')}\``;

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

const EVERYWHERE = ['--help', '--version'];

/** Usage and meaning of each flag, but for those that every command has. */
function flagRows({ options }) {
  return options
    .filter(({ long }) => !EVERYWHERE.includes(long))
    .map(({ usage, help, choices }) => [usage, choices ? `${help}: ${choices.join(', ')}` : help]);
}

import { Command as Parser, CommanderError } from 'commander';
import type { CommandEntry } from './command-line/command.js';
import { HELP_LAYOUT } from './command-line/help.js';
import type { Outline } from './command-line/outline.js';
import { addCommands, addVersion, commandFirst, OWN_FLAGS } from './command-line/parser.js';
import { assertNoMistake, helpRequest, UNKNOWN_FLAG } from './command-line/usage.js';
import type { Context } from './process/context.js';
import { write } from './process/output.js';
import {
  AS_PIPED,
  asksForHelp,
  chatFlags,
  helpLayout,
  helpParts,
} from './commands/options/chat.js';

const NAME = 'telnyx-chat';
const DESCRIPTION = 'Chat with a Telnyx AI Assistant. Without a command: a chat.';

/** Each is loaded when it runs. */
const COMMANDS: readonly CommandEntry[] = [
  {
    usage: 'chat',
    summary: 'chat; the default without a command',
    guide: 'chat-guide',
    load: async () => (await import('./commands/chat.js')).chat,
  },
  {
    usage: 'send [message...]',
    summary: 'send one message and print the reply',
    guide: 'scripts',
    load: async () => (await import('./commands/send.js')).send,
  },
  {
    usage: 'conversations',
    summary: 'list, show, change and export the conversations that Telnyx keeps',
    guide: 'conversations-guide',
    load: async () => (await import('./commands/conversations.js')).conversations,
  },
  {
    usage: 'assistants',
    summary: 'list and show the assistants of the account, and choose one',
    guide: 'settings',
    load: async () => (await import('./commands/assistants.js')).assistants,
  },
  {
    usage: 'test [files...]',
    summary: 'play conversations from files, and check the replies',
    guide: 'testing',
    load: async () => (await import('./commands/test.js')).test,
  },
  {
    usage: 'serve',
    summary: 'serve the chat over HTTP: GET /health, POST /chat',
    guide: 'relay',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  {
    usage: 'sandbox',
    summary: 'serve the Telnyx API locally, for trying and testing',
    guide: 'sandbox-guide',
    load: async () => (await import('./commands/sandbox.js')).sandbox,
  },
  {
    usage: 'login',
    summary: 'check a key and store it',
    guide: 'settings',
    load: async () => (await import('./commands/login.js')).login,
  },
  {
    usage: 'logout',
    summary: 'remove a stored key',
    guide: 'settings',
    load: async () => (await import('./commands/login.js')).logout,
  },
  {
    usage: 'config',
    summary: 'show and change stored settings',
    guide: 'settings',
    load: async () => (await import('./commands/config.js')).config,
  },
  {
    usage: 'doctor',
    summary: 'check everything that a first turn needs',
    guide: 'troubleshooting',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    usage: 'completion <shell> [words...]',
    summary: 'print the script that lets Tab complete in a shell',
    guide: 'settings',
    load: async () => {
      const { completion } = await import('./commands/completion.js');
      return completion({ outline: programOutline, inOrder });
    },
  },
  {
    usage: 'help [topic...]',
    summary: 'show the help of a command, or a guide',
    load: async () => (await import('./commands/help.js')).help,
  },
];

/** Parses the arguments and runs the command they name. Gives its exit code. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  const words = withDefaultCommand(await inOrder(argv));
  if (!asksForHelp(words)) {
    try {
      return await runParsed(
        newParser(AS_PIPED.width, () => undefined),
        { words, isBare: true },
        context,
      );
    } catch (error) {
      // The version, or a mistake: what to say of it follows from all commands and flags.
      if (!(error instanceof CommanderError)) throw error;
    }
  }
  let printed = '';
  const layout = await helpLayout(words, context);
  const program = newParser(layout.width, (text) => (printed += text));
  try {
    return await runParsed(program, { words, isBare: false }, context);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const outline = error.code === UNKNOWN_FLAG ? await programOutline() : undefined;
    assertNoMistake(error, program, { argv: words, outline });
    // Help, or the version.
    await write(context.stdout, layout.wrap(printed));
  }
  return 0;
}

async function runParsed(
  program: Parser,
  { words, isBare }: { words: readonly string[]; isBare: boolean },
  context: Context,
): Promise<number> {
  let exitCode = 0;
  const run = async (task: (context: Context) => Promise<number>): Promise<void> => {
    exitCode = await task(context);
  };
  await addCommands(program, COMMANDS, { words, isBare, run });
  await program.parseAsync(isBare ? words : helpRequest(program, words), { from: 'user' });
  return exitCode;
}

function newParser(helpWidth: number, print: (text: string) => void): Parser {
  const parser = addVersion(new Parser(NAME))
    .description(DESCRIPTION)
    .exitOverride()
    .configureHelp(HELP_LAYOUT)
    .configureOutput({
      writeOut: print,
      writeErr: () => undefined, // main.ts words all errors
      // With all of them given, commander does not open the standard streams.
      getOutHelpWidth: () => helpWidth,
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    });
  return parser.addHelpText('after', () => `\n${helpParts(parser, helpWidth).join('\n\n')}`);
}

function inOrder(words: readonly string[]): Promise<string[]> {
  return commandFirst(words, COMMANDS, chatFlags());
}

/** The program as data, with the flags of all its commands, or of those among the words. */
export async function programOutline(words?: readonly string[]): Promise<Outline> {
  const { outlineOf } = await import('./command-line/outline.js');
  const program = { name: NAME, description: DESCRIPTION };
  return outlineOf(program, COMMANDS, (name) => words?.includes(name) ?? true);
}

/** No command, or only flags, is a chat; a word that is no command stays a usage error. */
function withDefaultCommand(argv: readonly string[]): string[] {
  const [first, ...others] = argv;
  if (first === undefined) return ['chat'];
  if (first === 'help' && (others.find((word) => !word.startsWith('-')) ?? 'help') === 'help') {
    return ['--help', ...others.filter((word) => word !== 'help')];
  }
  return first.startsWith('-') && !OWN_FLAGS.includes(first) ? ['chat', ...argv] : [...argv];
}

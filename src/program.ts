import { Command as Parser, CommanderError } from 'commander';
import { version } from './base/version.js';
import { VERSION_FLAG, type CommandEntry } from './command-line/command.js';
import type { Outline } from './command-line/outline.js';
import { addCommands } from './command-line/parser.js';
import { assertNoMistake, helpRequest } from './command-line/usage.js';
import type { Context } from './process/context.js';
import { write } from './process/write.js';

const NAME = 'telnyx-chat';
const DESCRIPTION = 'Chat with a Telnyx AI Assistant. Without a command: a chat.';

/** Each is loaded when it runs. */
const COMMANDS: readonly CommandEntry[] = [
  {
    usage: 'chat',
    summary: 'chat; the default without a command',
    load: async () => (await import('./commands/chat.js')).chat,
  },
  {
    usage: 'send [message...]',
    summary: 'send one message and print the reply',
    load: async () => (await import('./commands/send.js')).send,
  },
  {
    usage: 'conversations',
    summary: 'list, show, change and export the conversations that Telnyx keeps',
    load: async () => (await import('./commands/conversations.js')).conversations,
  },
  {
    usage: 'assistants',
    summary: 'list and show the assistants of the account, and choose one',
    load: async () => (await import('./commands/assistants.js')).assistants,
  },
  {
    usage: 'serve',
    summary: 'serve the chat over HTTP: GET /health, POST /chat',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  {
    usage: 'sandbox',
    summary: 'serve the Telnyx API locally, for trying and testing',
    load: async () => (await import('./commands/sandbox.js')).sandbox,
  },
  {
    usage: 'login',
    summary: 'check a key and store it',
    load: async () => (await import('./commands/login.js')).login,
  },
  {
    usage: 'logout',
    summary: 'remove a stored key',
    load: async () => (await import('./commands/logout.js')).logout,
  },
  {
    usage: 'config',
    summary: 'show and change stored settings',
    load: async () => (await import('./commands/config.js')).config,
  },
  {
    usage: 'doctor',
    summary: 'check everything that a first turn needs',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    usage: 'completion <shell> [words...]',
    summary: 'print the script that lets Tab complete in a shell',
    load: async () => (await import('./commands/completion.js')).completion(programOutline),
  },
];

/** Parses the arguments and runs the command they name. Gives its exit code. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  const words = withDefaultCommand(argv);
  let exitCode = 0;
  let printed = '';
  const program = new Parser(NAME)
    .version(version, VERSION_FLAG.usage, VERSION_FLAG.help)
    .description(DESCRIPTION)
    .addHelpText('after', '\nFlags without a command are those of chat: see telnyx-chat help chat.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => (printed += text),
      writeErr: () => undefined, // main.ts words all errors
    });
  await addCommands(program, COMMANDS, {
    words,
    run: async (task) => void (exitCode = await task(context)),
  });
  try {
    await program.parseAsync(helpRequest(program, words), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    assertNoMistake(error, program, argv);
    // Help, or the version.
    await write(context.stdout, printed);
  }
  return exitCode;
}

/** The program as data, with the flags of all its commands, or of those among the words. */
export async function programOutline(words?: readonly string[]): Promise<Outline> {
  const { outlineOf } = await import('./command-line/outline.js');
  const program = { name: NAME, description: DESCRIPTION };
  return outlineOf(program, COMMANDS, (name) => words?.includes(name) ?? true);
}

/** No command, or only flags, is a chat; a word that is no command stays a usage error. */
function withDefaultCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  if (first === undefined) return ['chat'];
  const isOwn = ['-h', '--help', '-V', '--version'].includes(first);
  return first.startsWith('-') && !isOwn ? ['chat', ...argv] : [...argv];
}

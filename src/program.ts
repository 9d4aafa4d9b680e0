import { Command, CommanderError } from 'commander';
import { assistantsEntry } from './commands/register/assistants.js';
import { chatEntry } from './commands/register/chat.js';
import { completionEntry } from './commands/register/completion.js';
import { configEntry } from './commands/register/config.js';
import { conversationsEntry } from './commands/register/conversations.js';
import { doctorEntry } from './commands/register/doctor.js';
import { loginEntry, logoutEntry } from './commands/register/login.js';
import { sandboxEntry } from './commands/register/sandbox.js';
import { sendEntry } from './commands/register/send.js';
import { serveEntry } from './commands/register/serve.js';
import type { Context } from './process/context.js';
import type { Outline } from './command-line/outline.js';
import type { Surroundings } from './commands/register/entry.js';
import { withVersion } from './commands/register/flags.js';
import { assertNoMistake, assertValues, helpRequest } from './command-line/usage.js';
import { write } from './process/write.js';

/** Parses the arguments and runs the command they name. Gives the exit code of a command that ends well. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode = 0;
  const words = withDefaultCommand(argv);
  const exit = (code: number): void => void (exitCode = code);
  const outline = (): Promise<Outline> => programOutline(context);
  let told = '';
  const program = commandTree(words, { context, exit, outline }, (text) => (told += text));
  try {
    await program.parseAsync(helpRequest(program, words), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    assertNoMistake(error, program, argv);
    // Help, or the version.
    await write(context.stdout, told);
  }
  return exitCode;
}

const ENTRIES = [
  chatEntry,
  sendEntry,
  conversationsEntry,
  assistantsEntry,
  serveEntry,
  sandboxEntry,
  loginEntry,
  logoutEntry,
  configEntry,
  doctorEntry,
  completionEntry,
];
const NAMES = ENTRIES.map(({ name }) => name);

/** The program with all its commands and their flags, of which a run defines only what it needs. */
export async function programOutline(context: Context): Promise<Outline> {
  const { outlineOf } = await import('./commands/register/outline.js');
  const outline = (): Promise<Outline> => programOutline(context);
  return outlineOf(commandTree(NAMES, { context, exit: () => undefined, outline }));
}

/** Defines the flags of the commands among the words: to define them all takes time. */
function commandTree(
  words: readonly string[],
  surroundings: Surroundings,
  writeOut: (text: string) => void = () => undefined,
): Command {
  const program = withVersion(new Command('telnyx-chat'))
    .description('Chat with a Telnyx AI Assistant. Without a command: a chat.')
    .addHelpText('after', '\nFlags without a command are those of chat: see telnyx-chat help chat.')
    .exitOverride()
    .hook('preAction', (_, command) => assertValues(command))
    .configureOutput({
      writeOut,
      writeErr: () => undefined, // main.ts words all errors
    });
  for (const { name, summary, define } of ENTRIES) {
    const command = program.command(name).summary(summary);
    if (words.includes(name)) define(command, surroundings);
  }
  return program;
}

/** No command, or only flags, is a chat; a word that is no command stays a usage error. */
function withDefaultCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  if (first === undefined) return ['chat'];
  if (!first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first))
    return [...argv];
  return ['chat', ...argv];
}

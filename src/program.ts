import { Command, CommanderError } from 'commander';
import { chatEntry } from './commands/register/chat.js';
import { configEntry } from './commands/register/config.js';
import { sandboxEntry } from './commands/register/sandbox.js';
import { sendEntry } from './commands/register/send.js';
import { serveEntry } from './commands/register/serve.js';
import type { Context } from './context.js';
import { nearest } from './core/nearest.js';
import { AppError } from './errors.js';
import type { Surroundings } from './commands/register/entry.js';
import { withVersion } from './commands/register/flags.js';

/** Parses the arguments and runs the command they name. Gives the exit code of a command that ends well. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode = 0;
  const words = withDefaultCommand(argv);
  const program = commandTree(words, { context, exit: (code) => (exitCode = code) });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageOutcome(error, argv);
    throw error;
  }
  return exitCode;
}

const ENTRIES = [chatEntry, sendEntry, serveEntry, sandboxEntry, configEntry];

function commandTree(words: readonly string[], surroundings: Surroundings): Command {
  const program = withVersion(new Command('telnyx-chat'))
    .description('Chat with a Telnyx AI Assistant. Without a command: a chat.')
    .addHelpText('after', '\nFlags without a command are those of chat: see telnyx-chat help chat.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.context.stdout.write(text),
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

/** Help and version are no errors; anything else that commander refuses is wrong usage. */
function usageOutcome(error: CommanderError, argv: readonly string[]): number {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') throw withoutCommand(argv);
  if (error.code === 'commander.excessArguments') assertCommandFirst(argv);
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replace(/^\((.*)\)$/, '$1');
  throw new AppError('usage', message, { hint: meant ?? 'see telnyx-chat --help' });
}

/** `help` of an unknown command, or a command that needs one more word. */
function withoutCommand([first = '', second]: readonly string[]): AppError {
  const names = ENTRIES.map(({ name }) => name);
  if (first === 'help' && second !== undefined) {
    const near = nearest(second, names);
    return new AppError('usage', `unknown command '${second}'`, {
      hint: near ? `Did you mean ${near}?` : `commands are ${names.join(', ')}`,
    });
  }
  return new AppError('usage', `${first} needs a command`, {
    hint: `see telnyx-chat help ${first}`,
  });
}

/** Flags before a command are taken for a chat's, whose surplus word the command then is. */
function assertCommandFirst(argv: readonly string[]): void {
  const [first = ''] = argv;
  const command = argv.find((word) => ENTRIES.some(({ name }) => name === word));
  if (command === undefined || !first.startsWith('-')) return;
  throw new AppError('usage', `${first} stands before the command`, {
    hint: `flags come behind it: telnyx-chat ${command} ${first} …`,
  });
}

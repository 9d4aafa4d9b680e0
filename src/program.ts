import { Command, CommanderError } from 'commander';
import { registerChat } from './commands/register/chat.js';
import { registerConfig } from './commands/register/config.js';
import { registerSandbox } from './commands/register/sandbox.js';
import { registerSend } from './commands/register/send.js';
import type { Context } from './context.js';
import { AppError } from './errors.js';
import { withVersion } from './commands/register/flags.js';

/** Parses the arguments and runs the command they name. Gives the exit code of a command that ends well. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode = 0;
  const program = commandTree(context, (code) => (exitCode = code));
  try {
    await program.parseAsync(withDefaultCommand(argv, program), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageOutcome(error);
    throw error;
  }
  return exitCode;
}

function commandTree(context: Context, exit: (code: number) => void): Command {
  const program = withVersion(new Command('telnyx-chat'))
    .description('Chat with a Telnyx AI Assistant. Without a command: a chat.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: () => undefined, // main.ts words all errors
    });
  registerChat(program, context, exit);
  registerSend(program, context);
  registerSandbox(program, context);
  registerConfig(program, context);
  return program;
}

/** No command, or only flags, is a chat; a word that is no command stays a usage error. */
function withDefaultCommand(argv: readonly string[], program: Command): string[] {
  const [first] = argv;
  if (first === undefined) return ['chat'];
  if (!first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first))
    return [...argv];
  const names = program.commands.map((command) => command.name());
  const command = argv.find((word) => names.includes(word));
  if (command === undefined) return ['chat', ...argv];
  throw new AppError('usage', `${first} stands before the command`, {
    hint: `flags come behind it: telnyx-chat ${command} ${first} …`,
  });
}

/** Help and version are no errors; anything else that commander refuses is wrong usage. */
function usageOutcome(error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') return 2;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replace(/^\((.*)\)$/, '$1');
  throw new AppError('usage', message, { hint: meant ?? 'see telnyx-chat --help' });
}

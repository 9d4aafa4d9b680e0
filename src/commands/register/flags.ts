import type { Command } from 'commander';
import { version } from '../../base/version.js';

/** Gives a command the flags that say whom to talk to. */
export function withTargetOptions(command: Command, assistant = 'assistant to talk to'): Command {
  withVersion(command)
    .option('-a, --assistant <id>', `${assistant} (TELNYX_ASSISTANT_ID)`)
    .option('--base-url <url>', 'where the API is (TELNYX_BASE_URL)')
    .option('-p, --profile <name>', 'stored settings to use (TELNYX_PROFILE)');
  return withDotenvOption(command)
    .option(
      '--timeout <seconds>',
      'longest wait for an answer; up to 8 more to look for a lost turn (TELNYX_CHAT_TIMEOUT; 120)',
    )
    .option('--sandbox', 'no account needed: a sandbox inside the program answers');
}

/** Gives a command the flags that all commands which talk to Telnyx and print what it says share. */
export function withAccountOptions(command: Command, assistant?: string): Command {
  return withTargetOptions(command, assistant)
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print nothing but the answer and errors')
    .option('--debug', 'print a line about each request (TELNYX_CHAT_DEBUG)')
    .option('--no-color', 'print without colour (NO_COLOR)');
}

/** The flags of the commands that take turns. */
export function withSessionOptions(command: Command): Command {
  return withAccountOptions(command)
    .option('--no-persist', 'do not remember the conversation on this machine')
    .option('-v, --verbose', 'tell of retries');
}

/**
 * `--env-file` is understood as well. Node itself takes that one as its own, wherever it stands: it
 * obeys NODE_OPTIONS in the file, and ends where there is none.
 */
export function withDotenvOption(command: Command): Command {
  return command
    .option('--dotenv <file>', 'file of settings to read instead of ./.env')
    .addOption(command.createOption('--env-file <file>').hideHelp())
    .on('option:env-file', (file: string) =>
      command.setOptionValueWithSource('dotenv', file, 'cli'),
    );
}

export function withVersion(command: Command): Command {
  return command.version(version, '-V, --version', 'print the version');
}

export function withConversationOptions(command: Command): Command {
  return command
    .option('--conversation <id|name>', 'go on with this conversation')
    .option('-c, --continue', 'go on with the last conversation of this assistant and profile')
    .option(
      '--for <key=value>',
      'go on with the conversation that has this metadata, or begin one with it (repeatable)',
      collected,
    )
    .option('--title <text>', 'name of a new conversation')
    .option('--meta <key=value>', 'metadata of a new conversation (repeatable)', collected)
    .option('--as <name>', 'name of the person speaking')
    .addOption(command.createOption('--jsonl', 'print one JSON object a line').conflicts('json'))
    .option('--no-stream', 'wait for the whole reply');
}

/** How replies look on a terminal. */
export function withAppearanceOptions(command: Command): Command {
  return command
    .addOption(
      command
        .createOption('--format <format>', 'how replies look on a terminal')
        .choices(['auto', 'markdown', 'plain'])
        .default('auto'),
    )
    .option('--screen-reader', 'only ever add plain lines (also with TERM=dumb)')
    .option('--raw', 'let replies control the terminal');
}

/** A flag that may come several times. */
export function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

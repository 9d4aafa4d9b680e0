import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN } from './built-program.js';
import { TerminalSession } from './terminal.js';
import { temporaryFolder } from './temporary-folder.js';

export type ShellName = 'bash' | 'zsh' | 'fish';

/** Without the person's and the system's own settings, with a prompt that is easy to find. */
const SHELLS: Record<ShellName, { command: [string, ...string[]]; setUp: string }> = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-i'],
    setUp: `PS1='> '; bind 'set bell-style none'; eval "$(telnyx-chat completion bash)"`,
  },
  zsh: {
    command: ['zsh', '-f', '-i'],
    setUp: `PS1='> '; unsetopt beep promptsp; autoload -U compinit; compinit -u -D; eval "$(telnyx-chat completion zsh)"`,
  },
  fish: {
    command: ['fish', '--no-config', '-i'],
    setUp: `function fish_prompt; echo '> '; end; set fish_greeting; telnyx-chat completion fish | source`,
  },
};

/** Prints its arguments as JSON in place of running them, but for those of the shell's script. */
const PROGRAM = `#!/bin/sh
if [ "$1" = completion ]; then exec "${process.execPath}" "${BIN}" "$@"; fi
exec "${process.execPath}" -p 'JSON.stringify(process.argv.slice(1))' -- "$@"
`;

function programFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'telnyx-chat'), PROGRAM, { mode: 0o755 });
  return folder;
}

export interface InteractiveShell {
  terminal: TerminalSession;
  /** The working folder, empty. */
  folder: string;
  /** Runs the line that has been typed; gives the arguments that reach the program. */
  run(): Promise<string[]>;
}

/** A shell in a real pseudo-terminal that has read the program's completion script. */
export async function interactiveShell(
  name: ShellName,
  env: Record<string, string>,
): Promise<InteractiveShell> {
  const { command, setUp } = SHELLS[name];
  const folder = temporaryFolder();
  const terminal = new TerminalSession([], {
    ...{ columns: 160, rows: 40, command, cwd: folder },
    env: { PATH: `${programFolder()}:${process.env['PATH'] ?? ''}`, ...env },
  });
  await terminal.shows(/[$%#>] ?$/m);
  terminal.type(`${setUp}; echo re''ady\r`);
  await terminal.shows(/^ready$/m);
  terminal.type('clear\r');
  await terminal.looks(['> ▏']);
  const run = async (): Promise<string[]> => {
    terminal.type('\r');
    // What is typed before the next prompt is there, some shells read without their line editor.
    await terminal.shows(/^\[".*\]$[^]*^>$/m);
    return JSON.parse(/^\[".*\]$/m.exec(terminal.text())?.[0] ?? '') as string[];
  };
  return { terminal, folder, run };
}

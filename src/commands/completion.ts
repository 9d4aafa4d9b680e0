import { completionAt, type Candidate, type Completion } from '../command-line/candidates.js';
import { defineCommand, type Command } from '../command-line/command.js';
import type { Outline } from '../command-line/outline.js';
import { readRequest, SHELLS, type Shell, SCRIPTS } from '../command-line/shells.js';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';

const INSTALL = `
To have it in each new shell:
  bash        echo 'eval "$(telnyx-chat completion bash)"' >> ~/.bashrc
  zsh         echo 'eval "$(telnyx-chat completion zsh)"' >> ~/.zshrc    (after compinit)
  fish        telnyx-chat completion fish > ~/.config/fish/completions/telnyx-chat.fish
  powershell  add to $PROFILE: telnyx-chat completion powershell | Out-String | Invoke-Expression`;

export interface CompletedProgram {
  /** Describes the program, in full as far as the words need it. */
  outline: (words: readonly string[]) => Promise<Outline>;
  /** The words with options behind the name of their command. */
  inOrder: (words: readonly string[]) => Promise<string[]>;
}

/** Completes the command lines of the program. */
export function completion(program: CompletedProgram): Command {
  return defineCommand({
    description:
      'Prints a script for a shell. With it, Tab completes commands, flags and their values, conversations, assistants and profiles.',
    arguments: {
      shell: { help: 'whose script', choices: SHELLS },
      words: { help: 'after --, from the script itself: what to complete' },
    },
    helpAfter: INSTALL,
    flags: {},
    async run({ operands: [name, ...words] }, context) {
      const shell = SHELLS.find((each) => each === name) ?? 'bash';
      if (words.length === 0) await write(context.stdout, SCRIPTS[shell]);
      else await complete(shell, words, { program, context });
    },
  });
}

/**
 * Answers a shell's script. Whatever goes wrong, the answer is no candidates and not a word: it would
 * land in the middle of the line that somebody is typing.
 */
async function complete(
  shell: Shell,
  given: readonly string[],
  { program, context }: { program: CompletedProgram; context: Context },
): Promise<void> {
  const request = readRequest(shell, given);
  const { current } = request;
  const words = await program.inOrder(request.words);
  const [first = current] = words;
  // Flags alone are those of a chat.
  const named = first.startsWith('-') ? ['chat', ...words] : words;
  const found = completionAt(await program.outline(named), words, current);
  if (!found) return;
  const lines =
    found.source === 'files'
      ? ['\tfiles']
      : request.replies(found.prefix, await candidates(found, context));
  await write(context.stdout, [...new Set(lines)].map((line) => `${line}\n`).join(''));
}

async function candidates(found: Completion, context: Context): Promise<Candidate[]> {
  const { source } = found;
  if (source === undefined || source === 'files') return found.candidates;
  try {
    const { valuesOf } = await import('./completion/values.js');
    return [...found.candidates, ...(await valuesOf(source, found.line, context))];
  } catch {
    return found.candidates;
  }
}

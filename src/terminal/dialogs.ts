import type { Choice, Dialogs } from '../core/chat/ports.js';
import { AppError } from '../errors.js';
import type { Input, Output } from '../context.js';

export interface DialogStreams {
  stdin: Input;
  stderr: Output;
  signal: AbortSignal;
}

export type Questions = Pick<Dialogs, 'choose' | 'confirm'> & {
  /** What is typed stays hidden; undefined is a changed mind. */
  secret(question: string): Promise<string | undefined>;
};

/** Questions on the terminal, on stderr. Inquirer loads with the first one. */
export function questionsOn({ stdin, stderr, signal }: DialogStreams): Questions {
  const surroundings = { input: stdin, output: stderr, signal, clearPromptOnDone: false };
  return {
    async choose(message, choices) {
      const { search } = await import('@inquirer/prompts');
      const source = (term: string | undefined): { name: string; value: string }[] =>
        matching(choices, term ?? '').map(({ label, value }) => ({ name: label, value }));
      return unlessCancelled(signal, search({ message, source }, surroundings));
    },
    async confirm(message) {
      const { confirm } = await import('@inquirer/prompts');
      const answer = confirm({ message, default: false }, surroundings);
      return (await unlessCancelled(signal, answer)) ?? false;
    },
    async secret(message) {
      const { password } = await import('@inquirer/prompts');
      return unlessCancelled(signal, password({ message, mask: false }, surroundings));
    },
  };
}

/** Choices with every word of the term in them. */
function matching(choices: readonly Choice[], term: string): Choice[] {
  const words = term.toLowerCase().split(/\s+/);
  return choices.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

/** Ctrl-C at a question is a changed mind; the end of the whole program is not. */
async function unlessCancelled<T>(signal: AbortSignal, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined;
    throw new AppError('bug', 'the question could not be asked', { cause: error });
  }
}

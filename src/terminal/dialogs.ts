import { AppError } from '../base/errors.js';
import type { Appearance } from './appearance.js';
import { matching, type DialogStreams, type Questions } from './questions.js';

/** Questions on the terminal, on stderr: drawn by Inquirer, or as plain lines for a screen reader. */
export function questionsOn(streams: DialogStreams, appearance: Appearance): Questions {
  return appearance.screenReader ? lateQuestions(streams, appearance) : drawnQuestions(streams);
}

/** What they need loads with the first one. */
function lateQuestions(streams: DialogStreams, { dumb }: Appearance): Questions {
  const load = async (): Promise<Questions> => {
    const { plainQuestions } = await import('./plain-questions.js');
    return plainQuestions(streams, { pasteMarks: !dumb });
  };
  return {
    choose: async (question, choices) => (await load()).choose(question, choices),
    confirm: async (question) => (await load()).confirm(question),
    secret: async (question) => (await load()).secret(question),
  };
}

/** Inquirer loads with the first one. */
function drawnQuestions({ stdin, stderr, signal }: DialogStreams): Questions {
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
      return unlessCancelled(signal, confirm({ message, default: false }, surroundings));
    },
    async secret(message) {
      const { password } = await import('@inquirer/prompts');
      return unlessCancelled(signal, password({ message, mask: false }, surroundings));
    },
  };
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

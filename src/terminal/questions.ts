import { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { Choice, Dialogs } from '../chat/ports.js';
import type { Input, Output } from '../process/context.js';
import type { Appearance } from './appearance.js';

export const KEY_QUESTION = 'API key (hidden while you type):';

export type Questions = Pick<Dialogs, 'choose' | 'confirm'> & {
  /** The answer stays hidden while it is typed; undefined when the person cancels. */
  secret(question: string): Promise<string | undefined>;
};

export interface QuestionStreams {
  stdin: Input;
  stderr: Output;
  clock: Pick<Clock, 'monotonic'>;
  signal: AbortSignal;
}

/**
 * Questions on stderr: drawn by Inquirer, or as plain lines for a screen reader. Both load with
 * the first question.
 */
export function questionsOn(streams: QuestionStreams, appearance: Appearance): Questions {
  return appearance.screenReader
    ? plainQuestions(streams, { pasteMarks: !appearance.dumb })
    : drawnQuestions(streams);
}

/** Choices with every word of the term in them. */
function matching(choices: readonly Choice[], term: string): Choice[] {
  const words = term.toLowerCase().split(/\s+/);
  return choices.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

function drawnQuestions({ stdin, stderr, signal }: QuestionStreams): Questions {
  const context = { input: stdin, output: stderr, signal, clearPromptOnDone: false };
  return {
    async choose(message, choices) {
      const { search } = await import('@inquirer/prompts');
      const source = (term: string | undefined): { name: string; value: string }[] =>
        matching(choices, term ?? '').map(({ label, value }) => ({ name: label, value }));
      return unlessCancelled(signal, search({ message, source }, context));
    },
    async confirm(message) {
      const { confirm } = await import('@inquirer/prompts');
      return unlessCancelled(signal, confirm({ message, default: false }, context));
    },
    async secret(message) {
      const { password } = await import('@inquirer/prompts');
      return unlessCancelled(signal, password({ message, mask: false }, context));
    },
  };
}

/** Ctrl-C at a question cancels the question; the end of the whole program is passed on. */
async function unlessCancelled<T>(signal: AbortSignal, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined;
    throw new AppError('bug', 'the question could not be asked', { cause: error });
  }
}

interface PlainQuestionsOptions {
  pasteMarks: boolean;
}

/** Lines are only ever added: choices have numbers, answers are typed. */
function plainQuestions(streams: QuestionStreams, options: PlainQuestionsOptions): Questions {
  const ask = (prompt: string, hidden = false): Promise<string | undefined> =>
    typedAnswer(prompt, streams, { ...options, hidden });
  return {
    async choose(question, choices) {
      let offered = choices;
      for (;;) {
        streams.stderr.write(`${question}\n${numbered(offered)}`);
        const answer = await ask('number, or words to search for: ');
        if (answer === undefined) return undefined;
        const chosen = offered[Number(answer) - 1];
        if (chosen) return chosen.value;
        const found = matching(choices, answer);
        if (found.length === 1) return found[0]?.value;
        if (found.length === 0) streams.stderr.write('nothing has these words\n');
        offered = found.length === 0 ? choices : found;
      }
    },
    async confirm(question) {
      const answer = await ask(`${question} (y/N) `);
      return answer === undefined ? undefined : /^y(es)?$/i.test(answer);
    },
    secret: (question) => ask(`${question} `, true),
  };
}

function numbered(choices: readonly Choice[]): string {
  return choices.map(({ label }, index) => `${index + 1}. ${label}\n`).join('');
}

/** One typed line; undefined when the person cancels. */
async function typedAnswer(
  prompt: string,
  { stdin, stderr, clock, signal }: QuestionStreams,
  options: PlainQuestionsOptions & { hidden: boolean },
): Promise<string | undefined> {
  const { openLineEditor } = await import('./editor/line-editor.js');
  signal.throwIfAborted();
  const streams = { input: stdin, output: stderr, stdout: stderr, clock };
  const editor = openLineEditor({ ...streams, prompt, screenReader: true, ...options });
  const end = (): void => editor.close();
  signal.addEventListener('abort', end, { once: true });
  try {
    const typed = await editor.read();
    signal.throwIfAborted();
    return typed.type === 'text' ? typed.text.trim() : undefined;
  } finally {
    signal.removeEventListener('abort', end);
    editor.close();
  }
}

import { AppError } from '../base/errors.js';
import type { Choice, Dialogs } from '../chat/ports.js';
import type { Context, Input, Output } from '../process/context.js';
import type { Appearance } from './appearance.js';
import type { TerminalModes } from './editor/terminal-input.js';

export const KEY_QUESTION = 'API key (hidden while you type):';

export type Questions = Pick<Dialogs, 'choose' | 'confirm'> & {
  /** The answer stays hidden while it is typed; undefined when the person cancels. */
  secret(question: string): Promise<string | undefined>;
};

type QuestionContext = Pick<Context, 'stdin' | 'stderr' | 'clock' | 'signal'>;

/**
 * Questions on stderr: drawn, or as plain lines for a screen reader. What they need loads with the
 * first question.
 */
export function questionsOn(context: QuestionContext, appearance: Appearance): Questions {
  return appearance.screenReader
    ? plainQuestions(context, { pasteMarks: !appearance.dumb, focusReports: false, drawn: false })
    : drawnQuestions(context, appearance.noticeColor);
}

function drawnQuestions(context: QuestionContext, color: boolean): Questions {
  const { stdin: input, stderr: output, clock, signal } = context;
  return {
    async choose(question) {
      const { pick } = await import('./editor/picker.js');
      return pick(question, { input, output, clock, signal, color });
    },
    async confirm(message) {
      const { confirm } = await import('@inquirer/prompts');
      return cancellable(context, (asked) => confirm({ message, default: false }, asked));
    },
    async secret(message) {
      const { password } = await import('@inquirer/prompts');
      return cancellable(context, (asked) => password({ message, mask: false }, asked));
    },
  };
}

/** Ctrl-C or Esc cancels the question; the end of the whole program is passed on. */
async function cancellable<T>(
  { stdin, stderr, signal }: QuestionContext,
  ask: (context: { input: Input; output: Output; signal: AbortSignal }) => Promise<T>,
): Promise<T | undefined> {
  const cancel = new AbortController();
  const press = (_: unknown, key?: { name?: string }): void => {
    if (key?.name === 'escape') cancel.abort();
  };
  signal.throwIfAborted();
  // Inquirer's readline tells of keys by this event.
  stdin.on('keypress', press);
  try {
    const ends = AbortSignal.any([signal, cancel.signal]);
    return await ask({ input: stdin, output: stderr, signal: ends });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const isCancelled = cancel.signal.aborted;
    if (isCancelled || (error instanceof Error && error.name === 'ExitPromptError'))
      return undefined;
    throw new AppError('bug', 'the question could not be asked', { cause: error });
  } finally {
    stdin.off('keypress', press);
  }
}

/** Lines are only ever added: choices have numbers, answers are typed. */
function plainQuestions(context: QuestionContext, modes: TerminalModes): Questions {
  const ask = (prompt: string, hidden = false): Promise<string | undefined> =>
    typedAnswer(prompt, context, { modes, hidden });
  return {
    async choose({ text, noun, choices }) {
      const { matchingChoices } = await import('./editor/picker.js');
      let offered = choices;
      for (;;) {
        context.stderr.write(`${text}\n${numbered(offered)}`);
        const answer = await ask('number, or words to search for: ');
        if (answer === undefined) return undefined;
        const chosen = offered[Number(answer) - 1];
        if (chosen) return chosen.value;
        const found = matchingChoices(choices, answer);
        if (found.length === 1) return found[0]?.value;
        if (found.length === 0) context.stderr.write(`no ${noun} matches\n`);
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
  return choices
    .map(({ cells }, index) => `${index + 1}. ${cells.filter((cell) => cell !== '').join('  ')}\n`)
    .join('');
}

/** One typed line; undefined when the person cancels. */
async function typedAnswer(
  prompt: string,
  { stdin, stderr, clock, signal }: QuestionContext,
  options: { modes: TerminalModes; hidden: boolean },
): Promise<string | undefined> {
  const { openLineEditor } = await import('./editor/line-editor.js');
  signal.throwIfAborted();
  const streams = { input: stdin, output: stderr, stdout: stderr, clock };
  const editor = openLineEditor({ ...streams, prompt, ...options });
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

import { AppError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { Choice, Dialogs } from '../chat/ports.js';
import type { Input, Output } from '../process/context.js';
import type { Appearance } from './appearance.js';
import type { TerminalModes } from './editor/terminal-input.js';

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
 * Questions on stderr: drawn, or as plain lines for a screen reader. What they need loads with the
 * first question.
 */
export function questionsOn(streams: QuestionStreams, appearance: Appearance): Questions {
  return appearance.screenReader
    ? plainQuestions(streams, { pasteMarks: !appearance.dumb, focusReports: false, drawn: false })
    : drawnQuestions(streams, appearance.noticeColor);
}

function drawnQuestions(
  { stdin, stderr, clock, signal }: QuestionStreams,
  color: boolean,
): Questions {
  return {
    async choose(question) {
      const { pick } = await import('./editor/picker.js');
      return pick(question, { input: stdin, output: stderr, clock, signal, color });
    },
    async confirm(message) {
      const { confirm } = await import('@inquirer/prompts');
      return cancellableQuestion({ stdin, stderr, signal }, (context) =>
        confirm({ message, default: false }, context),
      );
    },
    async secret(message) {
      const { password } = await import('@inquirer/prompts');
      return cancellableQuestion({ stdin, stderr, signal }, (context) =>
        password({ message, mask: false }, context),
      );
    },
  };
}

interface InquirerContext {
  input: Input;
  output: Output;
  signal: AbortSignal;
}

/** Ctrl-C or Esc cancels the question; the end of the whole program is passed on. */
async function cancellableQuestion<T>(
  { stdin, stderr, signal }: Omit<QuestionStreams, 'clock'>,
  ask: (context: InquirerContext) => Promise<T>,
): Promise<T | undefined> {
  const cancel = new AbortController();
  const abort = (): void => cancel.abort();
  const press = (_: unknown, key?: { name?: string }): void => {
    if (key?.name === 'escape') abort();
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', abort);
  // Inquirer's readline tells of keys by this event.
  stdin.on('keypress', press);
  try {
    return await ask({ input: stdin, output: stderr, signal: cancel.signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const isCancelled = cancel.signal.aborted;
    if (isCancelled || (error instanceof Error && error.name === 'ExitPromptError'))
      return undefined;
    throw new AppError('bug', 'the question could not be asked', { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
    stdin.off('keypress', press);
  }
}

/** Lines are only ever added: choices have numbers, answers are typed. */
function plainQuestions(streams: QuestionStreams, modes: TerminalModes): Questions {
  const ask = (prompt: string, hidden = false): Promise<string | undefined> =>
    typedAnswer(prompt, streams, { modes, hidden });
  return {
    async choose({ text, noun, choices }) {
      const { matchingChoices } = await import('./editor/picker.js');
      let offered = choices;
      for (;;) {
        streams.stderr.write(`${text}\n${numbered(offered)}`);
        const answer = await ask('number, or words to search for: ');
        if (answer === undefined) return undefined;
        const chosen = offered[Number(answer) - 1];
        if (chosen) return chosen.value;
        const found = matchingChoices(choices, answer);
        if (found.length === 1) return found[0]?.value;
        if (found.length === 0) streams.stderr.write(`no ${noun} matches\n`);
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
  { stdin, stderr, clock, signal }: QuestionStreams,
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

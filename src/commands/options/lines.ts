import type { Context } from '../../process/context.js';
import type { Questions } from '../../terminal/questions.js';
import type { Prose } from './prose.js';

type Print = (line: string) => void;

/** Lines on stderr around a chat: before its prompt is there, above it, and after it. */
export interface Lines {
  /** Wrapped at the window's edge. */
  print: Print;
  printAsIs: Print;
  /** While there is a prompt, lines go above it. */
  through(print: Print | undefined): void;
  /** Whether a line or a question is on the screen already. */
  readonly hasText: boolean;
  /** The same questions; an asked one is text on the screen. */
  noting(questions: Questions): Questions;
}

export function linesTo({ stderr }: Pick<Context, 'stderr'>, prose: Prose): Lines {
  let above: Print | undefined;
  let hasText = false;
  const noted = <Answer>(answer: Answer): Answer => {
    hasText = true;
    return answer;
  };
  const printAsIs = (line: string): void => {
    hasText = true;
    if (above) above(line);
    else stderr.write(`${line}\n`);
  };
  return {
    print: (line) => printAsIs(prose(line)),
    printAsIs,
    through(next) {
      above = next;
    },
    get hasText() {
      return hasText;
    },
    noting: (questions) => ({
      choose: (...args) => noted(questions.choose(...args)),
      confirm: (...args) => noted(questions.confirm(...args)),
      secret: (...args) => noted(questions.secret(...args)),
    }),
  };
}

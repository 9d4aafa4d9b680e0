import type { Context } from '../../process/context.js';
import type { Questions } from '../../terminal/questions.js';

type Print = (line: string) => void;

/** Lines on stderr around a chat: before its prompt is there, above it, and after it. */
export interface Lines {
  print: Print;
  /** While there is a prompt, lines go above it. */
  through(print: Print | undefined): void;
  /** Whether a line or a question is on the screen already. */
  readonly hasText: boolean;
  /** The same questions; an asked one is text on the screen. */
  noting(questions: Questions): Questions;
}

export function linesTo({ stderr }: Pick<Context, 'stderr'>): Lines {
  let above: Print | undefined;
  let hasText = false;
  const noted = <Answer>(answer: Answer): Answer => {
    hasText = true;
    return answer;
  };
  return {
    print(line) {
      hasText = true;
      if (above) above(line);
      else stderr.write(`${line}\n`);
    },
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

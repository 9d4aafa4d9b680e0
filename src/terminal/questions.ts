import type { Input, Output } from '../process/context.js';
import type { Choice, Dialogs } from '../chat/ports.js';
import type { Clock } from '../base/time.js';

export interface DialogStreams {
  stdin: Input;
  stderr: Output;
  clock: Pick<Clock, 'monotonic'>;
  signal: AbortSignal;
}

export type Questions = Pick<Dialogs, 'choose' | 'confirm'> & {
  /** What is typed stays hidden; undefined is a changed mind. */
  secret(question: string): Promise<string | undefined>;
};

export const KEY_QUESTION = 'API key (hidden while you type):';

/** Choices with every word of the term in them. */
export function matching(choices: readonly Choice[], term: string): Choice[] {
  const words = term.toLowerCase().split(/\s+/);
  return choices.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

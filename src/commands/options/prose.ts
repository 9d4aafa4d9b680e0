import type { Context, Output } from '../../process/context.js';

/** Gives a text as the window shows it; `hang` is the indent of what does not fit on its first line. */
export type Prose = (text: string, hang?: number) => string;

export interface ProseFlags {
  /** From `--no-wrap`. */
  wrap?: boolean | undefined;
  screenReader?: boolean | undefined;
}

/** Wraps nothing. */
export const AS_IT_IS: Prose = (text) => text;

/** Prints lines of prose on stderr. */
export async function proseLines(
  flags: ProseFlags,
  context: Pick<Context, 'env' | 'home' | 'platform' | 'stderr'>,
): Promise<(line: string) => void> {
  const { stderr } = context;
  const prose = await proseOn(stderr, flags, context);
  return (line) => void stderr.write(`${prose(line)}\n`);
}

/** Wraps what is printed on a terminal, unless flags or settings leave that to the terminal. */
export async function proseOn(
  stream: Output,
  { wrap, screenReader }: ProseFlags,
  context: Pick<Context, 'env' | 'home' | 'platform'>,
): Promise<Prose> {
  const isPlain = wrap === false || screenReader || context.env['TERM'] === 'dumb';
  if (!stream.isTTY || isPlain) return AS_IT_IS;
  // Both load late: a pipe has no edge.
  const { wrapsWords } = await import('../../account/sources.js');
  if (!wrapsWords(wrap, context)) return AS_IT_IS;
  const { wrapText } = await import('../../text/wrap.js');
  return (text, hang) => (stream.columns ? wrapText(text, stream.columns, hang) : text);
}

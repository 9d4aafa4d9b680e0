/** The kinds of personal data that are masked. */
export type FindingKind = 'phone' | 'email' | 'card' | 'iban' | 'number';

/** A piece of a text that is masked. */
export interface Finding {
  start: number;
  end: number;
  kind: FindingKind;
  /** Equal for the same value, however it is written. */
  value: string;
}

/** Replaces pieces that are found already: no pattern matches it. */
export const BLANK = '\0';

/** The text with these pieces blanked, so that what follows does not look at them again. */
export function withoutPieces(
  text: string,
  pieces: readonly Pick<Finding, 'start' | 'end'>[],
): string {
  let rest = '';
  let at = 0;
  for (const { start, end } of pieces) {
    rest += text.slice(at, start) + BLANK.repeat(end - start);
    at = end;
  }
  return rest + text.slice(at);
}

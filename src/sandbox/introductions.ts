const WORD = "[\\p{L}][\\p{L}'’-]*";
const NAME = "\\p{Lu}[\\p{L}'’-]*";

/** After "my name is" any word will do; "I am" and "call me" need a capital ("I am lost" is no name). */
const PATTERNS = [
  new RegExp(`\\b[Mm]y [Nn]ame is (${WORD}(?: ${NAME})*)`, 'u'),
  new RegExp(`\\b(?:I am|I['’]m|i am|i['’]m|[Cc]all me) (${NAME}(?: ${NAME})*)`, 'u'),
];

/** The name somebody gives in a message, if any. */
export function nameIn(text: string): string | undefined {
  for (const pattern of PATTERNS) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The name given last. */
export function nameKnown(texts: readonly string[]): string | undefined {
  return texts.map(nameIn).findLast((name) => name !== undefined);
}

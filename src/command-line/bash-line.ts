/** The word at the cursor of a bash command line, as readline is going to replace it. */
export interface BashWord {
  /** The word's meaning: without quotes and backslashes. */
  value: string;
  /** The quote that is open at the cursor. */
  quote: '' | "'" | '"';
  /** How much of the meaning readline leaves as it is: it replaces only what follows. */
  kept: number;
}

export interface BashLine {
  /** The meaning of the words before the cursor's, the program first. */
  words: string[];
  current: BashWord;
}

/**
 * Reads a line up to the cursor. Nothing in it is expanded: `$x` means itself. `breaks` is
 * COMP_WORDBREAKS, the characters behind which readline begins what it replaces.
 */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = [];
  let value = '';
  let quote: BashWord['quote'] = '';
  let kept = 0;
  let isWord = false;
  const end = (): void => {
    if (isWord) words.push(value);
    [value, kept, isWord] = ['', 0, false];
  };
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote === '' && /\s/.test(char)) {
      end();
      continue;
    }
    isWord = true;
    if (char === quote) {
      quote = '';
      kept = value.length;
    } else if (quote === '' && (char === "'" || char === '"')) {
      quote = char;
      kept = value.length;
    } else if (char === '\\' && escapes(line.charAt(at + 1), quote)) value += line.charAt(++at);
    else {
      value += char;
      if (quote === '' && breaks.includes(char)) kept = value.length;
    }
  }
  return { words, current: { value, quote, kept } };
}

/** Whether a backslash before the character is no part of the meaning. */
function escapes(next: string, quote: BashWord['quote']): boolean {
  if (quote === "'") return false;
  return quote === '' || '\\"$`'.includes(next);
}

/** Characters that bash needs no backslash for: letters and digits of any script, and these. */
const PLAIN = /[^\p{L}\p{N}_./:=@%+,-]/gu;

/**
 * The candidate as bash has to read it in the place of the word; undefined when the open quote cannot
 * hold it.
 */
export function bashReply(candidate: string, { quote, kept }: BashWord): string | undefined {
  const text = candidate.slice(kept);
  if (quote === '') return text.replace(PLAIN, '\\$&');
  if (quote === "'") return text.replaceAll("'", "'\\''");
  // In double quotes, `!` calls up the history and no backslash helps.
  return text.includes('!') ? undefined : text.replace(/[\\"$`]/g, '\\$&');
}

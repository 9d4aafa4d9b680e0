/** `(url "title")` after the text of a link. */
const TARGET =
  /\([ \t\n]*(?:<([^<>\n]*)>|([^\s<()]*(?:\([^\s()]*\)[^\s()]*)*))(?:[ \t\n]+("[^"]*"|'[^']*'|\([^()]*\)))?[ \t\n]*\)/y;
const AUTOLINK = /<([a-zA-Z][a-zA-Z\d+.-]{1,31}:[^\s<>]*|[\w.+-]+@[\w.-]+)>/y;
const TAG = /<(?:\/?[a-zA-Z][^<>]*|!--[^<>]*)>/y;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;

export interface LinkTarget {
  length: number;
  url: string;
  title: string | undefined;
}

export function linkTargetAt(text: string, index: number): LinkTarget | undefined {
  TARGET.lastIndex = index;
  const match = TARGET.exec(text);
  if (!match) return undefined;
  const url = (match[1] ?? match[2] ?? '').replace(ESCAPED, '$1');
  return { length: match[0].length, url, title: match[3] };
}

export function autolinkAt(text: string, index: number): string | undefined {
  AUTOLINK.lastIndex = index;
  return AUTOLINK.exec(text)?.[1];
}

export function tagAt(text: string, index: number): string | undefined {
  TAG.lastIndex = index;
  return TAG.exec(text)?.[0];
}

/** An address in running text, without the punctuation of the sentence around it. */
export function trimUrl(candidate: string): string {
  let end = candidate.length;
  let unopened = count(candidate, ')') - count(candidate, '(');
  while (end > 0) {
    const last = candidate.charAt(end - 1);
    if (last === ')' && unopened > 0) unopened -= 1;
    else if (!'?!.,:;*_~\'"'.includes(last)) break;
    end -= 1;
  }
  return candidate.slice(0, end);
}

const count = (text: string, character: string): number => text.split(character).length - 1;

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A page of the documentation. */
export interface Page {
  /** From the root of the repository: `docs/chat.md`. */
  path: string;
  text: string;
}

export const PAGES: readonly Page[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

export function pageNamed(path: string): Page {
  const page = PAGES.find((each) => each.path === path);
  if (!page) throw new Error(`there is no page ${path}`);
  return page;
}

/** A block of code in a page. */
export interface Block {
  page: string;
  /** Of its first line in the page. */
  line: number;
  language: string;
  lines: string[];
}

/** What a console block shows: a command, and all that follows it. */
export interface Shown {
  command: string;
  output: string[];
}

/** The blocks of every page. */
export function documentationBlocks(): Block[] {
  return PAGES.flatMap(blocksOf);
}

export function blocksOf({ path, text }: Page): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, language] = /^```(\w*)$/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line);
    else if (open) open = void blocks.push(open);
    else open = { page: path, line: index + 2, language, lines: [] };
  }
  return blocks;
}

/** The commands of a block for the shell; a comment is none, and an open quote goes on. */
export function commandsOf({ lines }: Block): string[] {
  return lines.map((line) => line.replace(/(^|\s+)#\s.*$/, '').trim()).filter(Boolean);
}

export function shownBy({ lines }: Block): Shown[] {
  const shown: Shown[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else shown.at(-1)?.output.push(line);
  }
  return shown;
}

const UUID = /\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g;

/** What differs from run to run, taken out; ids by their order, so that equal ones stay equal. */
export function normalized(lines: readonly string[]): string[] {
  const ids: string[] = [];
  const named = (id: string): string => {
    if (!ids.includes(id)) ids.push(id);
    return `<id ${ids.indexOf(id) + 1}>`;
  };
  return lines.map((line) =>
    line
      .trimEnd()
      .replace(UUID, named)
      .replace(/\b\d+(\.\d+)?( (ms|s|seconds?|minutes?)|ms|s)\b/g, '<time>')
      .replace(/\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?)?/g, '<date>')
      .replace(/("(?:first_token|total)_ms": ?)\d+/g, '$1<ms>')
      .replace(/(127\.0\.0\.1|localhost):\d+/g, '$1:<port>'),
  );
}

import { wrapsWords } from '../account/sources.js';
import { AppError } from '../base/errors.js';
import { nearest } from '../base/names.js';
import { defineCommand } from '../command-line/command.js';
import { toggle } from '../command-line/flag.js';
import { guideNamed, pageOf } from '../command-line/help.js';
import { readGuide } from '../store/guide-file.js';
import { createReplyRenderer } from '../terminal/markdown/reply-renderer.js';
import { paged } from '../terminal/pager.js';
import { appearanceFor, NO_COLOR, SCREEN_READER } from './options/output.js';

/** Into a pipe, as the help of commands. */
const PIPED_COLUMNS = 80;

/** Shows a guide; `help` of a command is the parser's own. */
export const help = defineCommand({
  description: 'Shows the help of a command, or a guide; alone it lists them.',
  arguments: { topic: { help: 'a command, or a guide and the section of it to show' } },
  flags: {
    output: {
      pager: toggle('--no-pager', 'print without a pager'),
      wrap: toggle('--no-wrap', 'leave long lines to the terminal'),
      color: NO_COLOR,
      screenReader: SCREEN_READER,
    },
  },
  async run({ operands: [topic = '', ...section], output }, context) {
    const guide = guideNamed(topic);
    if (guide === undefined) throw new AppError('usage', `unknown help topic '${topic}'`);
    const page = readGuide(pageOf(guide));
    const text = guideText(section.length > 0 ? sectionOf(page, section.join(' '), guide) : page);
    const { stdout } = context;
    const { color, screenReader, wrap } = appearanceFor(output, context);
    const renderer = createReplyRenderer({
      width: () => (stdout.isTTY ? stdout.columns || undefined : PIPED_COLUMNS),
      style: { color, glyphs: !screenReader },
      wrap: wrap && wrapsWords(output.wrap, context),
    });
    const shown = renderer.write(text) + renderer.end();
    await paged(context, output.pager, (print) => print(shown));
  },
});

/** The Markdown of a page for a terminal: without comments, names of languages, line breaks and links. */
function guideText(page: string): string {
  const lines: string[] = [];
  let isOpen = false;
  for (const { line, isCode } of linesOf(page.replace(/^<!--.*-->\n\n?/gm, ''))) {
    const isProse = !isCode && line !== '' && !/^(#|\||```)/.test(line);
    const isStart = /^\s*([-*] |\d+\. )/.test(line);
    if (isProse && isOpen && !isStart) lines.push(`${lines.pop() ?? ''} ${line.trimStart()}`);
    else lines.push(line);
    isOpen = isProse;
  }
  return Array.from(linesOf(lines.join('\n')), ({ line, isCode }) =>
    isCode ? line.replace(/^```\w+$/, '```') : line.replace(LINK, asCommand),
  ).join('\n');
}

/** A link to another page, or to a heading of it. */
const LINK = /\[([^\]]+)\]\((\w+)\.md(?:#([\w-]+))?\)/g;

function asCommand(link: string, text: string, page: string, section?: string): string {
  const guide = guideNamed(page);
  if (guide === undefined) return link;
  const command = `\`telnyx-chat help ${[guide, section].filter(Boolean).join(' ')}\``;
  return text === page ? command : `${text} (${command})`;
}

/** The part of a page below the heading that the words name, or begin, or are in. Throws `usage`. */
function sectionOf(page: string, words: string, guide: string): string {
  const headings = [...headingsOf(page)];
  const name = anchorOf(words);
  const found =
    headings.find(({ anchor }) => anchor === name) ??
    headings.find(({ anchor }) => anchor.startsWith(name)) ??
    headings.find(({ anchor }) => anchor.includes(name));
  if (!found) throw unknownSection(words, guide, headings);
  const { start, level } = found;
  const end = headings.find((other) => other.start > start && other.level <= level)?.start;
  return page.split('\n').slice(start, end).join('\n');
}

function unknownSection(words: string, guide: string, headings: readonly Heading[]): AppError {
  const names = headings.filter(({ level }) => level === 2).map(({ anchor }) => anchor);
  const near = nearest(anchorOf(words), names);
  return new AppError('usage', `${guide} has no section '${words}'`, {
    hint: near ? `Did you mean ${near}?` : `sections are ${names.join(', ')}`,
  });
}

interface Heading {
  anchor: string;
  level: number;
  /** The index of its line. */
  start: number;
}

function* headingsOf(page: string): Generator<Heading> {
  let start = -1;
  for (const { line, isCode } of linesOf(page)) {
    start += 1;
    const [, marks, text] = (!isCode && /^(#+) (.*)$/.exec(line)) || [];
    if (marks && text) yield { anchor: anchorOf(text), level: marks.length, start };
  }
}

/** The name of a heading in links. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function* linesOf(page: string): Generator<{ line: string; isCode: boolean }> {
  let isCode = false;
  for (const line of page.split('\n')) {
    const isFence = line.trimStart().startsWith('```');
    isCode = isCode !== isFence;
    yield { line, isCode: isCode || isFence };
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Outline } from '../../src/command-line/outline.js';
import { programOutline } from '../../src/program.js';
import { SLASH_COMMANDS } from '../../src/chat/slash-commands.js';
import { PAGES, type Page } from '../helpers/documentation.js';

const ROOT = join(import.meta.dirname, '../..');
const everything = PAGES.map(({ text }) => text).join('\n');

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsIn(text: string): string[] {
  const prose = text.replace(/^```[^]*?^```/gm, '');
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

interface Link {
  target: string;
  anchor: string | undefined;
}

/** Links to this repository, in Markdown and in HTML. */
function linksIn({ text }: Page): Link[] {
  const found = text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g);
  return [...found]
    .map(([, markdown, html]) => markdown ?? html ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [target = '', anchor] = link.split('#');
      return { target, anchor };
    });
}

const links = PAGES.flatMap((page) => linksIn(page).map((link) => ({ page: page.path, ...link })));

it('has links', () => {
  expect(links.length).toBeGreaterThan(20);
});

test.each(links)('$page: $target#$anchor is there', ({ page, target, anchor }) => {
  const file = target === '' ? join(ROOT, page) : join(ROOT, dirname(page), target);
  expect(existsSync(file)).toBe(true);
  if (anchor !== undefined) expect(anchorsIn(readFileSync(file, 'utf8'))).toContain(anchor);
});

function flagsIn(outline: Outline): string[] {
  const own = outline.options.flatMap(({ short, long }) => [short ?? long, long]);
  return [...own, ...outline.commands.flatMap(flagsIn)];
}

describe('flags and variables', async () => {
  const outline = await programOutline();
  const flags = [...new Set(flagsIn(outline))];

  /** Of other programs and of the benchmarks, and a spelling that Node takes for its own. */
  const NOT_OURS = [
    ...['--global', '--show-current', '--env-file', '--rm', '--build'],
    ...['--runs', '--rows', '--soak', '--slow'],
  ];

  test.each(flags)('%s is in the documentation', (flag) => {
    expect(new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(everything)).toBe(true);
  });

  test.each(PAGES)('$path names no flag that does not exist', ({ text }) => {
    const prose = text.replace(/<!--[^]*?-->/g, '').replace(/^\|[\s|:-]+\|$/gm, '');
    const named = prose.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [];
    const unknown = named.filter((name) => !flags.includes(name) && !NOT_OURS.includes(name));
    expect(unknown).toEqual([]);
  });

  test.each(outline.commands.filter(({ commands }) => commands.length > 0))(
    'pages, hints and messages name $name with one of its commands',
    ({ name, commands }) => {
      const mention = new RegExp(`telnyx-chat ${name} ([a-z][\\w-]*)`, 'g');
      const named = [...`${everything}\n${sourceText()}`.matchAll(mention)].map(([, word]) => word);
      const known = commands.map((command) => command.name);
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((word = '') => !known.includes(word))).toEqual([]);
    },
  );

  test('every variable that the code reads is in the documentation, and the other way round', () => {
    const inCode = new Set(variablesIn(sourceText()));
    const inPages = new Set(variablesIn(everything));
    expect([...inPages].sort()).toEqual([...inCode].sort());
  });
});

const variablesIn = (text: string): string[] => text.match(/\bTELNYX_[A-Z]+(?:_[A-Z]+)*\b/g) ?? [];

/** Another program's name for the assistant's id, and constants of ours. */
const NO_SETTINGS = /TELNYX_AI_ASSISTANT_ID|(?<!')TELNYX_ERRORS/g;

function sourceText(): string {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n')
    .replace(NO_SETTINGS, '');
}

test.each(SLASH_COMMANDS)('/$name is in docs/chat.md', ({ name }) => {
  expect(PAGES.find(({ path }) => path === 'docs/chat.md')?.text).toContain(`/${name}`);
});

describe('the version', () => {
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };

  it('is the same wherever it is stated', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    };
    const [, released] = /^## \[(\d.*)\] - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? [];
    const [, image] = /telnyx-chat:(\S+)$/m.exec(read('deploy/kubernetes.yaml')) ?? [];
    const pinned = [...read('docs/testing.md').matchAll(/npx telnyx-chat@(\S+)/g)].map(
      ([, v]) => v,
    );
    expect([lock.version, lock.packages['']?.version, released, image, ...pinned]).toEqual(
      Array(6).fill(version),
    );
  });

  it('has its changes under the usual headings', () => {
    const headings = [...read('CHANGELOG.md').matchAll(/^### (.*)$/gm)].map(([, name]) => name);
    const usual = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    expect(headings.filter((name) => !usual.includes(name ?? ''))).toEqual([]);
  });
});

describe('what people can read', () => {
  const readme = PAGES.find(({ path }) => path === 'README.md')!.text;

  it('is a README of at most 160 lines and 9 KB', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(160);
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(9 * 1024);
  });

  test.each(PAGES)('$path: no cell of a table is over 60 characters', ({ text }) => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const cells = rows.flatMap((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(cells.filter((cell) => cell.length > 60 && !/^-+$/.test(cell))).toEqual([]);
  });

  test.each(PAGES)(
    '$path: its first example is in its first ten lines, or a picture',
    ({ path, text }) => {
      const first = text.split('\n').slice(0, 10).join('\n');
      expect(first).toMatch(path === 'README.md' ? /<picture>/ : /^```/m);
    },
  );

  test.each(PAGES.filter(({ path }) => path.startsWith('docs/')))(
    '$path is in the index',
    ({ path }) => {
      const index = PAGES.find((page) => page.path === 'docs/README.md')!.text;
      if (path !== 'docs/README.md') expect(index).toContain(`(${path.slice('docs/'.length)})`);
    },
  );
});

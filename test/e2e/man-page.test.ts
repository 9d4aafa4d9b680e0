import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Outline } from '../../src/command-line/outline.js';
import { EXIT_CODES } from '../../src/base/errors.js';
import { FAILED_EXIT_CODE } from '../../src/testing/run/results.js';
import { GUIDES } from '../../src/command-line/help.js';
import { KEYS, SLASH_COMMANDS } from '../../src/chat/slash-commands.js';
import { programOutline } from '../../src/program.js';
import { PAGES } from '../helpers/documentation.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'dist/telnyx-chat.1');

/** As a person reads it, wide enough that no line breaks, without overstrikes. */
const text = execFileSync('mandoc', ['-T', 'utf8', '-O', 'width=400', PAGE], { encoding: 'utf8' })
  .replace(/.\x08/g, '')
  .replace(/[ \t]+/g, ' ');

function section(title: string): string {
  const [, found = ''] = new RegExp(`^${title}\\n([^]*?)\\n(?=\\S)`, 'm').exec(text) ?? [];
  return found;
}

it('has nothing that mandoc complains of', () => {
  const { status, stdout, stderr } = spawnSync('mandoc', ['-T', 'lint', PAGE], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('has its sections in the usual order', () => {
  expect(text.match(/^[A-Z][A-Z ]+$/gm)).toEqual([
    ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'KEYS IN A CHAT', 'COMMANDS IN A CHAT'],
    ...['ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES', 'SEE ALSO'],
  ]);
});

function everyCommand(outline: Outline, path: string): [string, Outline][] {
  return outline.commands.flatMap((each) => [
    [`${path} ${each.name}`, each],
    ...everyCommand(each, `${path} ${each.name}`),
  ]);
}

it('has all commands with all of their flags', async () => {
  const commands = everyCommand(await programOutline(), 'telnyx-chat');
  expect(commands.length).toBeGreaterThan(8);
  for (const [path, { arguments: args, options, description, summary }] of commands) {
    const called = [path, ...args.map(({ shown }) => shown)].join(' ');
    const [, part = ''] = section('COMMANDS').split(new RegExp(`^ ${escaped(called)}$`, 'm'));
    const [own = ''] = part.split(/^ telnyx-chat [a-z]/m);
    expect(own).toContain(description || summary);
    for (const { usage: shown, long, help: what } of options) {
      if (long === '--help' || long === '--version') continue;
      expect(own).toContain(`\n ${shown}`);
      expect(own).toContain(what);
    }
  }
});

function escaped(literal: string): string {
  return literal.replace(/[[\]().|*+?^$\\]/g, '\\$&');
}

it('names every variable of the environment that the documentation names', () => {
  const names = new Set(PAGES.flatMap(({ text }) => text.match(/\bTELNYX_[A-Z_]+\b/g) ?? []));
  expect(names.size).toBeGreaterThan(5);
  for (const name of names) expect(section('ENVIRONMENT')).toContain(` ${name}\n`);
});

it('has the keys and the commands of a chat, and the guides', () => {
  for (const { keys, does } of KEYS) expect(section('KEYS IN A CHAT')).toMatch(row(keys, does));
  for (const { name, argument, summary } of SLASH_COMMANDS) {
    expect(section('COMMANDS IN A CHAT')).toMatch(row(`/${name} ${argument}`.trim(), summary));
  }
  for (const [name, about] of Object.entries(GUIDES)) {
    expect(section('SEE ALSO')).toMatch(row(name, about));
  }
});

/** A term and its text, beside it or below. */
const row = (term: string, about: string): RegExp =>
  new RegExp(`^ ${escaped(term)}\\s+${escaped(about)}$`, 'm');

it('is what man shows', () => {
  const options = {
    encoding: 'utf8',
    env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '80' },
  } as const;
  const { status, stdout, stderr } = spawnSync('man', ['-l', PAGE], options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.replace(/.\x08/g, '')).toContain('Chat with a Telnyx AI Assistant');
});

it('has every exit code that the program ends with', () => {
  const listed = section('EXIT STATUS').match(/^ \d+(, \d+)?(?= |$)/gm) ?? [];
  const codes = listed.flatMap((each) => each.split(',').map(Number));
  const all = new Set([0, FAILED_EXIT_CODE, ...Object.values(EXIT_CODES)]);
  expect(codes).toEqual([...all].sort((a, b) => a - b));
});

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { SIZES } from '../helpers/chat.js';
import { CTRL, DOWN, ENTER } from '../helpers/keys.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';

const CONFIG = '.config/telnyx-chat/config.json';

interface FirstRun {
  terminal: TerminalSession;
  sandbox: Sandbox;
  home: string;
}

/** The program on a machine where nothing is set up, with an account that is reached by its URL. */
async function firstRun(
  [columns, rows]: readonly [number, number],
  env: Record<string, string> = {},
  home = temporaryFolder(),
): Promise<FirstRun> {
  const { sandbox } = await account();
  const options = { columns, rows, home, env: { TELNYX_BASE_URL: sandbox.url, ...env } };
  const terminal = new TerminalSession(['--quiet'], options);
  await terminal.shows(/There is no Telnyx API key yet\.[^]*Log in[^]*sandbox[^]*Leave/);
  return { terminal, sandbox, home };
}

function config(home: string): unknown {
  return JSON.parse(readFileSync(join(home, CONFIG), 'utf8'));
}

describe.each(SIZES)('with no key at %i×%i', (...size) => {
  it('one can log in: the key stays hidden, is checked and stored for its owner only', async () => {
    const { terminal, sandbox, home } = await firstRun(size);
    terminal.type(ENTER);
    await terminal.shows('API key (hidden while you type):');
    terminal.type('KEY-hidden-one');
    terminal.type(ENTER);
    await terminal.shows(/the key is accepted and stored[^]*Which assistant\?/);
    expect(terminal.output).not.toContain('KEY-hidden');
    await terminal.shows('Quiet Sandbox Assistant');
    terminal.type('quiet');
    await terminal.until(
      () => !terminal.rows().join('\n').includes('Private'),
      () => terminal.text(),
    );
    terminal.type(ENTER);
    await terminal.shows(/it is this profile’s assistant from now\s+on[^]*\n>$/);
    terminal.type(`my name is Ada${ENTER}`);
    await terminal.shows(/Nice to meet you, Ada[^]*\n>$/);
    expect(sandbox.store.list()[0]?.conversation.metadata['assistant_id']).toBe(
      'assistant-sandbox-quiet',
    );
    expect(config(home)).toEqual({
      profiles: { default: { api_key: 'KEY-hidden-one', assistant_id: 'assistant-sandbox-quiet' } },
    });
    expect(statSync(join(home, CONFIG)).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, '.config/telnyx-chat')).mode & 0o777).toBe(0o700);
    terminal.type(CTRL('d'));
    expect(await terminal.exit).toBe(0);
    const again = new TerminalSession(['-q'], { home, env: { TELNYX_BASE_URL: sandbox.url } });
    await again.looks(['> ▏']);
  });

  it('a wrong key is an error, and is not stored', async () => {
    const { terminal, home } = await firstRun(size);
    terminal.type(ENTER);
    await terminal.shows('hidden while you type');
    terminal.type(`wrong${ENTER}`);
    expect(await terminal.exit).toBe(4);
    await terminal.shows(/error: Authentication failed[^]*hint: check the key:/);
    expect(terminal.output).not.toContain('wrong');
    expect(() => statSync(join(home, CONFIG))).toThrow('ENOENT');
  });

  it('one can try the sandbox', async () => {
    const { terminal, sandbox } = await firstRun(size);
    terminal.type(`${DOWN}${ENTER}`);
    await terminal.ends(['> ▏']);
    terminal.type(`my name is Ada${ENTER}`);
    await terminal.shows('Nice to meet you, Ada');
    expect(sandbox.store.list()).toEqual([]);
  });

  it.each([
    ['by choice', DOWN + DOWN + ENTER],
    ['with Ctrl-C', CTRL('c')],
  ])('one can leave %s', async (_, keys) => {
    const { terminal } = await firstRun(size);
    terminal.type(keys);
    expect(await terminal.exit).toBe(0);
    expect(terminal.modes()).toEqual({
      bracketedPaste: false,
      wraparound: true,
      cursorShown: true,
    });
  });

  it('a config that cannot be written is a warning, and the chat begins', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, '.config'), '');
    const { terminal } = await firstRun(size, {}, home);
    terminal.type(ENTER);
    await terminal.shows('hidden while you type');
    terminal.type(`KEY-hidden-one${ENTER}`);
    await terminal.shows(
      /warning: not stored, it is only used in\s+this\s+chat[^]*Which assistant\?/,
    );
    terminal.type(ENTER);
    await terminal.shows(/\n>$/);
    terminal.type(`my name is Ada${ENTER}`);
    await terminal.shows('Nice to meet you, Ada');
    expect(terminal.text().match(/warning: /g)).toHaveLength(1);
  });

  it('a screen reader is asked in lines', async () => {
    const { terminal, home } = await firstRun(size, { TERM: 'dumb' });
    await terminal.shows('number, or words to search for:');
    terminal.type(`1${ENTER}`);
    await terminal.shows('API key (hidden while you type):');
    terminal.type('KEY-hidden');
    terminal.type(`-one${ENTER}`);
    await terminal.shows(/accepted and stored[^]*Which assistant\?[^]*search for:$/);
    terminal.type(`quiet${ENTER}`);
    await terminal.shows(/it is this profile[^]*\n>$/);
    expect(terminal.output).not.toMatch(/hidden-|\x1b/);
    expect(config(home)).toMatchObject({ profiles: { default: { api_key: 'KEY-hidden-one' } } });
  });
});

it('with a key and no assistant, one is chosen', async () => {
  const { sandbox } = await account();
  const env = { TELNYX_BASE_URL: sandbox.url, TELNYX_API_KEY: 'KEY-test' };
  const terminal = new TerminalSession([], { env });
  await terminal.shows(
    /Which assistant\?[^]*Sandbox Assistant {2}sandbox\/scripted {2}assistant-sandbox/,
  );
  terminal.type(CTRL('c'));
  expect(await terminal.exit).toBe(0);
});

it('a damaged config stops nothing in the sandbox, and keeps no history', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.config/telnyx-chat'), { recursive: true });
  writeFileSync(join(home, CONFIG), '{');
  const terminal = new TerminalSession(['--sandbox', '-q'], { home });
  await terminal.looks(['> ▏']);
  terminal.type(`hello${ENTER}`);
  await terminal.shows(/Hello![^]*\n>$/);
  expect(() => statSync(join(home, '.local/state'))).toThrow('ENOENT');
});

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../src/settings/config.js';
import { KNOWN_CHANNELS } from '../../src/conversations/list.js';
import { GUIDES } from '../../src/command-line/help.js';
import { programOutline } from '../../src/program.js';
import type { Outline } from '../../src/command-line/outline.js';
import { account } from '../helpers/account.js';
import { recordingServer } from '../helpers/recording-server.js';
import { runCli, temporaryFolder, type CliOptions } from '../helpers/run-cli.js';

/** What zsh is told; nothing else may ever be said. */
async function offered(words: string[], options?: CliOptions): Promise<string[]> {
  const { code, stdout, stderr } = await runCli(['completion', 'zsh', '--', ...words], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

const values = (lines: string[]): string[] => lines.map((line) => line.split('\t')[0] ?? '');

function everyCommand(outline: Outline, path: string[] = []): [string[], Outline][] {
  const below = outline.commands.flatMap((each) => everyCommand(each, [...path, each.name]));
  return [[path, outline], ...below];
}

it('offers every command and every flag', async () => {
  const outline = await programOutline();
  const all = everyCommand(outline);
  expect(all.length).toBeGreaterThan(8);
  for (const [path, { commands, options }] of all) {
    if (commands.length > 0) {
      expect(values(await offered([...path, '']))).toEqual(commands.map(({ name }) => name));
    }
    const own = path.length === 0 ? (outline.commands[0]?.options ?? []) : options;
    expect(values(await offered([...path, '-']))).toEqual(own.map(({ long }) => long));
  }
});

describe('words', () => {
  it.each([
    [
      ['send', '--format', ''],
      ['auto', 'markdown', 'plain'],
    ],
    [
      ['send', '--format='],
      ['auto', 'markdown', 'plain'],
    ],
    [
      ['--sandbox', '--format', ''],
      ['auto', 'markdown', 'plain'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', 'powershell'],
    ],
    [['config', 'set', ''], [...CONFIG_KEYS]],
    [
      ['config', 'set', 'persist', ''],
      ['true', 'false'],
    ],
    [['config', 'set', 'base_url', ''], []],
    [['send', '--dotenv', ''], ['']],
    [['serve', '--token-file', ''], ['']],
    [['conversations', 'list', '--channel', ''], [...KNOWN_CHANNELS]],
    [
      ['--json', '-a', 'x', 'send', '--format', ''],
      ['auto', 'markdown', 'plain'],
    ],
    [['--sandbox', '--', ''], []],
    [['send', 'hello', ''], []],
    [['send', '--', '--f'], []],
    [['send', '--title', ''], []],
    [['send', '--titel=', ''], []],
    [['sned', ''], []],
    [['send', '--conversation', ''], []],
    [['send', '--sandbox', '--assistant', ''], []],
  ])('%j may be followed by %j', async (words, expected) => {
    expect(values(await offered(words))).toEqual(expected);
  });

  it.each([
    [['--sandbox', ''], ['']],
    [['-a', 'send', ''], ['']],
    [
      ['-q', 'conversations', ''],
      ['conversations', ''],
    ],
    [
      ['-q', 'conversations', 'list', '-'],
      ['conversations', 'list', '-q', '-'],
    ],
  ])('offers behind %j what it offers behind %j', async (words, same) => {
    expect(await offered(words)).toEqual(await offered(same));
  });

  it('offers the same behind help', async () => {
    expect(await offered(['help', 'config', ''])).toEqual(await offered(['config', '']));
    const commands = (await offered([''])).filter((line) => !line.startsWith('help\t'));
    const guides = Object.entries(GUIDES).map(([name, summary]) => `${name}\t${summary}`);
    expect(await offered(['help', ''])).toEqual([...commands, ...guides]);
    expect(values(await offered(['help', 'relay', '--no-p']))).toContain('--no-pager');
  });

  it('offers a flag once, unless it may come again', async () => {
    const given = ['send', '-qv', '--title', 'x', '--meta', 'a=b', '--format=plain'];
    const flags = values(await offered([...given, '--']));
    expect(flags).toContain('--meta');
    expect(flags).toContain('--json');
    for (const flag of ['--quiet', '--verbose', '--title', '--format']) {
      expect(flags).not.toContain(flag);
    }
  });
});

describe('what the account has', () => {
  it('offers assistants and conversations of this assistant, by name and by id', async () => {
    const { sandbox, env } = await account();
    const mine = sandbox.store.create('Opening hours', { assistant_id: sandbox.assistantId });
    const other = sandbox.store.create('Other', { assistant_id: 'assistant-other' });
    const [mineId, otherId] = [mine.conversation.id, other.conversation.id];
    expect(await offered(['send', '--conversation', ''], { env })).toEqual([
      `Opening hours\t${mineId}`,
      `${mineId}\tOpening hours`,
    ]);
    expect(await offered(['send', '-a', 'assistant-other', '--conversation', ''], { env })).toEqual(
      [`Other\t${otherId}`, `${otherId}\tOther`],
    );
    expect(values(await offered(['send', '-a', ''], { env }))).toContain(sandbox.assistantId);
    expect(values(await offered(['config', 'set', 'assistant_id', ''], { env }))).toContain(
      sandbox.assistantId,
    );
  });

  it.each([
    ['conversations', 'show'],
    ['conversations', 'delete', 'another'],
    ['conversations', 'export', '--format', 'md'],
    ['conversations', 'takeover'],
  ])('offers conversations behind %s %s', async (...words) => {
    const { sandbox, env } = await account();
    const metadata = { assistant_id: sandbox.assistantId };
    const { conversation } = sandbox.store.create('Opening hours', metadata);
    expect(values(await offered([...words, ''], { env }))).toEqual([
      'Opening hours',
      conversation.id,
    ]);
  });

  it.each(['show', 'use'])('offers assistants behind assistants %s', async (action) => {
    const { sandbox, env } = await account();
    expect(values(await offered(['assistants', action, ''], { env }))).toContain(
      sandbox.assistantId,
    );
  });

  it('uses the profile that the line names', async () => {
    const { sandbox } = await account();
    const home = temporaryFolder();
    const folder = join(home, '.config/telnyx-chat');
    mkdirSync(folder, { recursive: true });
    const work = { api_key: 'KEY-work', base_url: sandbox.url };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ profiles: { work, home: {} } }));
    expect(values(await offered(['send', '--profile', ''], { home }))).toEqual([
      'default',
      'work',
      'home',
    ]);
    expect(await offered(['send', '--assistant', ''], { home })).toEqual([]);
    const assistants = await offered(['send', '--profile=work', '--assistant', ''], { home });
    expect(values(assistants)).toContain(sandbox.assistantId);
  });

  it('asks nobody without a key', async () => {
    const server = await recordingServer((response) => response.end('{"data":[]}'));
    const env = { TELNYX_BASE_URL: server.url };
    expect(await offered(['send', '--conversation', ''], { env })).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('runs no command for a key', async () => {
    const home = temporaryFolder();
    const folder = join(home, '.config/telnyx-chat');
    mkdirSync(folder, { recursive: true });
    const profiles = { default: { api_key_command: `touch ${join(home, 'run')}; echo KEY-x` } };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ profiles }));
    expect(await offered(['send', '--assistant', ''], { home })).toEqual([]);
    expect(existsSync(join(home, 'run'))).toBe(false);
  });

  it.each([
    ['refuses', 401],
    ['answers nonsense', 200],
    ['fails', 500],
  ])('says nothing when Telnyx %s', async (_, status) => {
    const server = await recordingServer((response) => response.writeHead(status).end('<html>'));
    const env = {
      TELNYX_BASE_URL: server.url,
      TELNYX_API_KEY: 'KEY-secret',
      TELNYX_CHAT_DEBUG: '1',
    };
    expect(await offered(['send', '--assistant', ''], { env })).toEqual([]);
  });

  it('waits no longer than a person would, and says nothing', async () => {
    const { env } = await account({ faultSettings: { rules: ['any/stall_before:1'] } });
    expect(await offered(['send', '--assistant', ''], { env })).toEqual([]);
  });

  it.each([
    ['a damaged config', '{'],
    ['a setting that cannot be right', '{"profiles":{"default":{"base_url":"ftp://x"}}}'],
  ])('says nothing with %s', async (_, text) => {
    const home = temporaryFolder();
    const folder = join(home, '.config/telnyx-chat');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), text);
    const env = { TELNYX_API_KEY: 'KEY-secret' };
    expect(await offered(['send', '--assistant', ''], { home, env })).toEqual([]);
  });
});

describe('PowerShell', () => {
  it('gets its words behind a mark, and what begins with the last of them', async () => {
    const { stdout } = await runCli(['completion', 'powershell', '--', '=config', '=se']);
    expect(stdout).toBe('set\tstore a value\n');
    const { stdout: files } = await runCli(['completion', 'powershell', '--', '=--dotenv', '=']);
    expect(files).toBe('\tfiles\n');
  });

  it('has a script whose brackets and quotes are in pairs', async () => {
    const { stdout } = await runCli(['completion', 'powershell']);
    expect(stdout).toContain('Register-ArgumentCompleter -Native -CommandName telnyx-chat');
    const code = stdout.replace(/'(?:[^']|'')*'|"(?:[^"`]|`.)*"/g, '');
    expect(code).not.toMatch(/['"]/);
    const open: string[] = [];
    const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
    for (const [bracket] of code.matchAll(/[()[\]{}]/g)) {
      if (bracket in pairs) expect(open.pop()).toBe(pairs[bracket]);
      else open.push(bracket);
    }
    expect(open).toEqual([]);
  });
});

it('says which shells there are', async () => {
  expect(await runCli(['completion', 'tcsh'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      "error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish, powershell.\nhint: see telnyx-chat help completion\n",
  });
});

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { openChat, SIZES, type ChatOptions, type OpenChat } from '../helpers/chat.js';
import { CTRL, DOWN, ENTER, UP } from '../helpers/keys.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const FILE = '.local/state/telnyx-chat/input-history.jsonl';

function remembered(home: string): unknown[] {
  const lines = readFileSync(join(home, FILE), 'utf8').trimEnd().split('\n');
  return lines.map((line): unknown => JSON.parse(line));
}

/** One chat in which things were said, and has ended. */
async function earlier(lines: string[], options: ChatOptions): Promise<void> {
  const chat = await openChat(options);
  for (const line of lines) {
    await chat.say(line, `You said: "${line}`);
  }
  await leave(chat);
}

async function leave({ terminal }: OpenChat): Promise<void> {
  await terminal.shows(/\n\n>$/);
  terminal.type(CTRL('d'));
  expect(await terminal.exit).toBe(0);
}

describe.each(SIZES)('what was typed in an earlier chat at %i×%i', (...size) => {
  it('comes back with Up and Down, the draft too, for its owner only', async () => {
    const home = temporaryFolder();
    const sandbox = await account();
    await earlier(['first', 'second'], { home, sandbox, size });
    expect(statSync(join(home, FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, '.local/state/telnyx-chat')).mode & 0o777).toBe(0o700);
    const { terminal } = await openChat({ home, sandbox, size });
    terminal.type(UP);
    await terminal.looks(['> second▏']);
    terminal.type(UP);
    await terminal.looks(['> first▏']);
    terminal.type(DOWN + DOWN);
    await terminal.looks(['> ▏']);
  });

  it('is found by how it begins, and by what is in it', async () => {
    const home = temporaryFolder();
    const sandbox = await account();
    await earlier(['apple pie', 'banana', 'apricot'], { home, sandbox, size });
    const { terminal, say } = await openChat({ home, sandbox, size });
    terminal.type(`ap${UP}`);
    await terminal.looks(['> apricot▏']);
    terminal.type(UP);
    await terminal.looks(['> apple pie▏']);
    terminal.type(DOWN + DOWN);
    await terminal.looks(['> ap▏']);
    terminal.type(`${CTRL('c')}${CTRL('r')}`);
    await terminal.looks(['search "": ▏']);
    terminal.type('an');
    await terminal.looks(['search "an": ban▏ana']);
    terminal.type('x');
    await terminal.shows('no match "anx":');
    terminal.type('\x7f');
    await terminal.looks(['search "an": ban▏ana']);
    await say('', 'You said: "banana"');
  });

  it('is kept of two chats at once, and shown once', async () => {
    const home = temporaryFolder();
    const sandbox = await account();
    const one = await openChat({ home, sandbox, size });
    const two = await openChat({ home, sandbox, size });
    for (const [chat, text] of [
      [one, 'a1'],
      [two, 'b1'],
      [one, 'a2'],
      [two, 'b2'],
    ] as const) {
      await chat.say(text, `You said: "${text}"`);
    }
    expect(remembered(home)).toEqual(['a1', 'b1', 'a2', 'b2']);
    const later = await openChat({ home, sandbox, size });
    later.terminal.type(UP + UP + UP);
    await later.terminal.looks(['> b1▏']);
  });

  it('leaves out a line that begins with a space', async () => {
    const home = temporaryFolder();
    const sandbox = await account();
    await earlier(['public', ' secret'], { home, sandbox, size });
    expect(remembered(home)).toEqual(['public']);
  });
});

describe('a history that is switched off', () => {
  it.each([
    ['TELNYX_CHAT_HISTORY=0', { TELNYX_CHAT_HISTORY: '0' }, undefined, ['--quiet']],
    ['config set history false', {}, '{"history": false}', ['--quiet']],
    [
      'TELNYX_CHAT_HISTORY=0, in the sandbox',
      { TELNYX_CHAT_HISTORY: '0' },
      undefined,
      ['-q', '--sandbox'],
    ],
    ['config set history false, in the sandbox', {}, '{"history": false}', ['-q', '--sandbox']],
  ])('with %s writes nothing, and Up still works within the chat', async (_, env, config, argv) => {
    const home = temporaryFolder();
    if (config !== undefined) {
      mkdirSync(join(home, '.config/telnyx-chat'), { recursive: true });
      writeFileSync(join(home, '.config/telnyx-chat/config.json'), config);
    }
    const { terminal, say } = await openChat({ home, env, argv });
    await say('not to be kept', 'You said:');
    await terminal.shows(/\n\n>$/);
    terminal.type(UP);
    await terminal.ends(['> not to be kept▏']);
    expect(() => statSync(join(home, FILE))).toThrow('ENOENT');
  });
});

it('a home where nothing can be written is told of once for each thing, not with each turn', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, '.local'), '');
  const { terminal, say } = await openChat({ home, argv: [] });
  await say('one', /You said: "one"[^]*\n>$/);
  await say('two', /You said: "two"[^]*\n>$/);
  const warnings = terminal.text().match(/warning: (input history|the conversation)/g);
  expect(warnings?.toSorted()).toEqual(['warning: input history', 'warning: the conversation']);
});

describe.each(SIZES)('a history that cannot be kept at %i×%i', (...size) => {
  it.each([
    ['its folder is a file', (home: string) => writeFileSync(join(home, '.local'), '')],
    ['it is a folder', (home: string) => mkdirSync(join(home, FILE), { recursive: true })],
  ])('as %s is one warning, and the chat goes on', async (_, spoil) => {
    const home = temporaryFolder();
    spoil(home);
    const { terminal, say } = await openChat({ home, size, argv: ['--quiet', '--no-persist'] });
    await say('one', 'You said: "one"');
    await terminal.shows(/\n\n>$/);
    await say('two', 'You said: "two"');
    await terminal.shows(/\n\n>$/);
    expect(terminal.text().match(/warning: input history is not saved/g)).toHaveLength(1);
    terminal.type(`${UP}${ENTER}`);
    await terminal.shows(/"two"[^]*"two"/);
  });
});

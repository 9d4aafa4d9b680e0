import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { BIN, builtProgram } from '../helpers/built-program.js';
import { heldTurns, openChat, type ChatOptions } from '../helpers/chat.js';
import { CTRL } from '../helpers/keys.js';
import { childrenOf, underShell } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { refusing } from '../sandbox/start.js';

const GREETED = /remember\syour\sname\.\n+>$/;
const UUID = '[0-9a-f-]{36}';

/** A temporary chat under a shell that says how it ended. */
async function temporaryChat(options: ChatOptions = {}) {
  const command = underShell('trap "" INT TERM HUP; "$0" "$@"; echo "code $?"; read -r _');
  const chat = await openChat({ argv: ['--temporary'], ...options, command });
  await chat.terminal.shows('greeting:');
  const [pid = 0] = childrenOf(chat.terminal.pid);
  return { ...chat, pid };
}

const stored = ({ sandbox }: { sandbox: { store: { list(): unknown[] } } }): number =>
  sandbox.store.list().length;

describe.each([
  [80, 24],
  [40, 12],
] as const)('a temporary chat at %i×%i', (...size) => {
  it('says so, is deleted with each of its conversations, and remembered nowhere', async () => {
    const home = temporaryFolder();
    const chat = await temporaryChat({ size, home });
    await chat.terminal.shows('temporary: the conversation is deleted when the chat ends');
    await chat.say('my name is Ada', GREETED);
    await chat.say('/new', /starts a new\sconversation\n+>$/);
    await chat.say('my name is Bo', /meet\syou,\sBo\.[^]*\n>$/);
    expect(stored(chat)).toBe(2);
    chat.terminal.type(CTRL('d'));
    await chat.terminal.shows(/\n2 conversations were deleted\ncode 0$/);
    expect(chat.terminal.text()).not.toContain('resume:');
    expect(stored(chat)).toBe(0);
    const files = readdirSync(home, { recursive: true }).map(String);
    expect(files.filter((file) => /last-conversation|input-history/.test(file))).toEqual([]);
  });

  it.each([
    ['Ctrl-C twice', CTRL('c'), 0],
    ['SIGINT', 'SIGINT', 130],
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGHUP', 'SIGHUP', 129],
  ] as const)('is deleted after %s', async (_, how, code) => {
    // While tool calls are looked for, Ctrl-C only ends that.
    const chat = await temporaryChat({ size, argv: ['--temporary', '--no-trace'] });
    await chat.say('my name is Ada', GREETED);
    if (how.startsWith('SIG')) process.kill(chat.pid, how);
    else {
      chat.terminal.type(how);
      await chat.terminal.shows('press Ctrl-C again');
      chat.terminal.type(how);
    }
    await chat.terminal.shows(`the conversation was deleted\ncode ${code}`);
    expect(stored(chat)).toBe(0);
  });

  it('says which one is left, and how to delete it', async () => {
    const intercept = refusing(403, 'delete_conversation');
    const chat = await temporaryChat({ size, intercept });
    await chat.say('my name is Ada', GREETED);
    chat.terminal.type(CTRL('d'));
    await chat.terminal.shows('code 0');
    const [{ conversation } = { conversation: { id: '' } }] = chat.sandbox.store.list();
    const text = chat.terminal.flow();
    expect(text).toContain('error: the conversation was not deleted: ');
    expect(text).toContain(`telnyx-chat conversations delete ${conversation.id} deletes it`);
  });

  it('leaves another conversation that it has resumed', async () => {
    const sandbox = await account();
    const { conversation } = sandbox.sandbox.store.create('Mine', {
      assistant_id: sandbox.sandbox.assistantId,
    });
    const chat = await temporaryChat({ size, sandbox });
    await chat.say(`/resume ${conversation.id}`, /no messages are kept[^]*\n>$/);
    await chat.say('my name is Ada', GREETED);
    chat.terminal.type(CTRL('d'));
    await chat.terminal.shows(new RegExp(`conversation: ${UUID}[^]*code 0`));
    expect(stored(chat)).toBe(1);
  });
});

it('is deleted when the window is closed, also during a turn', async () => {
  const { intercept, arrived, release } = heldTurns();
  const chat = await openChat({ argv: ['--temporary', '-q'], intercept });
  chat.terminal.type('hello\r');
  await arrived;
  expect(stored(chat)).toBe(1);
  chat.terminal.close();
  await expect.poll(() => stored(chat), { timeout: 8_000 }).toBe(0);
  release();
});

describe('a temporary chat over a pipe', () => {
  const input = 'my name is Ada\nwhat is my name?\n';

  it('is one conversation, deleted at the end', async () => {
    const { env, sandbox } = await account();
    const { code, stdout, stderr } = await builtProgram(['--temporary'], { env, input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Your name is Ada.');
    expect(sandbox.store.list()).toEqual([]);
  });

  it('fails when it cannot be deleted', async () => {
    const { env } = await account({ intercept: refusing(403, 'delete_conversation') });
    const result = await builtProgram(['--temporary', '--jsonl'], { env, input });
    expect(result.code).toBe(4);
    const { error } = JSON.parse(result.stderr) as { error: Record<string, unknown> };
    expect(error['message']).toMatch(/^the conversation was not deleted: /);
    expect(error['hint']).toBe(
      `telnyx-chat conversations delete ${String(error['conversation_id'])} deletes it`,
    );
  });

  it.each([
    [['--conversation', 'x'], '--conversation'],
    [['-c'], '--continue'],
    [['--for', 'a=b'], '--for'],
  ])('refuses %j: that conversation is not its own', async (flags, name) => {
    const { env, sandbox } = await account();
    const result = await builtProgram(['--temporary', ...flags], { env, input });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`error: --temporary and ${name} exclude each other`);
    expect(sandbox.stats().requests).toEqual({});
  });
});

it.each([
  [[], 'sh -c "head -1 >/dev/null"'],
  [['--json'], 'true'],
  [['--keep-going'], 'true'],
])('a temporary chat with %j is deleted when its reader leaves', async (flags, reader) => {
  const { env, sandbox } = await account();
  const pipe = `printf 'a\\nb\\nc\\n' | { "$0" "$@"; echo "code $?" >&2; } | ${reader}`;
  const child = spawn('sh', ['-c', pipe, process.execPath, BIN, '--temporary', ...flags], {
    env: { PATH: process.env['PATH'] ?? '', HOME: temporaryFolder(), ...env },
  });
  expect(await text(child.stderr)).toBe('code 0\n');
  expect(stored({ sandbox })).toBe(0);
});

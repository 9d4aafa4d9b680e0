import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seed } from '../../src/sandbox/control.js';
import { account } from '../helpers/account.js';
import { BIN, builtProgram } from '../helpers/built-program.js';
import { openChat, SIZES } from '../helpers/chat.js';
import { ENTER } from '../helpers/keys.js';
import { temporaryFolder } from '../helpers/run-cli.js';
import { TerminalSession } from '../helpers/terminal.js';
import { call } from '../sandbox/start.js';

type Account = Awaited<ReturnType<typeof account>>;

/** An account with so many conversations; their ids, the latest first. */
async function accountWith(conversations: number): Promise<Account & { ids: string[] }> {
  const given = await account();
  const { store, assistantId } = given.sandbox;
  const metadata = { assistant_id: assistantId };
  const wanted = { conversations, messages: 2, every_ms: 60_000, name: 'Seeded', metadata };
  const means = { store, now: new Date(), randomId: () => crypto.randomUUID() };
  return { ...given, ids: seed(wanted, means).toReversed() };
}

const open = (argv: string[], env: Record<string, string>): TerminalSession =>
  new TerminalSession(['conversations', ...argv], { env });

describe('conversations export', () => {
  it('goes on in a file that the shell has opened', async () => {
    const { env, ids } = await accountWith(1);
    const home = temporaryFolder();
    const log = join(home, 'log');
    writeFileSync(log, 'before\n');
    const script = `"$@" 3>>"${log}"`;
    const argv = ['conversations', 'export', ids[0] ?? '', '-o', '/dev/fd/3', '--force'];
    const command: [string, ...string[]] = ['sh', '-c', script, 'sh', process.execPath, BIN];
    const { code, stdout } = await builtProgram(argv, { env, home, command });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(log, 'utf8')).toMatch(/^before\n# Seeded\n[^]*answer 1\n/);
    // Compiled code is kept there.
    expect(readdirSync(home).filter((name) => name !== '.cache')).toEqual(['log']);
  });
});

/** Runs with stdout in the shell's hands: `"$@"` is the command. */
const inShell = (script: string): [string, ...string[]] => [
  ...(['sh', '-c', script, 'sh', process.execPath, BIN] as const),
];

describe('conversations whose output cannot be written', () => {
  it('new: the id is in the error', async () => {
    const { env, sandbox } = await account();
    const command = inShell('"$@" >/dev/full');
    for (const flags of [[], ['--json']]) {
      const argv = ['conversations', 'new', ...flags];
      const { code, stderr } = await builtProgram(argv, { env, command });
      const id = sandbox.store.list()[0]?.conversation.id ?? 'none';
      expect(code).toBe(1);
      expect(stderr).toContain('the output cannot be written: ENOSPC');
      expect(stderr).toContain(`telnyx-chat conversations show ${id}`);
      expect(stderr).toMatch(new RegExp(`(^conversation: |"conversation_id":")${id}`, 'm'));
    }
  });

  it.each([[[]], [['--json']]])('delete goes on when the reader has left, %j', async (flags) => {
    const { env, sandbox, ids } = await accountWith(3);
    const argv = ['conversations', 'delete', ...ids, '--yes', ...flags];
    // The program starts once the pipe's reader is gone.
    const gone = 'trap "" PIPE; while printf x 2>/dev/null; do :; done';
    const command = inShell(`{ ${gone}; "$@"; echo "$?" >&2; } | :`);
    expect(await builtProgram(argv, { env, command })).toEqual({
      ...{ code: 0, stdout: '', stderr: '0\n' },
    });
    expect(sandbox.store.list()).toEqual([]);
  });

  it('delete names what was not tried when the disk is full', async () => {
    const { env, sandbox, ids } = await accountWith(3);
    const argv = ['conversations', 'delete', ...ids, '--yes'];
    const { code, stderr } = await builtProgram(argv, { env, command: inShell('"$@" >/dev/full') });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: the output cannot be written: ENOSPC/);
    expect(stderr).toContain(`hint: 1 deleted; 2 more were not tried: ${ids[1]} ${ids[2]}\n`);
    expect(sandbox.store.list()).toHaveLength(2);
  });
});

describe('conversations on a terminal', () => {
  it('come through less: a short list leaves at once, a long one when the reader does', async () => {
    const { env, ids } = await accountWith(2);
    const short = open(['list'], env);
    expect(await short.exit).toBe(0);
    expect(short.text()).toMatch(new RegExp(`ID +NAME +LAST USED\n${ids[0]}  Seeded +`));
    const many = await accountWith(1_000);
    const long = open(['list', '--limit', 'all'], many.env);
    await long.shows(/^:$/m);
    expect(long.text()).not.toContain(many.ids[999]);
    long.type('q');
    expect(await long.exit).toBe(0);
    expect(many.sandbox.requestCount('list_conversations')).toBeLessThan(11);
    expect(long.text()).not.toContain('error');
  });

  it.each([
    ['a pager of our own', { TELNYX_CHAT_PAGER: 'sed s/Seeded/Paged/', PAGER: 'false' }, 'Paged'],
    ['a pager for all', { PAGER: 'sed s/Seeded/Paged/' }, 'Paged'],
    ['none', { PAGER: '' }, 'Seeded'],
    ['one that is not there', { PAGER: 'no-such-pager-here' }, 'Seeded'],
  ])('come through %s', async (_, pager, name) => {
    const { env, ids } = await accountWith(1);
    const terminal = open(['list'], { ...env, ...pager });
    expect(await terminal.exit).toBe(0);
    expect(terminal.text()).toContain(`${ids[0]}  ${name}`);
  });

  it('come without one with --no-pager', async () => {
    const { env, ids } = await accountWith(1);
    const terminal = open(['show', ids[0] ?? '', '--no-pager'], { ...env, PAGER: 'false' });
    expect(await terminal.exit).toBe(0);
    expect(terminal.text()).toMatch(/ {2}user\n {2}question 1\n\n.* {2}assistant\n {2}answer 1/);
  });

  it.each([
    ['y', 0],
    ['n', 1],
  ])('delete asks, and %s is taken at its word', async (answer, left) => {
    const { env, sandbox, ids } = await accountWith(1);
    const terminal = open(['delete', ids[0] ?? ''], env);
    await terminal.shows(new RegExp(`${ids[0]}  Seeded[^]*Delete this conversation for good\\?`));
    terminal.type(answer + ENTER);
    expect(await terminal.exit).toBe(0);
    await terminal.shows(left === 0 ? `deleted ${ids[0]}` : 'nothing was deleted');
    expect(sandbox.store.list()).toHaveLength(left);
  });

  it.each([
    ['n with --json', ['--json'], `n${ENTER}`, 0, '{"deleted":[],"failed":[],"not_tried":["'],
    ['Ctrl-C', [], '\x03', 130, 'nothing was deleted'],
    ['Ctrl-C for a screen reader', [], '\x03', 130, 'nothing was deleted', 'dumb'],
  ])('delete asks, and is told %s', async (...row) => {
    const [, flags, keys, code, told, TERM = 'xterm-256color'] = row;
    const { env, sandbox, ids } = await accountWith(1);
    const terminal = open(['delete', ids[0] ?? '', ...flags], { ...env, TERM });
    await terminal.shows(/Delete this conversation for good\?/);
    terminal.type(keys);
    expect(await terminal.exit).toBe(code);
    await terminal.shows(told);
    expect(sandbox.store.list()).toHaveLength(1);
  });
});

const SILENT = 'a person has taken it over: the assistant is silent';

describe.each(SIZES)('a conversation that a person takes over, at %i×%i', (...size) => {
  it('/takeover, /say and /release', async () => {
    const chat = await openChat({ size });
    await chat.say('/takeover', 'error: there is no conversation yet');
    await chat.say('hello', /can\sdo\.\n>$/);
    await chat.say('/takeover', 'taken over: the assistant is silent');
    await chat.say('are you there?', /error: AI is disabled[^]*hint: \/release lets/);
    chat.terminal.type('\x03');
    await chat.terminal.ends(['> ▏']);
    await chat.say('/say', 'error: message is required');
    chat.terminal.type('\x03');
    await chat.say('/as Eve', 'you now speak as Eve');
    await chat.say('/say One moment, please', 'added to the conversation');
    const messages = chat.sandbox.store.list()[0]?.messages.at(-1);
    expect(messages).toMatchObject({ role: 'assistant', text: 'One moment, please' });
    await chat.say('/release', 'released: the assistant answers again');
    await chat.say('how many turns?', 'This is turn 2 of our conversation.');
    await chat.say('/insights', /completed\n {2}sandbox-summary: A sandbox/);
  });

  it('says so when a chat goes on with it', async () => {
    const sandbox = await accountWith(1);
    const [id = ''] = sandbox.ids;
    const body = { metadata: { assistant_id: 'assistant-sandbox', ai_disabled: 'true' } };
    await call(sandbox.sandbox, `/ai/conversations/${id}`, { method: 'PUT', body });
    const chat = await openChat({ size, sandbox, argv: ['--conversation', 'Seeded'] });
    await chat.terminal.shows(SILENT);
    await chat.terminal.shows('/release lets the assistant answer again');
    await chat.say('/new', 'your next message starts');
    await chat.say(
      `/resume Seeded`,
      new RegExp(`starts a new[^]*${SILENT.replaceAll(' ', '\\s+')}`),
    );
  });

  it('--for begins one in the chat, and comes back to it', async () => {
    const sandbox = await account();
    const argv = ['--for', 'ticket=4711'];
    const first = await openChat({ size, sandbox, argv });
    await first.terminal.shows('greeting: Hello!');
    await first.say('my name is Ada', /remember\syour\sname\.\n>$/);
    const second = await openChat({ size, sandbox, argv });
    await second.terminal.shows('you: my name is Ada');
    await second.say('what is my name?', 'Your name is Ada.');
    expect(sandbox.sandbox.store.list()).toHaveLength(1);
  });
});

import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { run } from '../../src/main.js';
import { account } from '../helpers/account.js';
import { cliContext, runCli, temporaryFolder } from '../helpers/run-cli.js';

const PARAMETERS = { code: 0, stderr: '' };
const GREETED = 'Nice to meet you, Ada. I will remember your name.';

describe('what is sent', () => {
  it('sends the words and prints the reply and one newline', async () => {
    const { env } = await account();
    const result = await runCli(['send', 'my', 'name', 'is', 'Ada'], { env });
    expect(result).toEqual({ ...PARAMETERS, stdout: `${GREETED}\n` });
  });

  it('does not wait for a stdin that nobody closes when there are words', async () => {
    const { env } = await account();
    const result = await runCli(['send', 'my name is Ada'], { env, input: new PassThrough() });
    expect(result).toEqual({ ...PARAMETERS, stdout: `${GREETED}\n` });
  });

  it.each([
    ['stdin alone, less one newline', ['send'], 'line 1\n\nline 2\n\n', 'line 1\n\nline 2\n'],
    ['stdin for -', ['send', 'Explain:', '-', 'now'], 'a\tb\n', 'Explain: a\tb now'],
    ['stdin for - alone', ['send', '-'], 'x\r\n', 'x'],
    ['stdin without its byte order mark', ['send'], '\ufeffx\ufeff\n', 'x\ufeff'],
    ['what looks like a file, YAML or JSON', ['send', '@/etc/hosts'], '', '@/etc/hosts'],
    ['flags behind --', ['send', '--', '--json', '-v'], '', '--json -v'],
    ['words with every kind of character', ['send', 'ä 漢 👩‍👩‍👧 "\\'], '', 'ä 漢 👩‍👩‍👧 "\\'],
  ])('sends %s', async (_, argv, input, sent) => {
    const { env, sandbox } = await account();
    const result = await runCli(argv, { env, input });
    expect(result.code).toBe(0);
    expect(storedMessages(sandbox)).toContain(sent);
  });

  it('passes on title, metadata and the name of who speaks', async () => {
    const { env, sandbox } = await account();
    const flags = ['--title', 'Support', '--meta', 'ticket=4711', '--meta', 'a=b=c', '--as', 'Bo'];
    await runCli(['send', 'hello', ...flags], { env });
    const [thread] = sandbox.store.list();
    expect(thread?.conversation).toMatchObject({
      name: 'Support',
      metadata: { ticket: '4711', a: 'b=c', assistant_id: sandbox.assistantId },
    });
  });
});

function storedMessages(sandbox: Sandbox): (string | null)[] {
  const messages = sandbox.store.list().flatMap((thread) => thread.messages);
  return messages.filter(({ role }) => role === 'user').map(({ text }) => text);
}

describe('conversations', () => {
  it('begins a new one each time, goes on with --conversation and --continue', async () => {
    const { env, sandbox } = await account();
    const home = temporaryFolder();
    const first = await runCli(['send', '--json', 'my name is Ada'], { env, home });
    const { conversation_id: id } = JSON.parse(first.stdout) as { conversation_id: string };
    const ask = 'what is my name?';
    const byId = await runCli(['send', '--conversation', id, ask], { env, home });
    const last = await runCli(['send', '-c', ask], { env, home });
    expect([byId.stdout, last.stdout]).toEqual(['Your name is Ada.\n', 'Your name is Ada.\n']);
    expect(sandbox.store.list()).toHaveLength(1);
    const fresh = await runCli(['send', ask], { env, home });
    expect(fresh.stdout).not.toContain('Ada');
  });

  it('remembers the last one for its owner only', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    await runCli(['send', 'hello'], { env, home });
    const folder = join(home, '.local/state/telnyx-chat/last-conversation');
    const [file = ''] = readdirSync(folder);
    const modes = [folder, join(folder, file)].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  it('remembers nothing with --no-persist or when the config says so', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    const state = join(home, '.local/state');
    await runCli(['send', 'hello', '--no-persist'], { env, home });
    expect(existsSync(state)).toBe(false);
    expect((await runCli(['config', 'set', 'persist', 'false'], { env, home })).code).toBe(0);
    await runCli(['send', 'hello'], { env, home });
    expect(existsSync(state)).toBe(false);
  });

  it('warns of a damaged file, leaves it and still prints the reply', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    await runCli(['send', 'hello'], { env, home });
    const folder = join(home, '.local/state/telnyx-chat/last-conversation');
    const path = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(path, '{"conversation_id": ');
    const result = await runCli(['send', 'my name is Ada'], { env, home });
    expect(result).toMatchObject({ code: 0, stdout: `${GREETED}\n` });
    expect(result.stderr).toContain(
      `warning: the conversation is not remembered: ${path} is damaged`,
    );
    expect(readFileSync(path, 'utf8')).toBe('{"conversation_id": ');
    const asked = await runCli(['send', '-c', 'hello'], { env, home });
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain(`error: ${path} is damaged`);
  });
});

describe('output', () => {
  it('gives one JSON object with every key', async () => {
    const { env, sandbox } = await account();
    const { code, stdout, stderr } = await runCli(['send', '--json', 'my name is Ada'], { env });
    expect({ code, stderr }).toEqual(PARAMETERS);
    expect(JSON.parse(stdout)).toEqual({
      conversation_id: sandbox.store.list()[0]?.conversation.id,
      reply: GREETED,
      assistant_id: sandbox.assistantId,
      new_conversation: true,
      recovered: false,
      timing: { first_token_ms: expect.any(Number), total_ms: expect.any(Number) },
    });
  });

  it.each([[[]], [['--no-stream']]])('gives JSON lines: start, deltas, done %j', async (flags) => {
    const { env, sandbox } = await account();
    const { stdout } = await runCli(['send', '--jsonl', 'my name is Ada', ...flags], { env });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const conversation_id = sandbox.store.list()[0]?.conversation.id;
    expect(lines[0]).toEqual({ type: 'start', conversation_id });
    const deltas = lines.slice(1, -1);
    expect(deltas.every(({ type }) => type === 'delta')).toBe(true);
    expect(deltas.map(({ text }) => text).join('')).toBe(flags.length === 0 ? GREETED : '');
    expect(lines.at(-1)).toMatchObject({ type: 'done', conversation_id, reply: GREETED });
  });

  it('shows the reply on a terminal as it comes and the conversation id on stderr', async () => {
    const { env, sandbox } = await account();
    const result = await runCli(['send', 'my name is Ada'], {
      env,
      stdoutIsTTY: true,
      stderrIsTTY: true,
    });
    expect(result).toMatchObject({ code: 0, stdout: `${GREETED}\n` });
    expect(result.stderr).toContain(
      `conversation: ${sandbox.store.list()[0]?.conversation.id ?? 'none'}\n`,
    );
    expect(result.stderr).toContain('waiting for the assistant');
  });

  it.each([['--quiet'], ['--json'], ['--jsonl']])('keeps stderr empty with %s', async (flag) => {
    const { env } = await account();
    const result = await runCli(['send', 'hello', flag], { env, stderrIsTTY: true });
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  it('tells with --debug of each request, on stderr, without key and message', async () => {
    const { env } = await account();
    const result = await runCli(['send', '--json', '--debug', 'the secret message'], { env });
    expect(JSON.parse(result.stdout)).toHaveProperty('reply');
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/: .*/, '').replace(/:$/, ''))).toEqual([
      'debug',
      'debug',
    ]);
    expect(lines[0]).toMatch(
      /^debug: POST \/ai\/conversations 200: connect \d.* first byte .* total .* ms \(request /,
    );
    expect(result.stderr).not.toMatch(/KEY|secret/);
  });
});

it('never opens stdin when the message is in words: it may belong to a loop around us', async () => {
  const context = cliContext();
  Object.defineProperty(context, 'stdin', {
    get: () => {
      throw new Error('stdin was opened');
    },
  });
  const code = await run(['send', '--sandbox', '--quiet', 'hello'], context);
  expect([code, context.stderr.text]).toEqual([0, '']);
});

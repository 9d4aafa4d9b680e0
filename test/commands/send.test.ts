import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { run } from '../../src/main.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { cliContext, runCli, temporaryFolder, impatientClock } from '../helpers/run-cli.js';
import { refusing } from '../sandbox/start.js';

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

describe('the name of a new conversation', () => {
  const named = async (argv: string[], input?: string, home = temporaryFolder()) => {
    const { env, sandbox } = await account();
    const { code } = await runCli(argv, { env, home, ...(input === undefined ? {} : { input }) });
    expect(code).toBe(0);
    return sandbox.store.list().map(({ conversation }) => conversation.name);
  };

  it.each([
    [['send', 'When do you', 'open?'], undefined, 'When do you open?'],
    [['send', 'hello', '--title', 'Support'], undefined, 'Support'],
    [['send', 'hello', '--for', 'ticket=4711'], undefined, ''],
    [['send', 'hello', '--meta', 'ticket=4711'], undefined, 'hello'],
    [['send'], 'line 1\nline 2\n', 'line 1 line 2'],
    [[], 'first turn\nsecond turn\n', 'first turn'],
  ])('is its first words unless another is given: %j %j', async (argv, input, name) => {
    expect(await named(argv, input)).toEqual([name]);
  });

  it('is none when the config says so', async () => {
    const home = temporaryFolder();
    await runCli(['config', 'set', 'names', 'false'], { home });
    expect(await named(['send', 'hello'], undefined, home)).toEqual(['']);
  });

  it('changes nothing in a repeated request: same key, same bytes, one conversation', async () => {
    // The sandbox refuses another body with the same key, and another key makes another conversation.
    const rules = ['create_conversation/reset_after:1x'];
    const { env, sandbox } = await account({ faultSettings: { rules } });
    expect((await runCli(['send', 'hello there'], { env })).code).toBe(0);
    expect(sandbox.stats()).toMatchObject({ requests: { create_conversation: 2 } });
    const names = sandbox.store.list().map(({ conversation }) => conversation.name);
    expect(names).toEqual(['hello there']);
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

  it('names a damaged file, which the next message replaces', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    await runCli(['send', 'hello'], { env, home });
    const folder = join(home, '.local/state/telnyx-chat/last-conversation');
    const path = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(path, '{"conversation_id": ');
    const asked = await runCli(['send', '-c', 'hello'], { env, home });
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain(`error: ${path} is damaged`);
    const result = await runCli(['send', 'my name is Ada'], { env, home });
    expect(result).toEqual({ code: 0, stdout: `${GREETED}\n`, stderr: '' });
    const continued = await runCli(['send', '-c', 'hello'], { env, home });
    expect(continued.code).toBe(0);
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
      'debug',
    ]);
    expect(lines[2]).toBe('debug: reply: 1 {content}');
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

describe('tool calls', () => {
  const ASK = 'what is the weather in Paris?';
  const RESULT =
    '{"city":"Paris","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}';
  const CALLS = [{ name: 'get_weather', arguments: '{"city":"Paris"}', result: RESULT }];

  it.each([
    [['--json', '--trace'], CALLS],
    [['--jsonl', '--trace'], CALLS],
    [['--json'], undefined],
    [['--json', '--no-trace'], undefined],
  ])('are in the object of %j', async (flags, calls) => {
    const { env } = await account();
    const { stdout, stderr } = await runCli(['send', ...flags, ASK], { env });
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last) as { tool_calls?: unknown }).toMatchObject({
      reply: expect.any(String),
    });
    expect((JSON.parse(last) as { tool_calls?: unknown }).tool_calls).toEqual(calls);
    expect(stderr).toBe('');
  });

  it('are one line each on stderr, by the flag or the config, and not with --quiet', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    const sent = async (...flags: string[]) =>
      (await runCli(['send', ASK, ...flags], { env, home })).stderr;
    const line = `get_weather {"city":"Paris"} → ${RESULT}\n`;
    expect([await sent(), await sent('--trace')]).toEqual(['', line]);
    await runCli(['config', 'set', 'trace', 'true'], { env, home });
    const flags = [[], ['--no-trace'], ['-q'], ['-q', '--trace']];
    const printed = [];
    for (const each of flags) printed.push(await sent(...each));
    expect(printed).toEqual([line, '', '', line]);
  });

  it('that cannot be read fail no turn: a notice, or null', async () => {
    const { env } = await account({ intercept: refusing(500, 'list_messages') });
    const asText = await runCli(['send', '--trace', ASK], { env });
    expect(asText).toMatchObject({ code: 0, stdout: expect.stringContaining('sunny') });
    expect(asText.stderr).toMatch(/^the tool calls are not known: .*\n$/);
    const asJson = await runCli(['send', '--trace', '--json', ASK], { env });
    expect(asJson).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(asJson.stdout)).toMatchObject({ tool_calls: null });
  });
});

const REPLY = 'Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do.';

async function sendWith(fault: string, argv: string[], more: Parameters<typeof runCli>[1] = {}) {
  const clock = impatientClock();
  const { env } = await account({ clock, faultSettings: { script: [fault] } });
  return runCli(['send', 'hello', ...argv], { env, clock, ...more });
}

test('a stream that was cut goes on where it stopped', async () => {
  const { code, stdout, stderr } = await sendWith('cut@150', ['--jsonl', '-v']);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const deltas = lines.filter(({ type }) => type === 'delta').map(({ text }) => String(text));
  expect({ code, deltas, last: lines.at(-1)?.['reply'] }).toEqual({
    code: 0,
    deltas: ['Hello!', ' I', ' am', REPLY.slice('Hello! I am'.length)],
    last: REPLY,
  });
  expect(stderr).toMatch(
    /^connection cut .*; the answer was lost: looking for it\nthe answer was found\n$/,
  );
});

test('on a terminal, too', async () => {
  const terminal = { stdoutIsTTY: true, columns: 100 };
  const { code, stdout } = await sendWith('cut@150', ['--no-color'], terminal);
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: REPLY });
});

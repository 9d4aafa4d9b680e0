import { expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { runCli } from '../helpers/run-cli.js';
import { refusing, refusingTurn } from '../sandbox/start.js';

const TALK = 'my name is Ada\n\n  \r\nwhat is my name?\r\n/help\nwhat is my name?';

it('takes each line that is not blank as one turn of one conversation', async () => {
  const { env, sandbox } = await account();
  const { code, stdout, stderr } = await runCli([], { env, input: TALK });
  const replies = stdout.split('\n');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect([replies[0], replies[1], replies[3]]).toEqual([
    'Nice to meet you, Ada. I will remember your name.',
    'Your name is Ada.',
    'Your name is Ada.',
  ]);
  expect(replies[2]).toContain('/help');
  expect(sandbox.store.list()).toHaveLength(1);
});

it.each([['--jsonl'], ['--json']])('prints one object a turn with %s', async (flag) => {
  const { env } = await account();
  const { stdout } = await runCli([flag], { env, input: TALK });
  const turns = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type?: string; reply: string; new_conversation: boolean });
  expect(turns.map(({ type }) => type)).toEqual(
    turns.map(() => (flag === '--jsonl' ? 'done' : undefined)),
  );
  expect(turns.map(({ new_conversation }) => new_conversation)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(turns[1]?.reply).toBe('Your name is Ada.');
});

it('ends at the first failed turn with its code and counts what was not sent', async () => {
  const { env, sandbox } = await account({ intercept: refusingTurn(2, 403) });
  const { code, stdout, stderr } = await runCli([], { env, input: 'hello\ntwo\nthree\n\nfour\n' });
  expect(code).toBe(4);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toContain('2 more lines were not sent');
  expect(sandbox.requestCount('chat')).toBe(2);
});

it('goes on with --keep-going and exits with the first failure', async () => {
  const { env, sandbox } = await account({ intercept: refusingTurn(2, 403) });
  const argv = ['--keep-going', '--jsonl'];
  const { code, stdout, stderr } = await runCli(argv, {
    env,
    input: 'my name is Ada\nx\nwhat is my name?\n',
  });
  expect(code).toBe(4);
  expect(JSON.parse(stdout.trimEnd().split('\n')[1] ?? '')).toMatchObject({
    reply: 'Your name is Ada.',
  });
  expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'auth', delivery: 'refused' } });
  expect(sandbox.store.list()).toHaveLength(1);
});

it('takes the byte order mark off the first line', async () => {
  const { env, sandbox } = await account();
  await runCli([], { env, input: '\ufeffone\ntwo\n' });
  const [conversation] = sandbox.store.list();
  const texts = conversation?.messages
    .filter(({ role }) => role === 'user')
    .map(({ text }) => text);
  expect(texts).toEqual(['one', 'two']);
});

it.each<[string[], number]>([
  [[], 1],
  [['--verbose'], 3],
])(
  'names the conversation once, however many turns fail, or each time: %j',
  async (argv, count) => {
    const { env } = await account({ intercept: refusing(422, 'chat') });
    const input = 'one\ntwo\nthree\n';
    const { stderr } = await runCli(['--keep-going', ...argv], { env, input });
    expect(stderr.match(/^error: /gm)).toHaveLength(3);
    expect(stderr.match(/^conversation: /gm)).toHaveLength(count);
  },
);

it('refuses lines that are not UTF-8', async () => {
  const { env, sandbox } = await account();
  const input = Buffer.concat([Buffer.from('hello\n'), Buffer.from([0xff, 0x0a])]);
  const { code, stderr } = await runCli([], { env, input });
  expect([code, sandbox.requestCount('chat')]).toEqual([2, 1]);
  expect(stderr).toContain('stdin is not UTF-8 text');
});

it('goes on after a line that cannot be read, and counts those behind it otherwise', async () => {
  const { env, sandbox } = await account();
  const input = Buffer.concat([
    Buffer.from('my name is Ada\ncaf'),
    Buffer.from([0xe9]),
    Buffer.from('\nwhat is my name?\n'),
  ]);
  const ended = await runCli([], { env, input });
  expect(ended).toMatchObject({
    code: 2,
    stdout: 'Nice to meet you, Ada. I will remember your name.\n',
  });
  expect(ended.stderr).toContain('stdin is not UTF-8 text; 1 more line was not sent');
  const went = await runCli(['--keep-going'], { env, input });
  expect(went).toMatchObject({ code: 2, stdout: expect.stringContaining('Your name is Ada.') });
  expect(sandbox.requestCount('chat')).toBe(3);
});

it('shows the tool calls of each turn when asked for', async () => {
  const { env } = await account();
  const input = 'hello\nweather in Paris\n';
  const { stderr } = await runCli(['--trace'], { env, input });
  expect(stderr).toMatch(/^get_weather \{"city":"Paris"\} → \{.*\}\n$/);
  const { stdout } = await runCli(['--trace', '--jsonl'], { env, input });
  const turns = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { tool_calls: [] });
  expect(turns.map(({ tool_calls }) => tool_calls.length)).toEqual([0, 1]);
  const { stdout: untraced } = await runCli(['--jsonl'], { env, input });
  expect(untraced).not.toContain('tool_calls');
});

import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Telnyx from 'telnyx';
import { expect, it, describe } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { readChatFile, scriptOf } from '../../src/commands/options/chat-files.js';
import { FAULT_KINDS } from '../../src/sandbox/faults/grammar.js';
import type { SandboxOptions } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { realClock } from '../helpers/real-clock.js';
import { runCli, temporaryFolder, type CliResult, cliContext } from '../helpers/run-cli.js';

const stopped = AbortSignal.abort(new AppError('interrupted', 'stopped'));
const sandbox = (...argv: string[]): Promise<CliResult> =>
  runCli(['sandbox', '--port', '0', ...argv], { signal: stopped });

it('prints how to reach it, and ends when it is stopped', async () => {
  const { code, stdout, stderr } = await sandbox();
  expect([code, stderr]).toEqual([130, '']);
  expect(stdout).toMatch(
    /^sandbox: (http:\/\/127\.0\.0\.1:\d+\/v2)\n {2}export TELNYX_BASE_URL=\1\n.*\n.*\n$/,
  );
});

it('prints its faults and the seed', async () => {
  const faults = ['--fault', 'reset_after:0.1', '--fault', 'list_lag@2:3x'];
  const printed = async (...argv: string[]): Promise<string | undefined> =>
    (await sandbox(...argv)).stdout.split('\n').find((line) => line.startsWith('faults'));
  expect(await printed(...faults, '--seed', '7')).toBe(
    'faults: reset_after:0.1 list_lag@2:3x (--seed 7)',
  );
  const drawn = await printed(...faults);
  expect(drawn).toMatch(/--seed \d+\)$/);
  expect(await printed(...faults)).not.toBe(drawn);
});

it('names the fault that was meant, and all of them', async () => {
  expect(await sandbox('--fault', 'reset_aftr:0.1')).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: bad fault "reset_aftr:0.1"\nhint: did you mean reset_after? the faults are ${Object.keys(FAULT_KINDS).join(', ')}\n`,
  });
});

it.each([
  [['--fault', 'reset_after'], 'bad fault "reset_after"'],
  [['--fault', 'reset_after:2'], 'bad fault "reset_after:2"'],
  [['--fault', 'reset_after:0.6', '--fault', 'cut:0.6'], 'too many faults at chat: 1.2'],
  [['--seed', 'x'], 'bad --seed "x"'],
  [['--seed', '4294967296'], 'bad --seed "4294967296"'],
])('refuses %j', async (argv, message) => {
  const { code, stdout, stderr } = await sandbox(...argv);
  expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', `error: ${message}`]);
});

it('lists every kind with what it is', async () => {
  const { code, stdout } = await sandbox('--list-faults');
  const lines = stdout.trimEnd().split('\n');
  expect([code, lines.map((line) => line.split(' ')[0])]).toEqual([0, Object.keys(FAULT_KINDS)]);
  expect(lines).toContain(
    'list_lag                     the newest messages are not listed yet (@ how many, 1 unless given)',
  );
});

const SCRIPT = `== Order status
> Where is my order?
< One moment.
* get_order {"id": "4711"}
* -> {"state": "shipped"}
< It left our warehouse.
? calls get_order

> Thanks.
< You are welcome.
? calls nothing
`;

/** A folder with the file, and the sandbox that plays it for as long as the visit takes. */
async function scripted(visit: (client: Telnyx) => Promise<void>): Promise<CliResult> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'orders.chat'), SCRIPT);
  writeFileSync(join(cwd, 'more.chat'), '== More\n> Bye\n< Good bye.\n? speakable\n');
  const stop = new AbortController();
  let visited = Promise.resolve();
  const onStdout = (text: string): void => {
    const [, baseURL] = /^sandbox: (\S+)\n[^]*\n$/.exec(text) ?? [];
    if (baseURL === undefined) return;
    visited = visit(new Telnyx({ apiKey: 'KEY-sandbox', baseURL })).finally(() =>
      stop.abort(new AppError('interrupted', 'stopped')),
    );
  };
  const argv = ['sandbox', '--port', '0', '--script', 'orders.chat', '--script', 'more.chat'];
  const result = await runCli(argv, { cwd, signal: stop.signal, onStdout });
  await visited;
  return result;
}

it('answers as recorded, tools among the messages', async () => {
  const { stdout } = await scripted(async (client) => {
    const { id } = await client.ai.conversations.create({});
    const say = async (content: string): Promise<string> =>
      (await client.ai.assistants.chat('assistant-sandbox', { conversation_id: id, content }))
        .content;
    expect(await say('where is my  order?')).toBe('One moment.\nIt left our warehouse.');
    expect(await say('bye')).toBe('Good bye.');
    expect(await say('And now?')).toBe('The script has no line for that.');
    const { data } = await client.ai.conversations.messages.list(id);
    const called = { function: { name: 'get_order', arguments: '{"id": "4711"}' } };
    expect(data.reverse().slice(0, 4)).toMatchObject([
      { role: 'user', text: 'where is my  order?' },
      { role: 'assistant', text: 'One moment.', tool_calls: [called] },
      { role: 'tool', text: '{"state": "shipped"}' },
      { role: 'assistant', text: 'It left our warehouse.', tool_calls: [] },
    ]);
  });
  expect(stdout).toContain('\nscript: orders.chat more.chat\n');
});

it.each([
  [
    'missing.chat',
    undefined,
    'error: there is no file "missing.chat"\nhint: telnyx-chat conversations export <id> -o bug.chat makes one\n',
  ],
  [
    'missing.chat extra',
    undefined,
    'error: there is no file "missing.chat extra"\nhint: all of this is taken as the name of one file, spaces included\n',
  ],
  ['.', undefined, 'error: "." is a folder\nhint: name one .chat file in it\n'],
  [
    'bad.chat',
    '== A\n> hi {{who}}\n? speakable\n',
    'error: bad.chat:2:6: {{who}} has no value\nhint: keep it in an earlier turn: ? keep who=/re/; ',
  ],
  ['bad.chat', '== A\n> hi\n! what\n? speakable\n', 'error: bad.chat:3:1: '],
  ['bad.chat', '== A\n> hi\n< hello\n', 'error: bad.chat:1:1: '],
  ['bad.chat', Buffer.from([0x3d, 0x3d, 0x20, 0xff]), 'error: bad.chat:1:4: this is not UTF-8'],
])('refuses the script %s (%j)', async (file, content, message) => {
  const cwd = temporaryFolder();
  if (content !== undefined) writeFileSync(join(cwd, file), content);
  const { code, stdout, stderr } = await runCli(['sandbox', '--port', '0', '--script', file], {
    cwd,
  });
  expect([code, stdout, stderr.slice(0, message.length)]).toEqual([2, '', message]);
});

interface Recording {
  cwd: string;
  env: Record<string, string>;
  run: (argv: string[], env?: Record<string, string>) => Promise<CliResult>;
  /** The environment of a sandbox that answers as recorded. */
  played: (options?: Partial<SandboxOptions>) => Promise<Record<string, string>>;
  change: (from: string, to: string) => void;
}

/** A conversation with a tool call in an account, exported to bug.chat. */
async function recording(): Promise<Recording> {
  const { env, sandbox } = await account();
  const cwd = temporaryFolder();
  const run: Recording['run'] = (argv, own = env) =>
    runCli(argv, { cwd, home: cwd, env: own, input: '', clock: realClock() });
  await run(['send', 'What is the weather in Rome?', '--title', 'Weather']);
  const [thread] = sandbox.store.list();
  const id = thread?.conversation.id ?? '';
  await run(['send', 'How many turns?', '--conversation', id]);
  const { code } = await run(['conversations', 'export', id, '-o', 'bug.chat']);
  expect(code).toBe(0);
  const path = join(cwd, 'bug.chat');
  return {
    cwd,
    env,
    run,
    async played(options) {
      const file = readChatFile('bug.chat', cliContext({ cwd }));
      return (await account({ script: scriptOf([file]), ...options })).env;
    },
    change: (from, to) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to)),
  };
}

const RUNS: [string, (given: Recording) => Promise<CliResult>][] = [
  ['its recording', ({ run }) => run(['test', '--replay', '-q'])],
  ['the same assistant', ({ run }) => run(['test', '-q'])],
  ['a sandbox that plays it', async ({ run, played }) => run(['test', '-q'], await played())],
  [
    'a sandbox that plays it over a bad network',
    async ({ run, played }) => {
      const rules = ['reset_after:2x', 'list_lag:3x', 'create_conversation/status_503_before:1x'];
      return run(['test', '-q'], await played({ faultSettings: { rules }, clock: realClock() }));
    },
  ],
];

describe('a conversation that was exported, against', () => {
  it.each(RUNS)('%s: passes', async (_, test) => {
    const { code, stdout } = await test(await recording());
    expect([code, stdout.split('\n')[0]]).toEqual([0, '1 passed']);
  });

  it.each(RUNS)('%s: fails when one word of a check is another', async (_, test) => {
    const given = await recording();
    given.change('? calls get_weather {"city":"Rome"}', '? calls get_weather {"city":"Oslo"}');
    const { code, stdout } = await test(given);
    expect(code).toBe(9);
    expect(stdout).toContain('calls get_weather {"city":"Oslo"}\n');
    expect(stdout).toContain('the turn called get_weather {"city":"Rome"}');
    expect(stdout).toContain('> What is the weather in Rome?\n');
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Telnyx from 'telnyx';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import type { Interceptor } from '../../src/sandbox/call.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { runCli, temporaryFolder, type CliResult } from '../helpers/run-cli.js';
import { stillClock } from '../helpers/still-clock.js';

const FILE = `== Remembers a name #smoke
caller: You are Ada. First say "my name is Ada".
  Then ask "what is my name?" and "what is the weather in Rome?"
? judge Greets her with "Nice to meet you"
? judge Tells her name: "Ada"
? calls get_weather {"city": "Rome"}
? never says Bob
? metadata telnyx_conversation_channel=web_chat
`;

interface Simulated {
  sandbox: Sandbox;
  official: Telnyx;
  write: (text: string) => void;
  test: (...words: string[]) => Promise<CliResult>;
  /** Ctrl-C. */
  interrupt: () => void;
  read: () => string;
  /** How often each operation of tests was called. */
  requests: () => Record<string, number>;
}

/** A folder with a file of simulated cases, and an account to run them with. */
async function simulated(text = FILE, options: Partial<SandboxOptions> = {}): Promise<Simulated> {
  const { sandbox, env } = await account(options);
  const home = temporaryFolder();
  const path = join(home, 'names.chat');
  const write = (content: string): void => writeFileSync(path, content);
  const stop = new AbortController();
  const { signal } = stop;
  write(text);
  return {
    sandbox,
    official: new Telnyx({ apiKey: 'KEYtest', baseURL: sandbox.url, maxRetries: 0 }),
    write,
    test: (...words) =>
      runCli(['test', ...words], { home, env, signal, clock: stillClock(), input: '' }),
    interrupt: () => stop.abort(new AppError('interrupted', 'stopped')),
    read: () => readFileSync(path, 'utf8'),
    requests() {
      const counts = Object.entries(sandbox.stats().requests);
      return Object.fromEntries(counts.filter(([name]) => name.includes('test')));
    },
  };
}

const steady = (text: string): string =>
  text.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID');

describe('without --simulate', () => {
  it('a simulated case is skipped, with its reason, and nothing is asked', async () => {
    const { test, requests } = await simulated();
    const { code, stdout } = await test();
    expect([code, stdout]).toEqual([
      0,
      '- names.chat:1  Remembers a name  (skipped: simulated callers cost money: run it with --simulate)\n0 passed, 1 skipped\n',
    ]);
    expect(requests()).toEqual({});
  });

  it.each([
    [['--simulate', '--replay'], '--simulate and --replay exclude each other'],
    [['--assistant-version', 'v2'], '--assistant-version is for simulated callers'],
    [['--simulate', '--assistant-version', 'a b'], '"a b" is not a version id'],
  ])('%j is a mistake', async (words, message) => {
    const { test, requests } = await simulated();
    const { code, stderr } = await test(...words);
    expect([code, stderr.split('\n')[0], requests()]).toEqual([2, `error: ${message}`, {}]);
  });
});

describe('with --simulate', () => {
  it('the test is created, run, asked for and judged, and its conversation is kept', async () => {
    const { test, official, sandbox, requests } = await simulated();
    const { code, stdout } = await test('--simulate');
    expect([code, stdout]).toEqual([0, '✓ names.chat:1  Remembers a name  (2.0s)\n1 passed\n']);
    expect(requests()).toEqual({ list_tests: 1, create_test: 1, trigger_test: 1, get_test_run: 1 });
    const [conversation] = sandbox.stats().conversations;
    expect(conversation?.turns.map(({ text }) => text)).toEqual([
      'my name is Ada',
      'what is my name?',
      'what is the weather in Rome?',
    ]);
    const { tests } = official.ai.assistants;
    const { data } = await tests.list();
    expect(data).toMatchObject([
      {
        name: 'Remembers a name',
        instructions:
          'You are Ada. First say "my name is Ada".\nThen ask "what is my name?" and "what is the weather in Rome?"',
        destination: 'assistant-sandbox',
        telnyx_conversation_channel: 'web_chat',
        test_suite: 'names',
        max_duration_seconds: 300,
        rubric: [
          { criteria: 'Greets her with "Nice to meet you"' },
          { criteria: 'Tells her name: "Ada"' },
        ],
      },
    ]);
    const runs = await tests.runs.list(data[0]?.test_id ?? '');
    expect(runs.data).toMatchObject([{ status: 'passed', conversation_id: conversation?.id }]);
  });

  it('nothing is written the second time, and only what changed the third', async () => {
    const { test, official, requests, write } = await simulated();
    await test('--simulate');
    expect((await test('--simulate', '--assistant-version', 'main')).code).toBe(0);
    expect(requests()).toMatchObject({ create_test: 1, trigger_test: 2 });
    expect(requests()).not.toHaveProperty('update_test');
    write(FILE.replace('name: "Ada"', 'name, "Ada"').replace('caller', 'timeout: 90s\ncaller'));
    expect((await test('--simulate')).code).toBe(0);
    expect(requests()).toMatchObject({ create_test: 1, update_test: 1, trigger_test: 3 });
    const { data } = await official.ai.assistants.tests.list();
    expect(data).toMatchObject([
      { max_duration_seconds: 90, rubric: [{}, { criteria: 'Tells her name, "Ada"' }] },
    ]);
  });

  it('a test of another suite is never touched', async () => {
    const { test, official } = await simulated();
    const { tests } = official.ai.assistants;
    const other = await tests.create({
      name: 'Remembers a name',
      destination: 'assistant-sandbox',
      instructions: 'Say "hi".',
      rubric: [{ name: 'a', criteria: 'b' }],
      test_suite: 'tests/names',
    });
    await test('--simulate');
    expect(await tests.retrieve(other.test_id)).toEqual(other);
    expect((await tests.list()).data).toHaveLength(2);
  });

  it('a rubric that is not met fails, with the reason and what was said', async () => {
    const text = FILE.replace('Nice to meet you', 'Ahoy');
    const { code, stdout } = await (await simulated(text)).test('--simulate');
    expect(code).toBe(9);
    expect(steady(stdout)).toBe(`✗ names.chat:1  Remembers a name  (2.0s)
  names.chat:4  judge Greets her with "Ahoy"
    failed: the judge of Telnyx says no: "The assistant did not say all the quoted words of: 1. Greets her with "Ahoy""
    > what is the weather in Rome?
    + The get_weather tool says it is sunny and 21 °C in Rome. The sandbox made that up.
    * get_weather {"city":"Rome"} → {"city":"Rome","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}
  conversation ID
  again: telnyx-chat test --simulate names.chat:1
0 passed, 1 failed
`);
  });

  it.each([
    [
      'a check of the conversation',
      FILE.replace('"Rome"}', '"Oslo"}'),
      9,
      'was not called: the assistant called get_weather',
    ],
    [
      'a caller who says nothing',
      FILE.replaceAll(/"(?=[mw]|[?"\n.])/g, ''),
      1,
      'The caller of the sandbox says what the instructions quote, and they quote nothing.',
    ],
    [
      'an assistant that stores nothing',
      `assistant: assistant-sandbox-private\n${FILE}`,
      1,
      'it stores no conversations',
    ],
  ])('%s', async (_, text, exitCode, reason) => {
    const { test } = await simulated(text);
    const { code, stdout } = await test('--simulate', '--report', 'tap=-');
    expect([code, stdout]).toEqual([exitCode, expect.stringContaining(reason)]);
  });

  it('an unknown version is an error', async () => {
    const { test } = await simulated();
    const { code, stdout } = await test('--simulate', '--assistant-version', 'v9');
    expect(code).toBe(1);
    expect(stdout).toContain('There is no version v9.');
  });

  it('reads are tried again, a trigger never', async () => {
    const rules = [
      'list_tests/status_503_before:1x',
      'create_test/reset_after:1x',
      'get_test_run/status_429:1x',
      'list_messages/status_500_before:1x',
    ];
    const { test, sandbox, requests } = await simulated(FILE, { faultSettings: { rules } });
    expect((await test('--simulate')).code).toBe(0);
    expect(requests()).toEqual({ list_tests: 2, create_test: 2, trigger_test: 1, get_test_run: 2 });
    expect(sandbox.store.tests.list()).toHaveLength(1);
    sandbox.setFaults({ rules: ['trigger_test/status_503_before:1x'] });
    expect((await test('--simulate')).code).toBe(1);
    expect(requests()).toMatchObject({ trigger_test: 2 });
  });

  it('each assistant has a test of its own, and each run is counted', async () => {
    const { test, official, requests } = await simulated(`runs: 2\n${FILE}`);
    const both = ['-a', 'assistant-sandbox', '-a', 'assistant-sandbox-quiet'];
    expect((await test('--simulate', ...both)).code).toBe(0);
    expect((await test('--simulate', ...both)).code).toBe(0);
    expect(requests()).toMatchObject({ create_test: 2, trigger_test: 8 });
    const { data } = await official.ai.assistants.tests.list({ test_suite: 'names' });
    expect(data.map(({ destination }) => destination).sort()).toEqual([
      'assistant-sandbox',
      'assistant-sandbox-quiet',
    ]);
  });

  it('is an error when the run takes too long, and names its conversation', async () => {
    const text = FILE.replace('caller', 'timeout: 7s\ncaller');
    const never = new Promise<void>(() => undefined);
    const clock = { ...stillClock(), sleep: () => never };
    const { test } = await simulated(text, { clock, latencyMs: 1 });
    const { code, stdout } = await test('--simulate');
    expect(code).toBe(7);
    expect(steady(stdout)).toContain('the run did not end within 7.0s\n');
    expect(steady(stdout)).toContain('  conversation ID\n');
  });

  it('leaves the file as it is, also when replies are accepted', async () => {
    const { test, read } = await simulated();
    const { code, stderr } = await test('--simulate', '--update=all');
    expect([code, stderr, read()]).toEqual([0, 'no file was changed\n', FILE]);
  });

  it('is stopped by Ctrl-C while it waits', async () => {
    let interrupt = (): void => undefined;
    const intercept: Interceptor = (call, run) => {
      if (call.operation === 'get_test_run') interrupt();
      return run(call);
    };
    const given = await simulated(FILE, { intercept });
    ({ interrupt } = given);
    const { code, stdout } = await given.test('--simulate');
    expect(code).toBe(130);
    expect(steady(stdout)).toContain('interrupted');
    expect(given.requests()).toMatchObject({ trigger_test: 1, get_test_run: 1 });
  });
});

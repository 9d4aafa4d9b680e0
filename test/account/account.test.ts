import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test, it } from 'vitest';
import { openAccount, sessionOf } from '../../src/account/account.js';
import { askerOf } from '../../src/account/calls.js';
import { loadSettings, type Target } from '../../src/account/sources.js';
import { noticesOn } from '../../src/commands/options/output.js';
import type { Context } from '../../src/process/context.js';
import { all, API_KEY, apiClient } from '../helpers/api-client.js';
import { failureOf } from '../helpers/failure.js';
import { json, recordingServer } from '../helpers/recording-server.js';
import { stillClock } from '../helpers/still-clock.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

/** A world of its own: an empty home, an empty working folder, nothing in the environment. */
function world(env: Record<string, string> = {}) {
  const folder = temporaryFolder();
  const [home, cwd] = [join(folder, 'home'), join(folder, 'work')];
  mkdirSync(home);
  mkdirSync(cwd);
  const stderr = new PassThrough();
  const context: Context = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    env,
    cwd,
    home,
    platform: 'linux',
    uid: process.geteuid?.(),
    nodeVersion: '20.12.0',
    clock: stillClock(),
    randomId: () => 'id-1',
    onExit: () => undefined,
    stop: () => Promise.resolve(),
    outliveReader: () => undefined,
    withoutInterrupts: (task) => task(),
    signal: new AbortController().signal,
  };
  const write = (path: string, text: string): void => {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  };
  return {
    context,
    told: () => String(stderr.read() ?? ''),
    writeEnv: (text: string) => write(join(cwd, '.env'), text),
    writeTelnyx: (value: unknown) =>
      write(join(home, '.config/telnyx/config.json'), JSON.stringify(value)),
    writeConfig: (text: string) => write(join(home, '.config/telnyx-chat/config.json'), text),
    lastPath: join(home, '.local/state/telnyx-chat/last-conversation/default~a-1.json'),
    cwd,
    home,
  };
}

describe('settings', () => {
  test("the key of Telnyx's own file is the last resort", async () => {
    const { context, writeTelnyx, writeConfig, home } = world();
    writeTelnyx({ profiles: { default: { apiKey: 'KEY-telnyx' } } });
    expect((await loadSettings({}, context)).apiKey).toEqual({
      value: 'KEY-telnyx',
      origin: { source: 'telnyx', detail: join(home, '.config/telnyx/config.json') },
    });
    writeConfig('{"profiles":{"default":{"api_key":"KEY-ours"}}}');
    expect((await loadSettings({}, context)).apiKey?.value).toBe('KEY-ours');
  });

  test('a key there that cannot be one is said to be from there', async () => {
    const { context, writeTelnyx, home } = world();
    writeTelnyx({ profiles: { default: { apiKey: 'KEY 1' } } });
    expect((await failureOf(loadSettings({}, context))).message).toBe(
      `that does not look like an API key (from telnyx ${join(home, '.config/telnyx/config.json')})`,
    );
  });

  test('a base URL of a .env does not get that key either', async () => {
    const { context, writeTelnyx, writeEnv } = world();
    writeTelnyx({ profiles: { default: { apiKey: 'KEY-telnyx' } } });
    writeEnv('TELNYX_BASE_URL=https://stranger.example');
    expect((await failureOf(loadSettings({}, context))).message).toContain('is refused');
  });
});

describe('what is missing is said before any request', () => {
  test.each<[string, string, Target, object]>([
    ['the key', '', {}, { message: 'TELNYX_API_KEY is required' }],
    [
      'the assistant',
      'TELNYX_API_KEY=KEY1',
      {},
      {
        message: 'TELNYX_ASSISTANT_ID is required',
        hint: 'telnyx-chat assistants list shows your assistants, and assistants use <id> stores one; or give --assistant <id>, or set it in the environment or a .env file',
      },
    ],
    [
      'the assistant, known by another name',
      'TELNYX_API_KEY=KEY1\nAI_ASSISTANT_ID=a-1',
      {},
      {
        message: 'TELNYX_ASSISTANT_ID is required',
        hint: 'AI_ASSISTANT_ID is set, but telnyx-chat reads TELNYX_ASSISTANT_ID',
      },
    ],
    [
      'the assistant, known by a third name',
      'TELNYX_API_KEY=KEY1\nTELNYX_AI_ASSISTANT_ID=a-1',
      {},
      {
        message: 'TELNYX_ASSISTANT_ID is required',
        hint: 'TELNYX_AI_ASSISTANT_ID is set, but telnyx-chat reads TELNYX_ASSISTANT_ID',
      },
    ],
  ])('%s', async (_, file, flags, expected) => {
    const { context, writeEnv } = world();
    writeEnv(file);
    expect(
      await failureOf(
        openAccount(flags, { context, notices: await noticesOn(context, {}) }).then(sessionOf),
      ),
    ).toMatchObject({
      kind: 'not_configured',
      ...expected,
    });
  });
});

describe('a turn', () => {
  async function turn(
    { debug = false, ...target }: Target & { debug?: boolean },
    prepare: (made: ReturnType<typeof world>) => void = () => undefined,
  ) {
    const server = await recordingServer((response, request) =>
      json(request.url.endsWith('/chat') ? { content: 'hi' } : { id: 'c-1' })(response, request),
    );
    const made = world({
      TELNYX_API_KEY: API_KEY,
      TELNYX_ASSISTANT_ID: 'a-1',
      TELNYX_BASE_URL: server.url,
    });
    prepare(made);
    const notices = await noticesOn(made.context, { debug });
    const session = sessionOf(await openAccount(target, { context: made.context, notices }));
    const events = await all(
      session.takeTurn({ text: 'my secret words', stream: false }, new AbortController().signal),
    );
    await session.close();
    return { ...made, server, events: events.map(({ type }) => type), told: made.told() };
  }

  test('leaves its conversation behind for the next one', async () => {
    const { events, lastPath, told } = await turn({});
    expect([events, readFileSync(lastPath, 'utf8'), told]).toEqual([
      ['start', 'done'],
      '{"conversation_id":"c-1"}\n',
      '',
    ]);
  });

  test.each<[string, Target, string]>([
    ['--no-persist', { persist: false }, ''],
    ['the config', {}, '{"persist":false}'],
  ])('leaves nothing behind with %s', async (_, flags, config) => {
    const { lastPath } = await turn(flags, ({ writeConfig }) => {
      if (config) writeConfig(config);
    });
    expect(() => readFileSync(lastPath)).toThrow('ENOENT');
  });

  test('succeeds when it cannot be remembered, and says so', async () => {
    const { events, lastPath, told } = await turn({}, (made) => {
      mkdirSync(made.lastPath, { recursive: true, mode: 0o700 });
    });
    expect(events).toEqual(['start', 'done']);
    expect(told).toMatch(
      /^warning: the conversation is not remembered: .*default~a-1\.json cannot be read: .*\n$/,
    );
    expect(statSync(lastPath).isDirectory()).toBe(true);
  });

  test('is told of with --debug, without key and words', async () => {
    const { told, server } = await turn({ debug: true });
    expect(told).toBe(
      [
        'debug: POST /ai/conversations 200: connect 0.0 ms, first byte 0.0 ms, total 0.0 ms',
        'debug: POST /ai/assistants/a-1/chat 200: first byte 0.0 ms, total 0.0 ms',
        'debug: reply: 1 {content}',
        '',
      ].join('\n'),
    );
    expect(JSON.parse(server.requests[0]!.body)).toEqual({
      name: 'my secret words',
      metadata: { assistant_id: 'a-1' },
    });
  });
});

it.each([
  [120_000, undefined, 120_000],
  [120_000, 10_000, 10_000],
  [5_000, 10_000, 5_000],
])(
  'a call with a timeout of %d ms and a bound of %s takes up to %d ms',
  async (value, maxMs, expected) => {
    const settings = { timeoutMs: { value, origin: { source: 'default', detail: '' } } } as const;
    const account = { client: apiClient('http://127.0.0.1:1'), settings };
    const context = { clock: stillClock(), signal: new AbortController().signal };
    const ask = askerOf(account, context, maxMs);
    expect(await ask((_, { timeoutMs }) => Promise.resolve(timeoutMs))).toBe(expected);
  },
);

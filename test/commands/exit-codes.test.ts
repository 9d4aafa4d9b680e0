import { writeFileSync, mkdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { account, accountEnv } from '../helpers/account.js';
import { answeringServer, chatAnswering } from '../helpers/answering-server.js';
import { impatientClock, runCli, temporaryFolder } from '../helpers/run-cli.js';

const NOTHING = {
  hint: null,
  status: null,
  code: null,
  request_id: null,
  conversation_id: null,
  delivery: null,
};
const SENT = { argv: ['send', '--json', 'hello'] };

/** One failure as a script sees it: nothing on stdout, one JSON object on stderr. */
async function failure(...parameters: Parameters<typeof runCli>): Promise<unknown> {
  const { code, stdout, stderr } = await runCli(...parameters);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  const { error } = JSON.parse(stderr) as { error: unknown };
  return { code, error };
}

describe('exit codes and JSON errors', () => {
  it('3: no key, no assistant', async () => {
    const TELNYX_API_KEY = 'KEY-test';
    expect([
      await failure(SENT.argv),
      await failure(SENT.argv, { env: { TELNYX_API_KEY } }),
    ]).toEqual([
      {
        code: 3,
        error: {
          ...NOTHING,
          kind: 'not_configured',
          message: 'TELNYX_API_KEY is required',
          hint: expect.stringContaining('--sandbox'),
        },
      },
      {
        code: 3,
        error: {
          ...NOTHING,
          kind: 'not_configured',
          message: 'TELNYX_ASSISTANT_ID is required',
          hint: expect.stringContaining('--assistant'),
        },
      },
    ]);
  });

  it('4: key rejected', async () => {
    const { env, sandbox } = await account();
    const result = await failure(SENT.argv, { env: { ...env, TELNYX_API_KEY: 'wrong' } });
    expect(result).toEqual({
      code: 4,
      error: {
        ...NOTHING,
        kind: 'auth',
        message: expect.stringContaining('Authentication failed'),
        hint: expect.stringContaining('TELNYX_API_KEY'),
        status: 401,
        code: '10009',
        request_id: expect.any(String),
        delivery: 'not_sent',
      },
    });
    expect(sandbox.store.list()).toEqual([]);
  });

  it.each([
    ['.env', 'TELNYX_API_KEY=wrong', (path: string) => `TELNYX_API_KEY in ${path}`],
    [
      '.config/telnyx-chat/config.json',
      '{"profiles":{"default":{"api_key":"wrong"}}}',
      (path: string) => `the key in ${path}`,
    ],
    [
      '.config/telnyx-chat/config.json',
      '{"profiles":{"default":{"api_key_command":"echo wrong"}}}',
      () => 'the key printed by echo wrong',
    ],
    [
      '.config/telnyx/config.json',
      '{"profiles":{"default":{"apiKey":"wrong"}}}',
      (path: string) => `the key in ${path}`,
    ],
  ])('4: a key of %s is named by where it is', async (file, text, named) => {
    const { env, sandbox } = await account();
    const home = temporaryFolder();
    const path = join(home, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const given = { ...env, TELNYX_API_KEY: '', TELNYX_BASE_URL: sandbox.url };
    const { code, stderr } = await runCli(['send', '-q', 'hello'], { home, env: given });
    expect({ code, hint: stderr.split('\n')[1] }).toEqual({
      code: 4,
      hint: `hint: check ${named(path)}: a key of the Telnyx portal, not expired or deleted`,
    });
  });

  it('5: no such assistant, with the id of the conversation that was begun', async () => {
    const { env, sandbox } = await account();
    const result = await failure([...SENT.argv, '-a', 'assistant-nobody'], { env });
    expect(result).toMatchObject({
      code: 5,
      error: {
        kind: 'not_found',
        status: 404,
        delivery: 'refused',
        conversation_id: sandbox.store.list()[0]?.conversation.id,
      },
    });
  });

  it('5: no such conversation', async () => {
    const { env } = await account();
    const id = '00000000-0000-4000-8000-000000000000';
    const result = await failure([...SENT.argv, '--conversation', id], { env });
    expect(result).toMatchObject({
      code: 5,
      error: { kind: 'not_found', conversation_id: id, delivery: 'refused' },
    });
  });

  it.each(['Trip', 'feature/x', '../../account', '..', 'a b'])(
    '5: no conversation is named %j, and nothing is sent',
    async (name) => {
      const { env, sandbox } = await account();
      expect(await failure([...SENT.argv, '--conversation', name], { env })).toMatchObject({
        code: 5,
        error: {
          kind: 'not_found',
          message: `no conversation is named ${JSON.stringify(name)}`,
          delivery: 'not_sent',
        },
      });
      expect(sandbox.store.list()).toEqual([]);
    },
  );

  it('6: rate limited, after three tries', async () => {
    const { env, sandbox } = await account({
      faultSettings: { rules: ['status_429:1'] },
    });
    const result = await failure(SENT.argv, { env });
    expect(result).toMatchObject({
      code: 6,
      error: { kind: 'rate_limited', status: 429, delivery: 'refused' },
    });
    expect(sandbox.requestCount('chat')).toBe(3);
  });

  it('7: not reached', async () => {
    const result = await failure(SENT.argv, { env: accountEnv('http://127.0.0.1:9/v2') });
    expect(result).toEqual({
      code: 7,
      error: {
        ...NOTHING,
        kind: 'network',
        message: 'connection refused by 127.0.0.1:9 (ECONNREFUSED)',
        hint: expect.stringContaining('check the base URL'),
        delivery: 'not_sent',
      },
    });
  });

  it('7: no answer in time, and what to do', async () => {
    const env = accountEnv(await answeringServer(() => undefined));
    expect(await failure([...SENT.argv, '--timeout', '0.05'], { env })).toMatchObject({
      code: 7,
      error: { kind: 'timeout', hint: 'allow more time: --timeout <seconds>' },
    });
  });

  const cutOff = { rules: ['reset_after:1'] };

  it('0: cut off behind the request, and found in the conversation', async () => {
    const { env, sandbox } = await account({ faultSettings: cutOff });
    const { code, stdout, stderr } = await runCli(SENT.argv, { env });
    expect({ code, stderr, turn: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      stderr: '',
      turn: {
        conversation_id: sandbox.store.list()[0]?.conversation.id,
        reply: expect.stringContaining('Hello!'),
        assistant_id: sandbox.assistantId,
        new_conversation: true,
        recovered: true,
        timing: expect.any(Object),
      },
    });
    expect(sandbox.requestCount('chat')).toBe(1);
  });

  it('7: cut off behind the request, in a conversation that is not kept: unknown', async () => {
    const faultSettings = { rules: [...cutOff.rules, 'private_answers:1'] };
    const { env, sandbox } = await account({ faultSettings });
    const argv = [...SENT.argv, '-a', 'assistant-sandbox-private'];
    expect(await failure(argv, { env })).toMatchObject({
      code: 7,
      error: {
        kind: 'network',
        delivery: 'unknown',
        conversation_id: sandbox.store.list()[0]?.conversation.id,
      },
    });
    expect(sandbox.requestCount('chat')).toBe(1);
  });

  it('7: timed out', async () => {
    const baseUrl = await chatAnswering(() => undefined);
    const result = await failure([...SENT.argv, '--timeout', '0.3'], { env: accountEnv(baseUrl) });
    expect(result).toMatchObject({
      code: 7,
      error: { kind: 'timeout', delivery: 'unknown', conversation_id: 'conversation-1' },
    });
  });

  it('8: a person has taken over', async () => {
    const { env, sandbox } = await account();
    const metadata = { assistant_id: sandbox.assistantId, ai_disabled: 'true' };
    const { id } = sandbox.store.create('', metadata).conversation;
    const result = await failure([...SENT.argv, '--conversation', id], { env });
    expect(result).toMatchObject({
      code: 8,
      error: { kind: 'ai_disabled', status: 400, delivery: 'refused', hint: expect.any(String) },
    });
  });

  it.each([
    ['130', 'interrupted' as const],
    ['129', 'hung_up' as const],
    ['143', 'terminated' as const],
  ])('%s: stopped by a signal', async (code, kind) => {
    const controller = new AbortController();
    const baseUrl = await chatAnswering(() => controller.abort(new AppError(kind, kind)));
    const result = await failure(SENT.argv, {
      env: accountEnv(baseUrl),
      signal: controller.signal,
    });
    expect(result).toMatchObject({
      code: Number(code),
      error: { kind, delivery: 'unknown', conversation_id: 'conversation-1' },
    });
  });
});

describe('1 or 7: an API that answers something else', () => {
  const answers: [string, (response: ServerResponse) => void, string][] = [
    [
      'a web page',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'a web page instead of JSON',
    ],
    ['nothing', (response) => response.writeHead(200).end(), 'nothing'],
    [
      'half a JSON',
      (response) => response.writeHead(200).end('{"content": "he'),
      'something that is not JSON',
    ],
    [
      'another shape',
      (response) => response.writeHead(200).end('{"words": "hello"}'),
      'JSON of another shape',
    ],
  ];

  it.each(answers)('%s for a turn is unknown', async (_, answer, words) => {
    const result = await failure(SENT.argv, { env: accountEnv(await chatAnswering(answer)) });
    expect(result).toMatchObject({
      code: 7,
      error: {
        kind: 'api',
        message: `the API answered 200 with ${words}`,
        status: 200,
        delivery: 'unknown',
      },
    });
  });

  it.each(answers)('%s for a new conversation: the turn is not sent', async (_, answer) => {
    const baseUrl = await answeringServer((_request, response) => answer(response));
    const result = await failure(SENT.argv, { env: accountEnv(baseUrl) });
    expect(result).toMatchObject({ code: 1, error: { kind: 'api', delivery: 'not_sent' } });
  });

  it('500 for a new conversation, each time', async () => {
    const { env, sandbox } = await account({
      faultSettings: { rules: ['any/status_500_before:1'] },
    });
    const result = await failure(SENT.argv, { env });
    expect(result).toMatchObject({
      code: 1,
      error: { kind: 'api', status: 500, delivery: 'not_sent' },
    });
    expect(sandbox.requestCount('create_conversation')).toBe(3);
  });
});

describe('2: bad input, nothing sent', () => {
  const AS_A_MESSAGE = /^hint: did you mean: telnyx-chat send "…"$/;
  const over = 'x'.repeat(1024 * 1024 + 1);
  const cases: [string, string[], { input?: string | Buffer }, string, RegExp?][] = [
    ['no words on a terminal', ['send'], {}, 'message is required'],
    ['blank words', ['send', ' \t\n'], {}, 'message is required', /the variable/],
    [
      'empty stdin',
      ['send'],
      { input: '\n' },
      'message is required',
      /stdin is empty: .*before the pipe/,
    ],
    [
      'blank stdin',
      ['send'],
      { input: ' \n' },
      'message is required',
      /stdin is blank: .*before the pipe/,
    ],
    [
      'stdin that is not UTF-8',
      ['send'],
      { input: Buffer.from([0x68, 0xff, 0xfe]) },
      'stdin is not UTF-8 text',
    ],
    [
      'half a character at the end',
      ['send'],
      { input: Buffer.from('ä').subarray(0, 1) },
      'stdin is not UTF-8 text',
    ],
    ['stdin over 1 MiB', ['send'], { input: over }, 'the message is longer than 1 MiB'],
    ['a NUL byte', ['send'], { input: 'a\0b' }, 'the message contains a NUL byte'],
    [
      'a flag of another command',
      ['--latency', '5'],
      {},
      "unknown option '--latency'",
      /--latency is a flag of telnyx-chat sandbox$/,
    ],
    [
      'a flag of two other commands',
      ['send', 'x', '--fault', 'cut:1'],
      {},
      "unknown option '--fault'",
      /--fault is a flag of telnyx-chat test and telnyx-chat sandbox$/,
    ],
    [
      'a flag of three other commands',
      ['conversations', 'show', 'x', '--as', 'Ana'],
      {},
      "unknown option '--as'",
      /--as is a flag of telnyx-chat chat, telnyx-chat send and telnyx-chat conversations say$/,
    ],
    ['an unknown flag', ['send', 'x', '--jsom'], {}, "unknown option '--jsom'", /--json/],
    ['an unknown command', ['sned', 'x'], {}, "unknown command 'sned'", /send/],
    [
      'help on none',
      ['help', 'conversations', 'lst'],
      {},
      "unknown command 'conversations lst'",
      /list/,
    ],
    [
      'its help on none',
      ['conversations', 'help', 'lst'],
      {},
      "unknown command 'conversations lst'",
      /list/,
    ],
    ['a word like a flag', ['send', '-5 degrees'], {}, "unknown option '-5 degrees'", /send -- …$/],
    [
      'a choice in capitals',
      ['completion', 'BASH'],
      {},
      "command-argument value 'BASH' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish, powershell.",
      /Did you mean bash\?/,
    ],
    [
      'a choice of a flag',
      ['send', 'x', '--format', 'markdwon'],
      {},
      "option '--format <format>' argument 'markdwon' is invalid. Allowed choices are auto, markdown, plain.",
      /Did you mean markdown\?/,
    ],
    [
      'words for the chat',
      ['chat', 'hello'],
      {},
      "too many arguments for 'chat'. Expected 0 arguments but got 1.",
      AS_A_MESSAGE,
    ],
    [
      'a word',
      ['hello'],
      {},
      "unknown command 'hello'",
      /did you mean: telnyx-chat send "…"; comm/,
    ],
    ['words', ['who', 'are', 'you'], {}, "unknown command 'who'", AS_A_MESSAGE],
    ['words in quotes', ['who are you'], {}, "unknown command 'who are you'", AS_A_MESSAGE],
    ['words near to chat', ['what', 'is', 'it'], {}, "unknown command 'what'", AS_A_MESSAGE],
    ['words behind flags', ['--sandbox', 'a', 'b'], {}, "unknown command 'a'", AS_A_MESSAGE],
    ['a word near to a command', ['confg'], {}, "unknown command 'confg'", /mean config\? .* send/],
    [
      'a flag before a command that has none of this name',
      ['--meta', 'a=b', 'config', 'list'],
      {},
      "unknown option '--meta'",
    ],
    [
      'a bad URL',
      ['send', 'x', '--base-url', 'nonsense'],
      {},
      'bad base URL "nonsense": not a URL',
    ],
    [
      'plain http to a stranger',
      ['send', 'x', '--base-url', 'http://example.com'],
      {},
      'bad base URL "http://example.com": plain http: would expose the API key',
    ],
    ['a bad timeout', ['send', 'x', '--timeout', '0'], {}, 'bad timeout "0"'],
    [
      'metadata without =',
      ['send', 'x', '--meta', 'ticket'],
      {},
      'bad --meta "ticket"',
      /ticket=4711/,
    ],
    [
      'two conversations',
      ['send', 'x', '-c', '--conversation', 'a'],
      {},
      '--continue and --conversation exclude each other',
      /keep one/,
    ],
    [
      'a title for an old one',
      ['send', 'x', '--title', 't', '--conversation', 'a'],
      {},
      '--title and --meta are for a new conversation',
    ],
    [
      'a title that is no name',
      ['send', 'x', '--title', 'a\nb'],
      {},
      'a name cannot contain line breaks, tabs or other control characters',
      /choose another name/,
    ],
    [
      'no last conversation',
      ['send', 'x', '-c'],
      {},
      'there is no last conversation with this assistant and profile',
    ],
    [
      'a missing --dotenv',
      ['send', 'x', '--dotenv', '/nowhere/.env'],
      {},
      '/nowhere/.env does not exist',
    ],
    ...['--conversation', '--title', '--as', '-a', '--base-url', '--dotenv', '--meta'].flatMap(
      (flag): [string, string[], object, string, RegExp][] =>
        ['', ' '].map((value) => [
          `${flag} ${JSON.stringify(value)}`,
          ['send', 'x', flag, value],
          {},
          `${flag === '-a' ? '--assistant' : flag} is empty`,
          /leave it out/,
        ]),
    ),
    ...['a\nb', 'a\0b'].map((id): [string, string[], object, string] => [
      `the id ${JSON.stringify(id)}`,
      ['send', 'x', '--conversation', id],
      {},
      `${JSON.stringify(id)} is neither an id nor a name`,
    ]),
    [
      'an assistant id with a slash',
      ['send', 'x', '-a', 'a/b'],
      {},
      '"a/b" is not an assistant id',
    ],
  ];

  it.each(cases)('%s', async (...row) => {
    const [, argv, options, message, hint = /^/] = row;
    const { env, sandbox } = await account();
    const result = await runCli(argv, { env, ...options });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    const [first = '', second = ''] = result.stderr.split('\n');
    expect([first, second]).toEqual([`error: ${message}`, expect.stringMatching(hint)]);
    expect(sandbox.requestCount('create_conversation') + sandbox.requestCount('chat')).toBe(0);
  });

  it.each([['send', 'x'], ['chat']])('two kinds of JSON for %s', async (...argv) => {
    const { env, sandbox } = await account();
    const result = await failure([...argv, '--json', '--jsonl'], { env, input: 'x' });
    expect(result).toMatchObject({
      code: 2,
      error: { kind: 'usage', message: "option '--jsonl' cannot be used with option '--json'" },
    });
    expect(sandbox.stats().requests).toEqual({});
  });

  it('names an unreadable .env and a damaged config, and leaves them', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, '.config/telnyx-chat'), { recursive: true });
    writeFileSync(join(home, '.config/telnyx-chat/config.json'), '{"profiles": 3}');
    const damaged = await runCli(['send', 'x'], { home });
    const folder = await runCli(['send', 'x', '--dotenv', '.'], { home: temporaryFolder() });
    expect([damaged.code, folder.code]).toEqual([2, 2]);
    expect(damaged.stderr).toContain('.config/telnyx-chat/config.json is damaged');
    expect(folder.stderr).toMatch(/error: \/\S+ cannot be read: EISDIR/);
  });

  it.each(['KEY with spaces', 'KEY\nnewline', 'KÉY'])(
    'never shows a malformed key: %j',
    async (TELNYX_API_KEY) => {
      const result = await runCli(['send', 'x', '--debug'], { env: { TELNYX_API_KEY } });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain(
        'that does not look like an API key (from environment TELNYX_API_KEY)',
      );
      expect(result.stderr).not.toContain(TELNYX_API_KEY);
    },
  );
});

it.each([['assistants list'], ['conversations list'], ['send hello'], ['doctor']])(
  'a base URL without /v2 is told by %s',
  async (command) => {
    const { env } = await account({ clock: impatientClock() });
    const TELNYX_BASE_URL = env['TELNYX_BASE_URL']?.replace('/v2', '') ?? '';
    const options = { env: { ...env, TELNYX_BASE_URL } };
    const { code, stdout, stderr } = await runCli(command.split(' '), options);
    expect(code).toBe(5);
    expect(stdout + stderr).toContain(
      ': check the base URL: that of Telnyx is https://api.telnyx.com/v2, with /v2 at its end\n',
    );
    expect(stdout + stderr).not.toContain('check the assistant id');
  },
);

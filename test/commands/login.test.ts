import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { runCli, temporaryFolder, type CliOptions } from '../helpers/run-cli.js';
import { closedPort } from '../helpers/socket-server.js';

const KEY = 'KEY0123456789abcdef';

function machine() {
  const home = temporaryFolder();
  const path = join(home, '.config/telnyx-chat/config.json');
  return {
    home,
    path,
    stored: (): unknown => existsSync(path) && JSON.parse(readFileSync(path, 'utf8')),
    store: (config: object) => {
      mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
      writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    },
    cli: (argv: string[], options: CliOptions = {}) => runCli(argv, { home, ...options }),
  };
}

describe('login', () => {
  it('reads the key from stdin, checks it and stores it for its owner only', async () => {
    const { sandbox } = await account();
    const { cli, path, stored } = machine();
    expect(await cli(['login', '--base-url', sandbox.url], { input: `${KEY}\n` })).toEqual({
      code: 0,
      stdout: `the key is accepted and stored in profile default: ${path}\n`,
      stderr: 'no assistant is chosen yet: telnyx-chat assistants use <id>\n',
    });
    expect(stored()).toEqual({ profiles: { default: { api_key: KEY, base_url: sandbox.url } } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(sandbox.requestCount('list_assistants')).toBe(1);
    const sent = await cli(['send', 'hello', '-a', sandbox.assistantId]);
    expect([sent.code, sent.stderr]).toEqual([0, '']);
  });

  it('makes a profile, keeps what others hold, and speaks JSON', async () => {
    const { sandbox } = await account();
    const { cli, path, stored, store } = machine();
    store({ profiles: { home: { api_key: 'KEYhome' } } });
    const env = { TELNYX_BASE_URL: sandbox.url };
    const result = await cli(['login', '-p', 'work', '--json'], { input: KEY, env });
    expect({ ...result, stdout: JSON.parse(result.stdout) as unknown }).toEqual({
      code: 0,
      stdout: {
        profile: 'work',
        path,
        api_key: 'KEY0…ef',
        base_url: null,
        checked: true,
        assistant_id: null,
        shadowed_by: null,
      },
      stderr: '',
    });
    expect(stored()).toEqual({
      profiles: { home: { api_key: 'KEYhome' }, work: { api_key: KEY } },
    });
  });

  it('takes the key from a file with the mark that some editors put first', async () => {
    const { sandbox } = await account();
    const { cli, stored } = machine();
    const env = { TELNYX_BASE_URL: sandbox.url };
    expect(await cli(['login'], { input: `\uFEFF${KEY}\r\n`, env })).toMatchObject({ code: 0 });
    expect(stored()).toEqual({ profiles: { default: { api_key: KEY } } });
  });

  it('warns when the environment hides what was stored', async () => {
    const { sandbox } = await account();
    const env = { TELNYX_BASE_URL: sandbox.url, TELNYX_API_KEY: 'KEYother' };
    const { stderr } = await machine().cli(['login'], { input: KEY, env });
    expect(stderr).toBe(
      'no assistant is chosen yet: telnyx-chat assistants use <id>\n' +
        'warning: another key is effective and hides this one: environment TELNYX_API_KEY\n',
    );
  });

  it('stores nothing that the API rejects', async () => {
    const { sandbox } = await account();
    const { cli, stored } = machine();
    const env = { TELNYX_BASE_URL: sandbox.url };
    const { code, stdout, stderr } = await cli(['login'], { input: 'wrong', env });
    expect([code, stdout, stderr.split('\n').slice(0, 2)]).toEqual([
      4,
      '',
      [
        'error: the key is not stored: Authentication failed: The required authentication headers were invalid or missing.',
        'hint: check the key: a key of the Telnyx portal, not expired or deleted',
      ],
    ]);
    expect(stored()).toBe(false);
  });

  it('stores nothing that could not be checked, unless it is told to', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/v2`;
    const { cli, stored, path } = machine();
    const host = new URL(url).host;
    expect(await cli(['login', '--base-url', url], { input: KEY })).toEqual({
      code: 7,
      stdout: '',
      stderr: [
        `error: the key is not stored: connection refused by ${host} (ECONNREFUSED)`,
        'hint: check the base URL, and that a server or proxy listens there; --no-check stores it without asking the API',
        'see: telnyx-chat help troubleshooting the-network',
        '',
      ].join('\n'),
    });
    expect(stored()).toBe(false);
    expect(await cli(['login', '--no-check', '--base-url', url], { input: KEY })).toEqual({
      code: 0,
      stdout: `the key is stored, unchecked in profile default: ${path}\n`,
      stderr: 'no assistant is chosen yet: telnyx-chat assistants use <id>\n',
    });
    expect(stored()).toEqual({ profiles: { default: { api_key: KEY, base_url: url } } });
  });

  it.each([
    [
      'no key',
      '\n',
      'a key is required',
      'make one in the Telnyx portal; without a terminal, give it on stdin: telnyx-chat login < keyfile',
    ],
    [
      'more than a key',
      'TELNYX_API_KEY="KEY1"',
      'that does not look like an API key',
      'copy the key again from the Telnyx portal, without quotes, spaces or line breaks',
    ],
    [
      'two lines',
      `${KEY}\n\n`,
      'that does not look like an API key',
      'copy the key again from the Telnyx portal, without quotes, spaces or line breaks',
    ],
  ])('refuses %s on stdin', async (_, input, message, hint) => {
    const { cli, stored } = machine();
    const stderr = `error: ${message}\nhint: ${hint}\n`;
    expect(await cli(['login'], { input })).toEqual({ code: 2, stdout: '', stderr });
    expect(stored()).toBe(false);
  });

  it('needs a terminal for its question as well as for the answer', async () => {
    expect(await machine().cli(['login'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: there is no terminal to ask for the key on\nhint: give it on stdin: telnyx-chat login < keyfile\n',
    });
  });

  it('does not hide a command that gives the key', async () => {
    const { cli, store, stored } = machine();
    const config = { profiles: { default: { api_key_command: 'pass show telnyx' } } };
    store(config);
    expect(await cli(['login'], { input: KEY })).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'error: profile default gets its key from a command: pass show telnyx',
        'hint: first: telnyx-chat config unset api_key_command; or log in to another --profile',
        '',
      ].join('\n'),
    });
    expect(stored()).toEqual(config);
  });

  it('does not send the key where a .env says', async () => {
    const { sandbox } = await account();
    const { cli, home, stored } = machine();
    writeFileSync(join(home, '.env'), `TELNYX_BASE_URL=${sandbox.url}\n`);
    const { code, stderr } = await cli(['login'], { input: KEY });
    expect([code, stderr]).toEqual([2, expect.stringContaining('is refused')]);
    expect([stored(), sandbox.requestCount('list_assistants')]).toEqual([false, 0]);
  });
});

describe('logout', () => {
  it('removes the key alone', async () => {
    const { cli, store, stored, path } = machine();
    store({ profiles: { default: { api_key: KEY, assistant_id: 'assistant-7' } } });
    const again = { code: 0, stderr: '' };
    expect([await cli(['logout']), await cli(['logout'])]).toEqual([
      { ...again, stdout: `the key is removed from profile default: ${path}\n` },
      { ...again, stdout: `there is no key in profile default: ${path}\n` },
    ]);
    expect(stored()).toEqual({ profiles: { default: { assistant_id: 'assistant-7' } } });
  });

  it('says which key is still effective', async () => {
    const { cli, home, store } = machine();
    const config = { profiles: { default: { api_key: KEY } } };
    const left = async (options?: CliOptions): Promise<unknown> =>
      (JSON.parse((await cli(['logout', '--json'], options)).stdout) as Record<string, unknown>)[
        'still_in_force'
      ];
    store(config);
    expect(await left({ env: { TELNYX_API_KEY: 'KEY1' } })).toBe('environment TELNYX_API_KEY');
    store(config);
    expect((await cli(['logout'], { env: { TELNYX_API_KEY: 'KEY1' } })).stderr).toBe(
      'warning: another key is still effective: environment TELNYX_API_KEY\n',
    );
    mkdirSync(join(home, '.config/telnyx'));
    const theirs = join(home, '.config/telnyx/config.json');
    writeFileSync(theirs, '{"profiles":{"default":{"apiKey":"KEY2"}}}');
    expect(await left()).toBe(`telnyx ${theirs}`);
    writeFileSync(join(home, '.env'), 'TELNYX_API_KEY=KEY3\n');
    expect(await left()).toBe(`env-file ${home}/.env`);
    writeFileSync(join(home, '.env'), '');
    store({ profiles: { default: { api_key_command: 'pass show telnyx' } } });
    expect(await left()).toBe('command pass show telnyx');
  });

  it('removes nothing from a profile that is not there', async () => {
    const { cli, store } = machine();
    store({ profiles: { work: { api_key: KEY } } });
    expect(await cli(['logout', '-p', 'wrk'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: there is no profile "wrk"\nhint: did you mean work?\n',
    });
  });
});

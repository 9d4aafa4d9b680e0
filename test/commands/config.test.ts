import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../helpers/run-cli.js';

/** A config file as the program itself would leave it. */
function store(home: string, config: object | string): void {
  const folder = join(home, '.config/telnyx-chat');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  writeFileSync(join(folder, 'config.json'), text, { mode: 0o600 });
}

it('stores, shows and forgets settings of a profile', async () => {
  const home = temporaryFolder();
  const path = join(home, '.config/telnyx-chat/config.json');
  const cli = (...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    runCli(['config', ...argv], { home });
  expect(await cli('path')).toEqual({ code: 0, stdout: `${path}\n`, stderr: '' });
  await cli('set', 'assistant_id', 'assistant-7');
  await cli('set', 'assistant_id', 'assistant-8', '--profile', 'work');
  await cli('set', 'persist', 'false');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    persist: false,
    profiles: { default: { assistant_id: 'assistant-7' }, work: { assistant_id: 'assistant-8' } },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await cli('get', 'assistant_id', '-p', 'work')).stdout).toBe('assistant-8\n');
  await cli('unset', 'persist');
  expect((await cli('get', 'persist')).stdout).toBe('');
});

it('lists every effective setting with its origin, secrets masked', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, '.env'), 'TELNYX_ASSISTANT_ID=assistant-9\n');
  const env = { TELNYX_API_KEY: 'KEY0123456789abcdef' };
  const { stdout } = await runCli(['config', 'list'], { home, env });
  expect(stdout).toBe(
    [
      'profile       default  default',
      'api_key       KEY0…ef  environment TELNYX_API_KEY',
      `assistant_id  assistant-9  env-file ${home}/.env`,
      'base_url      https://api.telnyx.com/v2  default',
      'timeout       120 s  default',
      'persist       true  default',
      'history       true  default',
      'stream        true  default',
      'wrap          true  default',
      'trace         (not set)',
      'notify        true  default',
      'names         true  default',
      'cache         true  default',
      '',
    ].join('\n'),
  );
});

/** Settings of many places, some of them refused. */
function muddle(home: string): { home: string; env: Record<string, string> } {
  store(home, {
    history: false,
    profiles: { default: { api_key_command: 'pass show telnyx', base_url: 'http://example.com' } },
  });
  return { home, env: { TELNYX_ASSISTANT_ID: 'two words', TELNYX_CHAT_TIMEOUT: 'soon' } };
}

it('lists what it can when values are refused, and says what is wrong with the first', async () => {
  const home = temporaryFolder();
  const { code, stdout, stderr } = await runCli(['config', 'list'], muddle(home));
  const file = `${home}/.config/telnyx-chat/config.json`;
  expect({ code, stdout: stdout.split('\n'), stderr: stderr.split('\n') }).toEqual({
    code: 2,
    stdout: [
      'profile       default  default',
      `api_key       command: pass show telnyx  profile ${file}`,
      'assistant_id  (refused: "two words" is not an assistant id (from environment TELNYX_ASSISTANT_ID))',
      `base_url      (refused: bad base URL "http://example.com": plain http: would expose the API key (from profile ${file}))`,
      'timeout       (refused: bad timeout "soon" (from environment TELNYX_CHAT_TIMEOUT))',
      'persist       true  default',
      `history       false  config ${file}`,
      'stream        true  default',
      'wrap          true  default',
      'trace         (not set)',
      'notify        true  default',
      'names         true  default',
      'cache         true  default',
      '',
    ],
    stderr: [
      'error: "two words" is not an assistant id (from environment TELNYX_ASSISTANT_ID)',
      'hint: ids have only letters, digits and - _ . :; copy it from the Telnyx portal or from an earlier reply',
      '',
    ],
  });
});

it('lists them as JSON too', async () => {
  const home = temporaryFolder();
  const { code, stdout } = await runCli(['config', 'list', '--json'], muddle(home));
  const file = `${home}/.config/telnyx-chat/config.json`;
  expect({ code, settings: JSON.parse(stdout) as unknown }).toEqual({
    code: 2,
    settings: {
      profile: { value: 'default', origin: 'default', error: null },
      api_key: { value: 'command: pass show telnyx', origin: `profile ${file}`, error: null },
      assistant_id: {
        value: null,
        origin: null,
        error: '"two words" is not an assistant id (from environment TELNYX_ASSISTANT_ID)',
      },
      base_url: { value: null, origin: null, error: expect.stringContaining('bad base URL') },
      timeout: { value: null, origin: null, error: expect.stringContaining('bad timeout') },
      persist: { value: 'true', origin: 'default', error: null },
      history: { value: 'false', origin: `config ${file}`, error: null },
      stream: { value: 'true', origin: 'default', error: null },
      wrap: { value: 'true', origin: 'default', error: null },
      trace: { value: null, origin: null, error: null },
      notify: { value: 'true', origin: 'default', error: null },
      names: { value: 'true', origin: 'default', error: null },
      cache: { value: 'true', origin: 'default', error: null },
    },
  });
});

it('lists what does not come from a file that is damaged', async () => {
  const home = temporaryFolder();
  store(home, '{');
  const env = { TELNYX_API_KEY: 'KEY0123456789abcdef' };
  const { code, stdout, stderr } = await runCli(['config', 'list'], { home, env });
  expect([code, stdout.split('\n').slice(0, 2), stderr]).toEqual([
    2,
    ['profile       default  default', 'api_key       KEY0…ef  environment TELNYX_API_KEY'],
    expect.stringMatching(/^error: .*config\.json is damaged: .*\nhint: fix it or move it away/),
  ]);
});

it('lists the profiles, ours and those of Telnyx’s own file', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.config/telnyx'), { recursive: true });
  writeFileSync(
    join(home, '.config/telnyx/config.json'),
    JSON.stringify({ profiles: { office: { apiKey: 'KEYoffice0123456789' } } }),
  );
  store(home, {
    profiles: {
      work: { api_key: 'KEYwork0123456789', assistant_id: 'assistant-7' },
      vault: { api_key_command: 'pass show telnyx', base_url: 'https://api.telnyx.eu/v2' },
    },
  });
  const env = { TELNYX_PROFILE: 'work' };
  const list = (...argv: string[]) => runCli(['config', 'profiles', ...argv], { home, env });
  expect(await list()).toEqual({
    code: 0,
    stdout: [
      '  default  (no key)',
      '* work     KEYw…89  assistant-7',
      '  vault    command: pass show telnyx',
      '  office   KEYo…89 (Telnyx’s own file)',
      '',
    ].join('\n'),
    stderr: '',
  });
  expect((JSON.parse((await list('--json')).stdout) as unknown[])[1]).toEqual({
    name: 'work',
    in_force: true,
    api_key: 'KEYw…89',
    assistant_id: 'assistant-7',
    base_url: null,
  });
});

it('speaks JSON for one setting as well', async () => {
  const home = temporaryFolder();
  const cli = async (...argv: string[]): Promise<unknown> =>
    JSON.parse((await runCli(['config', ...argv, '--json'], { home })).stdout);
  const id = { name: 'assistant_id', profile: 'default' };
  expect([
    await cli('get', 'assistant_id'),
    await cli('set', 'assistant_id', 'assistant-7'),
    await cli('get', 'assistant_id'),
    await cli('unset', 'assistant_id'),
    await cli('path'),
  ]).toEqual([
    { ...id, value: null },
    { ...id, value: 'assistant-7' },
    { ...id, value: 'assistant-7' },
    { ...id, value: null },
    { path: join(home, '.config/telnyx-chat/config.json') },
  ]);
});

it('shows a stored key only in part', async () => {
  const home = temporaryFolder();
  store(home, { profiles: { default: { api_key: 'KEY0123456789abcdef' } } });
  expect((await runCli(['config', 'get', 'api_key'], { home })).stdout).toBe('KEY0…ef\n');
});

it('takes from others the rights to settings, and says so', async () => {
  const home = temporaryFolder();
  const folder = join(home, '.config/telnyx-chat');
  store(home, { profiles: {} });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'config.json'), 0o664);
  const list = () => runCli(['config', 'list'], { home });
  expect((await list()).stderr).toBe(
    [
      `warning: ${folder} was accessible to other users (755); it is now private (700)`,
      `warning: ${folder}/config.json was accessible to other users (664); it is now private (600)`,
      '',
    ].join('\n'),
  );
  expect((await list()).stderr).toBe('');
});

it('leaves a folder that the person named as it is', async () => {
  const home = temporaryFolder();
  chmodSync(home, 0o755);
  writeFileSync(join(home, 'config.json'), '{}', { mode: 0o644 });
  const env = { TELNYX_CHAT_CONFIG_DIR: home };
  const { stderr } = await runCli(['config', 'list'], { home, env });
  expect(stderr).toBe(
    `warning: ${home}/config.json was accessible to other users (644); it is now private (600)\n`,
  );
  expect(statSync(home).mode & 0o777).toBe(0o755);
});

it.each([
  [
    'a profile that is not there',
    ['get', 'base_url', '-p', 'wrk'],
    'error: there is no profile "wrk"\nhint: did you mean work?\n',
  ],
  [
    'a profile that is not there, to forget something of it',
    ['unset', 'base_url', '-p', 'elsewhere'],
    'error: there is no profile "elsewhere"\nhint: existing profiles: default, work; telnyx-chat login --profile elsewhere creates it\n',
  ],
  [
    'a key on a command line',
    ['set', 'api_key', 'KEY1'],
    'error: an API key is not accepted on the command line, where other users can see it\nhint: use telnyx-chat login, or telnyx-chat login < keyfile\n',
  ],
  [
    'a command beside a stored key',
    ['set', 'api_key_command', 'pass show telnyx', '-p', 'work'],
    'error: the profile has a stored key, which the command would replace\nhint: remove it first: telnyx-chat -p work logout\n',
  ],
  [
    'a command of two lines',
    ['set', 'api_key_command', 'pass\nshow'],
    `error: bad command "pass\\nshow"\nhint: give a one-line shell command: telnyx-chat config set api_key_command 'pass show telnyx'\n`,
  ],
])('refuses %s', async (_, argv, stderr) => {
  const home = temporaryFolder();
  store(home, { profiles: { work: { api_key: 'KEY0123456789abcdef' } } });
  const before = readFileSync(join(home, '.config/telnyx-chat/config.json'), 'utf8');
  expect(await runCli(['config', ...argv], { home })).toEqual({ code: 2, stdout: '', stderr });
  expect(readFileSync(join(home, '.config/telnyx-chat/config.json'), 'utf8')).toBe(before);
});

it.each([
  [['set', 'asistant_id', 'x'], 'unknown setting "asistant_id"', 'assistant_id'],
  [['set', 'persist', 'maybe'], 'bad value "maybe" for persist', 'true or false'],
  [['set', 'base_url', 'http://example.com'], 'bad base URL', 'https://'],
])('refuses %j and changes nothing', async (argv, message, hint) => {
  const home = temporaryFolder();
  const { code, stderr } = await runCli(['config', ...argv], { home });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
  expect(() => statSync(join(home, '.config'))).toThrow();
});

it.each([
  [['config', 'set', 'api_key_command', 'echo K'], 'remove it first: telnyx-chat -p work logout'],
  [['config', 'set', 'api_key_command', 'echo K', '--json'], 'telnyx-chat -p work logout'],
  [['login', '-p', 'vault'], 'first: telnyx-chat -p vault config unset api_key_command;'],
  [['send', 'hello'], 'telnyx-chat -p work assistants list shows your assistants'],
  [['send', 'hello', '-p', 'bare'], 'run telnyx-chat -p bare login,'],
  [['send', 'hello', '-p', 'old'], 'telnyx-chat login --profile old creates it'],
  [
    ['conversations', 'search', '', '-p', 'no $& name'],
    "telnyx-chat -p 'no $& name' conversations search",
  ],
])('a hint after %j names the profile of the flag: %s', async (argv, hint) => {
  const home = temporaryFolder();
  const vault = { api_key_command: 'echo KEY0123456789abcdef' };
  store(home, { profiles: { work: { api_key: 'KEY0123456789abcdef' }, vault, bare: {} } });
  const profile = argv.includes('-p') ? [] : ['-p', 'work'];
  const { stderr } = await runCli([...argv, ...profile], { home, input: 'KEY1' });
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(hint);
});

it('never overwrites a damaged file', async () => {
  const home = temporaryFolder();
  const path = join(home, '.config/telnyx-chat/config.json');
  mkdirSync(join(home, '.config/telnyx-chat'), { recursive: true });
  writeFileSync(path, '{"profiles":', { mode: 0o600 });
  const { code, stderr } = await runCli(['config', 'set', 'persist', 'true'], { home });
  expect(code).toBe(2);
  expect(stderr).toContain(`${path} is damaged`);
  expect(readFileSync(path, 'utf8')).toBe('{"profiles":');
});

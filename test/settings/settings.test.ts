import { describe, expect, test } from 'vitest';
import { requireAssistant, requireKey, resolveSettings } from '../../src/settings/resolve.js';
import { settingRows } from '../../src/settings/config.js';
import type { Config, Sources } from '../../src/settings/settings.js';
import { failureFrom } from '../helpers/failure.js';

const CONFIG: Config = { path: '/c/config.json', profiles: {} };
const ENV_FILE = '/w/.env';

function resolve({
  flags = {},
  env = {},
  file,
  config = {},
}: {
  flags?: Sources['flags'];
  env?: Sources['env'];
  file?: Record<string, string>;
  config?: Partial<Config>;
}) {
  const envFile = file && { path: ENV_FILE, values: file };
  return resolveSettings({ flags, env, envFile, config: { ...CONFIG, ...config } });
}

const flag = (detail: string) => ({ source: 'flag', detail });
const environment = (detail: string) => ({ source: 'environment', detail });
const FILE = { source: 'env-file', detail: ENV_FILE };
const PROFILE = { source: 'profile', detail: '/c/config.json' };
const DEFAULT = { source: 'default', detail: '' };

const HISTORY_OFF = { value: false, origin: { source: 'config', detail: '/c/config.json' } };

const UNSTORED_PREFERENCES = {
  stream: { value: true, origin: DEFAULT },
  wrap: { value: true, origin: DEFAULT },
  notify: { value: true, origin: DEFAULT },
  names: { value: true, origin: DEFAULT },
  cache: { value: true, origin: DEFAULT },
};

describe('precedence', () => {
  const all = {
    flags: {
      assistant: 'a-flag',
      baseUrl: 'https://flag.example',
      profile: 'p-flag',
      timeout: '1',
    },
    env: {
      TELNYX_API_KEY: 'KEY-env',
      TELNYX_ASSISTANT_ID: 'a-env',
      TELNYX_BASE_URL: 'https://env.example',
      TELNYX_PROFILE: 'p-env',
      TELNYX_CHAT_TIMEOUT: '2',
    },
    file: {
      TELNYX_API_KEY: 'KEY-file',
      TELNYX_ASSISTANT_ID: 'a-file',
      TELNYX_BASE_URL: 'https://file.example',
      TELNYX_PROFILE: 'p-file',
      TELNYX_CHAT_TIMEOUT: '3',
    },
    config: {
      persist: false,
      history: false,
      profiles: Object.fromEntries(
        ['p-flag', 'p-env', 'p-file', 'default'].map((name) => [
          name,
          {
            api_key: `KEY-${name}`,
            assistant_id: `a-${name}`,
            base_url: `https://${name}.example`,
          },
        ]),
      ),
    },
  };

  test('flags first', () => {
    expect(resolve(all)).toEqual({
      profile: { value: 'p-flag', origin: flag('--profile') },
      apiKey: { value: 'KEY-env', origin: environment('TELNYX_API_KEY') },
      assistantId: { value: 'a-flag', origin: flag('--assistant') },
      baseUrl: { value: 'https://flag.example', origin: flag('--base-url') },
      timeoutMs: { value: 1_000, origin: flag('--timeout') },
      persist: { value: false, origin: { source: 'config', detail: '/c/config.json' } },
      history: HISTORY_OFF,
      ...UNSTORED_PREFERENCES,
    });
  });

  test('then the environment', () => {
    expect(resolve({ ...all, flags: {} })).toEqual({
      profile: { value: 'p-env', origin: environment('TELNYX_PROFILE') },
      apiKey: { value: 'KEY-env', origin: environment('TELNYX_API_KEY') },
      assistantId: { value: 'a-env', origin: environment('TELNYX_ASSISTANT_ID') },
      baseUrl: { value: 'https://env.example', origin: environment('TELNYX_BASE_URL') },
      timeoutMs: { value: 2_000, origin: environment('TELNYX_CHAT_TIMEOUT') },
      persist: { value: false, origin: { source: 'config', detail: '/c/config.json' } },
      history: HISTORY_OFF,
      ...UNSTORED_PREFERENCES,
    });
  });

  test('then .env', () => {
    expect(resolve({ ...all, flags: { persist: true }, env: { TELNYX_API_KEY: '  ' } })).toEqual({
      profile: { value: 'p-file', origin: FILE },
      apiKey: { value: 'KEY-file', origin: FILE },
      assistantId: { value: 'a-file', origin: FILE },
      baseUrl: { value: 'https://file.example', origin: FILE },
      timeoutMs: { value: 3_000, origin: FILE },
      persist: { value: false, origin: { source: 'config', detail: '/c/config.json' } },
      history: HISTORY_OFF,
      ...UNSTORED_PREFERENCES,
    });
  });

  test('then the profile', () => {
    expect(resolve({ config: { ...all.config, persist: true } })).toEqual({
      profile: { value: 'default', origin: DEFAULT },
      apiKey: { value: 'KEY-default', origin: PROFILE },
      assistantId: { value: 'a-default', origin: PROFILE },
      baseUrl: { value: 'https://default.example', origin: PROFILE },
      timeoutMs: { value: 120_000, origin: DEFAULT },
      persist: { value: true, origin: { source: 'config', detail: '/c/config.json' } },
      history: HISTORY_OFF,
      ...UNSTORED_PREFERENCES,
    });
  });

  test('then nothing or the default', () => {
    expect(resolve({ flags: { persist: false } })).toEqual({
      profile: { value: 'default', origin: DEFAULT },
      baseUrl: { value: 'https://api.telnyx.com/v2', origin: DEFAULT },
      timeoutMs: { value: 120_000, origin: DEFAULT },
      persist: { value: false, origin: flag('--no-persist') },
      history: { value: true, origin: DEFAULT },
      ...UNSTORED_PREFERENCES,
    });
  });

  test('streaming is turned off by a variable, wherever it is set, or for good', () => {
    const off = { TELNYX_CHAT_STREAM: '0' };
    const config = { stream: false, profiles: {} };
    expect([
      resolve({ env: off }).stream,
      resolve({ file: off }).stream,
      resolve({ config }).stream,
      resolve({ config, env: { TELNYX_CHAT_STREAM: '1' } }).stream,
    ]).toEqual([
      { value: false, origin: environment('TELNYX_CHAT_STREAM') },
      { value: false, origin: FILE },
      { value: false, origin: { source: 'config', detail: '/c/config.json' } },
      { value: true, origin: environment('TELNYX_CHAT_STREAM') },
    ]);
  });

  test('preferences of the chat are stored, and two of them have flags', () => {
    const stored = { source: 'config', detail: '/c/config.json' };
    const off = { wrap: false, trace: false, notify: false, names: false };
    const config = { ...off, profiles: {} };
    expect(resolve({ config })).toMatchObject({
      wrap: { value: false, origin: stored },
      trace: { value: false, origin: stored },
      notify: { value: false, origin: stored },
      names: { value: false, origin: stored },
    });
    const flags = { wrap: true, trace: true };
    expect(resolve({ config, flags })).toMatchObject({
      wrap: { value: false, origin: stored },
      trace: { value: true, origin: flag('--trace') },
    });
    expect(resolve({ flags: { wrap: false, trace: false } })).toMatchObject({
      wrap: { value: false, origin: flag('--no-wrap') },
      trace: { value: false, origin: flag('--no-trace') },
    });
  });

  test('an empty value is none, and space around one is nothing', () => {
    const { apiKey, assistantId } = resolve({
      env: { TELNYX_API_KEY: '', TELNYX_ASSISTANT_ID: ' a-1\n' },
      file: { TELNYX_API_KEY: ' KEY-file ' },
    });
    expect([apiKey?.value, assistantId?.value]).toEqual(['KEY-file', 'a-1']);
  });
});

describe('a profile', () => {
  const profiles = { work: { api_key: 'KEY-work' }, home: {} };
  const telnyx = { key: () => undefined, profiles: () => ['office'] };
  const profileOf = (sources: Partial<Sources>) =>
    resolveSettings({ flags: {}, env: {}, config: { ...CONFIG, profiles }, telnyx, ...sources })
      .profile;

  test.each<[string, Partial<Sources>, string, string]>([
    [
      'of a flag',
      { flags: { profile: 'wrok' } },
      'there is no profile "wrok"',
      'did you mean work?',
    ],
    [
      'of the environment',
      { env: { TELNYX_PROFILE: 'wor' } },
      'there is no profile "wor" (from environment TELNYX_PROFILE)',
      'did you mean work?',
    ],
    [
      'like no other',
      { flags: { profile: 'elsewhere' } },
      'there is no profile "elsewhere"',
      'existing profiles: default, work, home, office; telnyx-chat login --profile elsewhere creates it',
    ],
    [
      'that every object seems to have',
      { env: { TELNYX_PROFILE: 'toString' } },
      'there is no profile "toString" (from environment TELNYX_PROFILE)',
      'existing profiles: default, work, home, office; telnyx-chat login --profile toString creates it',
    ],
  ])('%s that is not there is an error with the way out', (_, sources, message, hint) => {
    expect(failureFrom(() => profileOf(sources))).toEqual({ kind: 'usage', message, hint });
  });

  test.each(['default', 'work', 'office'])('%s is there', (profile) => {
    expect(profileOf({ flags: { profile } }).value).toBe(profile);
  });
});

describe('a command for the key', () => {
  const stored = { api_key_command: ' pass show telnyx ' };
  const config = { profiles: { default: stored } };
  const telnyx = {
    key: () => ({ value: 'KEY-telnyx', origin: { source: 'telnyx', detail: '' } }) as const,
    profiles: () => [],
  };

  test('comes from the profile, and before the key of Telnyx\u2019s own file', () => {
    const { apiKey, apiKeyCommand } = resolveSettings({
      flags: {},
      env: {},
      config: { ...CONFIG, ...config },
      telnyx,
    });
    expect([apiKey, apiKeyCommand]).toEqual([
      undefined,
      { value: 'pass show telnyx', origin: PROFILE },
    ]);
  });

  test.each<[string, Parameters<typeof resolve>[0]]>([
    ['the environment', { env: { TELNYX_API_KEY: 'KEY1' } }],
    ['.env', { file: { TELNYX_API_KEY: 'KEY1' } }],
  ])('is not run with a key in %s', (_, sources) => {
    const { apiKey, apiKeyCommand } = resolve({ ...sources, config });
    expect([apiKey?.value, apiKeyCommand]).toEqual(['KEY1', undefined]);
  });

  test('never comes from the environment or .env', () => {
    const names = ['API_KEY_COMMAND', 'TELNYX_API_KEY_COMMAND', 'TELNYX_CHAT_API_KEY_COMMAND'];
    const values = Object.fromEntries(names.map((name) => [name, 'steal']));
    expect(resolve({ env: values, file: values }).apiKeyCommand).toBeUndefined();
  });

  test('and a key in one profile: which was meant is not guessed', () => {
    const both = { profiles: { default: { ...stored, api_key: 'KEY1' } } };
    expect(failureFrom(() => resolve({ config: both }))).toEqual({
      kind: 'usage',
      message: 'the profile has both api_key and api_key_command',
      hint: 'keep one: telnyx-chat config unset api_key, or config unset api_key_command',
    });
    expect(resolve({ config: both, env: { TELNYX_API_KEY: 'KEY2' } }).apiKey?.value).toBe('KEY2');
  });

  test('is no key for a base URL of a .env', () => {
    expect(
      failureFrom(() => resolve({ config, file: { TELNYX_BASE_URL: 'https://stranger.example' } }))
        .message,
    ).toContain('is refused');
  });
});

describe('trust', () => {
  const url = { TELNYX_BASE_URL: 'https://stranger.example' };
  const hint =
    'a .env could send your key to a stranger; put the key in the same file, or set --base-url or TELNYX_BASE_URL yourself';

  test.each<[string, Parameters<typeof resolve>[0]]>([
    ['a key from the environment', { env: { TELNYX_API_KEY: 'KEY1' }, file: url }],
    [
      'a key from both',
      { env: { TELNYX_API_KEY: 'KEY1' }, file: { ...url, TELNYX_API_KEY: 'KEY2' } },
    ],
    [
      'a key from the profile',
      { config: { profiles: { default: { api_key: 'KEY1' } } }, file: url },
    ],
    ['no key: there may be one of Telnyx itself', { file: url }],
  ])('a base URL of a .env is refused with %s', (_, sources) => {
    expect(failureFrom(() => resolve(sources))).toEqual({
      kind: 'usage',
      message: `TELNYX_BASE_URL from ${ENV_FILE} is refused: the API key does not come from that file`,
      hint,
    });
  });

  test.each<[string, Parameters<typeof resolve>[0], string]>([
    [
      'a key of the same file',
      { file: { ...url, TELNYX_API_KEY: 'KEY1' } },
      'https://stranger.example',
    ],
    [
      'a base URL of the environment',
      { env: { TELNYX_API_KEY: 'KEY1', TELNYX_BASE_URL: 'https://own.example' }, file: url },
      'https://own.example',
    ],
    [
      'a base URL as a flag',
      { flags: { baseUrl: 'https://own.example' }, env: { TELNYX_API_KEY: 'KEY1' }, file: url },
      'https://own.example',
    ],
    [
      'a base URL of the profile and a key of the file',
      {
        config: { profiles: { default: { base_url: 'https://own.example' } } },
        file: { TELNYX_API_KEY: 'KEY1' },
      },
      'https://own.example',
    ],
  ])('%s is fine', (_, sources, expected) => {
    expect(resolve(sources).baseUrl.value).toBe(expected);
  });
});

describe('a base URL', () => {
  test.each([
    ['https://api.telnyx.eu/v2/', 'https://api.telnyx.eu/v2'],
    ['https://api.telnyx.com', 'https://api.telnyx.com'],
    ['HTTPS://API.telnyx.com:443/v2//', 'https://api.telnyx.com/v2'],
    ['http://localhost:4010/v2', 'http://localhost:4010/v2'],
    ['http://127.0.0.1:4010/v2', 'http://127.0.0.1:4010/v2'],
    ['http://127.8.9.1', 'http://127.8.9.1'],
    ['http://127.100.200.255', 'http://127.100.200.255'],
    ['http://0x7f.1', 'http://127.0.0.1'],
    ['http://[::1]:80/v2', 'http://[::1]/v2'],
  ])('%s is %s', (text, expected) => {
    expect(resolve({ flags: { baseUrl: text } }).baseUrl.value).toBe(expected);
  });

  const hint =
    'it should look like https://api.telnyx.com/v2; plain http: is allowed for this machine only';
  const plain = 'plain http: would expose the API key';
  test.each([
    ['http://api.telnyx.com/v2', plain],
    ['http://localhost.example', plain],
    ['http://127.0.0.1.example', plain],
    ['http://nolocalhost', plain],
    ['http://[::ffff:127.0.0.1]', plain],
    ['http://0.0.0.0', plain],
    ['ftp://localhost', 'not http or https'],
    ['localhost:4010/v2', 'not http or https'],
    ['api.telnyx.com/v2', 'not a URL'],
    ['', 'not a URL'],
    ['https://', 'not a URL'],
    ['https://api.telnyx.com/v2?x=1', 'it has a query string or a fragment'],
    ['https://api.telnyx.com/v2#x', 'it has a query string or a fragment'],
  ])('%j is refused: %s', (text, why) => {
    expect(failureFrom(() => resolve({ flags: { baseUrl: text } }))).toEqual({
      kind: 'usage',
      message: `bad base URL ${JSON.stringify(text)}: ${why}`,
      hint,
    });
  });

  test.each([
    [
      'https://me:secret@api.telnyx.com',
      'https://…@api.telnyx.com',
      'it contains a user name or password',
    ],
    [
      'https://me@api.telnyx.com',
      'https://…@api.telnyx.com',
      'it contains a user name or password',
    ],
    ['http://me:secret@api.telnyx.com', 'http://…@api.telnyx.com', plain],
    ['https://me:secret@', 'https://…@', 'not a URL'],
    ['https://me:sec@ret\n@x y', 'https://…@x y', 'it has spaces or line breaks'],
  ])('its login is never shown: %j', (text, shown, why) => {
    expect(failureFrom(() => resolve({ flags: { baseUrl: text } })).message).toBe(
      `bad base URL ${JSON.stringify(shown)}: ${why}`,
    );
  });
});

describe('a value that cannot be right', () => {
  const KEY_HINT =
    'copy the key again from the Telnyx portal, without quotes, spaces or line breaks';
  test.each([
    'KEY 1',
    'KEY\n1',
    'KEY\0',
    'KEYé',
    '"KEY1"',
    "'KEY1'",
    '<KEY>',
    '`KEY`',
    'Bearer KEY1',
  ])('a key like %j, which is not shown', (key) => {
    expect(failureFrom(() => resolve({ env: { TELNYX_API_KEY: key } }))).toEqual({
      kind: 'usage',
      message: 'that does not look like an API key (from environment TELNYX_API_KEY)',
      hint: KEY_HINT,
    });
  });

  const ID_HINT =
    'ids have only letters, digits and - _ . :; copy it from the Telnyx portal or from an earlier reply';
  test.each([
    'a/b',
    '..',
    '.',
    'a b',
    'a\nb',
    'a\0',
    'é',
    '',
    'a?b',
    'a%2fb',
    'x'.repeat(181),
    '-a\u202e',
  ])('an assistant id like %j', (id) => {
    expect(failureFrom(() => resolve({ flags: { assistant: id } }))).toEqual({
      kind: 'usage',
      message: `${JSON.stringify(id)} is not an assistant id`,
      hint: ID_HINT,
    });
  });

  test('says where it is from', () => {
    expect(failureFrom(() => resolve({ file: { TELNYX_ASSISTANT_ID: 'a b' } })).message).toBe(
      `"a b" is not an assistant id (from env-file ${ENV_FILE})`,
    );
    expect(
      failureFrom(() => resolve({ config: { profiles: { default: { assistant_id: 'a b' } } } }))
        .message,
    ).toBe('"a b" is not an assistant id (from profile /c/config.json)');
  });

  test.each(['a/b', '..', 'a b', 'é', '', 'x'.repeat(65), 'a:b', '__proto__', 'constructor'])(
    'a profile like %j',
    (profile) => {
      expect(failureFrom(() => resolve({ flags: { profile } }))).toEqual({
        kind: 'usage',
        message: `${JSON.stringify(profile)} is not a profile name`,
        hint: 'a profile name has up to 64 letters, digits and - _ .',
      });
    },
  );

  test.each(['0', '-1', 'x', '', ' ', '1s', 'NaN', 'Infinity', '86401'])(
    'a timeout like %j',
    (timeout) => {
      expect(failureFrom(() => resolve({ flags: { timeout } }))).toEqual({
        kind: 'usage',
        message: `bad timeout ${JSON.stringify(timeout)}`,
        hint: 'give a number of seconds greater than 0 and at most 86400',
      });
    },
  );

  test.each([
    ['0.0001', 1],
    ['0.5', 500],
    ['86400', 86_400_000],
  ])('but a timeout of %s s is fine', (timeout, ms) => {
    expect(resolve({ flags: { timeout } }).timeoutMs.value).toBe(ms);
  });
});

describe('a value that is missing', () => {
  const env = { TELNYX_API_KEY: 'KEY1' };

  test('the key', () => {
    expect(failureFrom(() => requireKey(resolve({})))).toEqual({
      kind: 'not_configured',
      message: 'TELNYX_API_KEY is required',
      hint: 'run telnyx-chat login, or set it in the environment or a .env file; to try it without an account, use --sandbox',
    });
    expect(requireKey(resolve({ env }))).toBe('KEY1');
  });

  test.each<[string, Parameters<typeof resolve>[0], string]>([
    [
      'nothing',
      {},
      'telnyx-chat assistants list shows your assistants, and assistants use <id> stores one; or give --assistant <id>, or set it in the environment or a .env file',
    ],
    ...['AI_ASSISTANT_ID', 'TELNYX_AI_ASSISTANT_ID'].flatMap(
      (name): [string, Parameters<typeof resolve>[0], string][] => {
        const hint = `${name} is set, but telnyx-chat reads TELNYX_ASSISTANT_ID`;
        return [
          [`${name} in the environment`, { env: { [name]: 'a-1' } }, hint],
          [`${name} in .env`, { file: { [name]: 'a-1' } }, hint],
        ];
      },
    ),
    [
      'an empty other name',
      { env: { AI_ASSISTANT_ID: '' } },
      'telnyx-chat assistants list shows your assistants, and assistants use <id> stores one; or give --assistant <id>, or set it in the environment or a .env file',
    ],
  ])('the assistant, with %s', (_, sources, hint) => {
    expect(failureFrom(() => requireAssistant(resolve(sources)))).toEqual({
      kind: 'not_configured',
      message: 'TELNYX_ASSISTANT_ID is required',
      hint,
    });
  });

  test('is none when it is there', () => {
    const other = { AI_ASSISTANT_ID: 'other' };
    expect(requireAssistant(resolve({ env: { ...other, TELNYX_ASSISTANT_ID: 'a-1' } }))).toBe(
      'a-1',
    );
  });
});

test('settings as rows, without their secret', () => {
  const rows = settingRows(
    resolve({ env: { TELNYX_API_KEY: 'KEY0123456789_secret' }, flags: { timeout: '1.5' } }),
  );
  expect(rows).toEqual([
    { name: 'profile', value: 'default', origin: 'default' },
    { name: 'api_key', value: 'KEY0…et', origin: 'environment TELNYX_API_KEY' },
    { name: 'assistant_id', value: null, origin: null },
    { name: 'base_url', value: 'https://api.telnyx.com/v2', origin: 'default' },
    { name: 'timeout', value: '1.5 s', origin: 'flag --timeout' },
    { name: 'persist', value: 'true', origin: 'default' },
    { name: 'history', value: 'true', origin: 'default' },
    { name: 'stream', value: 'true', origin: 'default' },
    { name: 'wrap', value: 'true', origin: 'default' },
    { name: 'trace', value: null, origin: null },
    { name: 'notify', value: 'true', origin: 'default' },
    { name: 'names', value: 'true', origin: 'default' },
    { name: 'cache', value: 'true', origin: 'default' },
  ]);
  expect(settingRows(resolve({ env: { TELNYX_API_KEY: 'KEY01234567' } }))[1]?.value).toBe('…');
});

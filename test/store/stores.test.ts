import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changedConfig } from '../../src/settings/config-keys.js';
import { readConfig } from '../../src/store/config-file.js';
import { AppError } from '../../src/base/errors.js';
import type { Config, Setting } from '../../src/settings/settings.js';
import { updateConfig } from '../../src/store/config-store.js';
import { readEnvFile } from '../../src/store/env-file.js';
import { openLastConversation } from '../../src/store/last-conversation.js';
import { storePaths } from '../../src/store/paths.js';
import { openTelnyxFile } from '../../src/store/telnyx-file.js';
import { failureFrom, failureOf } from '../helpers/failure.js';
import { stillClock } from '../helpers/still-clock.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const LEFT_HINT = 'mend it or move it away; it was left as it is';
const isRoot = process.getuid?.() === 0;
const isPosix = process.platform !== 'win32';

const guard = { platform: process.platform, warn: () => undefined };

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Runs with a umask that would leave everything open, and with one that would close too much. */
function withUmask(mask: number): void {
  const before = process.umask(mask);
  onTestFinished(() => void process.umask(before));
}

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'config.json');
  writeFileSync(path, text);
  return path;
}

const update = (path: string, change: (config: Config) => Config): Promise<Config> =>
  updateConfig(path, change, { clock: stillClock(), signal: new AbortController().signal });

describe('the config file', () => {
  const setAssistant = (path: string, profile: string, value: string): Promise<Config> =>
    update(path, (config) => changedConfig(config, { name: 'assistant_id', value, profile }));

  test('is empty when there is none', () => {
    const path = join(temporaryFolder(), 'none', 'config.json');
    expect(readConfig(path)).toEqual({ path, profiles: {} });
  });

  test('is empty when a file is in the place of its folder', () => {
    const path = join(fileWith('{}'), 'config.json');
    expect(readConfig(path)).toEqual({ path, profiles: {} });
  });

  test('gives back what was written, profile by profile, and keeps what it does not know', async () => {
    const path = fileWith(
      '\uFEFF{"theme":"dark","path":"x","profiles":{"work":{"api_key":"KEY1","region":"eu"}}}',
    );
    await setAssistant(path, 'work', 'a.b:c');
    await setAssistant(path, 'a.b', 'a-2');
    await update(path, (config) =>
      changedConfig(config, { name: 'persist', value: 'false', profile: 'work' }),
    );
    await update(path, (config) =>
      changedConfig(config, { name: 'base_url', value: 'http://localhost:1/', profile: 'a.b' }),
    );
    await update(path, (config) =>
      changedConfig(config, { name: 'assistant_id', value: undefined, profile: 'a.b' }),
    );
    expect(readConfig(path)).toEqual({
      path,
      theme: 'dark',
      persist: false,
      profiles: {
        work: { api_key: 'KEY1', region: 'eu', assistant_id: 'a.b:c' },
        'a.b': { base_url: 'http://localhost:1' },
      },
    });
  });

  test.runIf(isPosix).each([0o000, 0o022, 0o077])(
    'is for its owner alone, with umask %o',
    async (mask) => {
      const folder = temporaryFolder();
      withUmask(mask);
      const path = join(folder, 'a', 'b', 'config.json');
      await setAssistant(path, 'default', 'a-1');
      expect([path, join(folder, 'a', 'b'), join(folder, 'a')].map(modeOf)).toEqual([
        '600',
        '700',
        '700',
      ]);
    },
  );

  test.runIf(isPosix)('loses rights that are too wide when it is written', async () => {
    const path = fileWith('{"profiles":{"default":{"api_key":"KEY1"}}}');
    chmodSync(path, 0o644);
    await setAssistant(path, 'default', 'a-1');
    expect(modeOf(path)).toBe('600');
  });

  test.each([
    ['half a JSON', '{"profiles":{"def', /is damaged: .*JSON/],
    ['nothing', '', /is damaged: .*JSON/],
    ['a list', '[]', /is damaged: a list in place of an object/],
    ['null', 'null', /is damaged: /],
    ['text', '"x"', /is damaged: /],
    ['the wrong type', '{"persist":"yes"}', /is damaged: /],
    ['a key of the wrong type', '{"profiles":{"default":{"api_key":7}}}', /is damaged: /],
  ])('is named when it is damaged and not written over: %s', async (_, text, message) => {
    const path = fileWith(text);
    const refused = {
      kind: 'usage',
      message: expect.stringMatching(message) as string,
      hint: LEFT_HINT,
    };
    expect(failureFrom(() => readConfig(path))).toEqual(refused);
    expect(await failureOf(setAssistant(path, 'default', 'a-1'))).toEqual(refused);
    expect(failureFrom(() => readConfig(path)).message).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('is named when it is a folder', async () => {
    const path = temporaryFolder();
    const message = `${path} cannot be read: EISDIR: illegal operation on a directory, read`;
    expect(failureFrom(() => readConfig(path))).toEqual({
      kind: 'usage',
      message,
      hint: LEFT_HINT,
    });
    expect((await failureOf(setAssistant(path, 'default', 'a-1'))).message).toBe(message);
  });

  test.skipIf(isRoot || !isPosix)('is named when it may not be read', () => {
    const path = fileWith('{}');
    chmodSync(path, 0o000);
    expect(failureFrom(() => readConfig(path)).message).toContain(`${path} cannot be read: EACCES`);
  });

  test('is named when it cannot be written', async () => {
    const path = join(fileWith('{}'), 'config.json');
    expect(await failureOf(setAssistant(path, 'default', 'a-1'))).toEqual({
      kind: 'usage',
      message: expect.stringMatching(/config\.json cannot be written: E(NOTDIR|EXIST)/) as string,
      hint: 'check who may write there, and that the disk is not full',
    });
  });
});

test('a lock that a killed program left is taken over after 5 seconds, and one in use is waited for', async () => {
  const path = fileWith('{}');
  const lock = `${path}.lock`;
  writeFileSync(lock, '');
  const clock = stillClock();
  const { signal } = new AbortController();
  await updateConfig(path, (config) => config, { clock, signal });
  expect(clock.sleeps.reduce((sum, ms) => sum + ms)).toBeGreaterThanOrEqual(5_000);
  expect(existsSync(lock)).toBe(false);
  writeFileSync(lock, '');
  const stop = new AbortController();
  const waits = { clock, signal: stop.signal };
  stop.abort(new AppError('interrupted', 'interrupted'));
  expect((await failureOf(updateConfig(path, (config) => config, waits))).kind).toBe('interrupted');
  expect(existsSync(lock)).toBe(true);
});

test.skipIf(process.platform !== 'linux')(
  'a folder where there can be none is an error, not a wait without end',
  async () => {
    const path = '/proc/none/deep/config.json';
    expect((await failureOf(update(path, (config) => config))).message).toMatch(
      /^\/proc\/none\/deep\/config\.json cannot be written: E/,
    );
  },
);

describe('the last conversation', () => {
  let count = 0;
  const open = (folder: string, profile: string, assistantId: string) =>
    openLastConversation(folder, { profile, assistantId, randomId: () => `id-${++count}`, guard });

  test('is remembered for each profile and assistant', () => {
    const folder = temporaryFolder();
    const pairs = [
      ['default', 'a'],
      ['default', 'b'],
      ['work', 'a'],
      ['a.b', 'c'],
      ['a', 'b.c'],
      ['a', 'b:c'],
      ['a', 'b_c'],
      ['x'.repeat(64), ':'.repeat(180)],
      ['x'.repeat(64), `${':'.repeat(179)}.`],
    ] as const;
    pairs.forEach(([profile, id], index) => open(folder, profile, id).write(`c-${index}`));
    expect(pairs.map(([profile, id]) => open(folder, profile, id).read())).toEqual(
      pairs.map((_, index) => `c-${index}`),
    );
    expect(
      readdirSync(join(folder, 'last-conversation')).filter((name) => /[:/\\]|\.tmp$/.test(name)),
    ).toEqual([]);
    expect(open(folder, 'other', 'a').read()).toBeUndefined();
  });

  test.skipIf(!isPosix)('takes away rights that others have, and says so', () => {
    const folder = temporaryFolder();
    const told: string[] = [];
    const last = openLastConversation(folder, {
      profile: 'p',
      assistantId: 'a',
      randomId: () => 'id-1',
      guard: { platform: process.platform, warn: (line) => told.push(line) },
    });
    last.write('c-1');
    const path = join(folder, 'last-conversation', 'p~a.json');
    for (const each of [folder, join(folder, 'last-conversation')]) chmodSync(each, 0o750);
    chmodSync(path, 0o640);
    last.write('c-1');
    expect([folder, join(folder, 'last-conversation'), path].map(modeOf)).toEqual([
      '700',
      '700',
      '600',
    ]);
    expect(told).toEqual([
      `others had rights to ${folder} (750): now it is yours alone (700)`,
      `others had rights to ${folder}/last-conversation (750): now it is yours alone (700)`,
      `others had rights to ${path} (640): now it is yours alone (600)`,
    ]);
  });

  test('is replaced as a whole, and not written when it is the same', () => {
    const folder = temporaryFolder();
    const last = open(folder, 'default', 'a');
    last.write('c-1');
    const [name = ''] = readdirSync(join(folder, 'last-conversation'));
    const before = statSync(join(folder, 'last-conversation', name)).ino;
    last.write('c-1');
    expect(statSync(join(folder, 'last-conversation', name)).ino).toBe(before);
    last.write('c-2');
    expect(last.read()).toBe('c-2');
    expect(readdirSync(join(folder, 'last-conversation'))).toEqual(['default~a.json']);
  });

  test.runIf(isPosix)('is for its owner alone', () => {
    const folder = join(temporaryFolder(), 'state');
    withUmask(0);
    open(folder, 'default', 'a').write('c-1');
    const inner = join(folder, 'last-conversation');
    expect([folder, inner, join(inner, 'default~a.json')].map(modeOf)).toEqual([
      '700',
      '700',
      '600',
    ]);
  });

  test.each([
    '{"conversation_id":',
    '',
    '[]',
    '{}',
    '{"conversation_id":""}',
    '{"conversation_id":7}',
  ])('is named when it is damaged, and not written over: %j', (text) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'last-conversation'));
    const path = join(folder, 'last-conversation', 'default~a.json');
    writeFileSync(path, text);
    const last = open(folder, 'default', 'a');
    const refused = {
      kind: 'usage',
      message: expect.stringContaining(`${path} is damaged: `) as string,
      hint: LEFT_HINT,
    };
    expect(failureFrom(() => last.read())).toEqual(refused);
    expect(failureFrom(() => last.write('c-1'))).toEqual(refused);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('that cannot be written leaves nothing behind', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'last-conversation', 'default~a.json', 'x'), { recursive: true });
    const last = open(folder, 'default', 'a');
    expect(failureFrom(() => last.write('c-1')).message).toContain('cannot be read: EISDIR');
    expect(readdirSync(join(folder, 'last-conversation'))).toEqual(['default~a.json']);
    expect(failureFrom(() => open(fileWith('{}'), 'default', 'a').write('c-1')).message).toContain(
      'cannot be written: E',
    );
  });
});

describe('.env', () => {
  test('is read where we are', async () => {
    const folder = temporaryFolder();
    const path = join(folder, '.env');
    writeFileSync(
      path,
      '\uFEFFTELNYX_API_KEY="KEY1" # mine\nexport TELNYX_ASSISTANT_ID=a-1\r\nbroken\n',
    );
    expect(await readEnvFile(folder, undefined)).toEqual({
      path,
      values: { TELNYX_API_KEY: 'KEY1', TELNYX_ASSISTANT_ID: 'a-1' },
    });
    expect(process.env['TELNYX_API_KEY']).toBeUndefined();
  });

  test('may be missing, or be a folder', async () => {
    const folder = temporaryFolder();
    expect(await readEnvFile(folder, undefined)).toBeUndefined();
    mkdirSync(join(folder, '.env'));
    expect(await readEnvFile(folder, undefined)).toBeUndefined();
  });

  test('may not be missing or a folder when it is named', async () => {
    const folder = temporaryFolder();
    expect(await failureOf(readEnvFile(folder, 'my.env'))).toEqual({
      kind: 'usage',
      message: `${join(folder, 'my.env')} does not exist`,
      hint: 'check --dotenv',
    });
    mkdirSync(join(folder, 'my.env'));
    expect(await failureOf(readEnvFile(folder, 'my.env'))).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(
        `${join(folder, 'my.env')} cannot be read: EISDIR`,
      ) as string,
    });
  });

  test('is named from anywhere', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'my.env');
    writeFileSync(path, 'A=1');
    expect(await readEnvFile('/nowhere', path)).toEqual({ path, values: { A: '1' } });
    expect(await readEnvFile(folder, './my.env')).toEqual({ path, values: { A: '1' } });
  });

  test('must be text', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.env'), Buffer.from('\uFEFFTELNYX_API_KEY=KEY1', 'utf16le'));
    expect(await failureOf(readEnvFile(folder, undefined))).toEqual({
      kind: 'usage',
      message: `${join(folder, '.env')} is not UTF-8 text`,
      hint: 'save it as UTF-8',
    });
  });

  test.skipIf(isRoot || !isPosix)('is named when it may not be read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.env'), 'A=1', { mode: 0o000 });
    expect((await failureOf(readEnvFile(folder, undefined))).message).toContain(
      'cannot be read: EACCES',
    );
  });
});

describe("Telnyx's own file", () => {
  const standard = { value: 'default', origin: { source: 'default', detail: '' } } as const;
  const named = (value: string) => ({ value, origin: { source: 'flag', detail: '' } }) as const;

  function home(text: string): string {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.config', 'telnyx'), { recursive: true });
    writeFileSync(join(folder, '.config', 'telnyx', 'config.json'), text);
    return folder;
  }
  const profiles = {
    default: { apiKey: ' KEY1 ' },
    work: { apiKey: 'KEY2' },
    odd: null,
    empty: {},
    other: { apiKey: 7 },
  };

  test.each<[string, object, Setting<string>, string | undefined]>([
    ['the default profile', { profiles }, standard, 'KEY1'],
    ['the default profile by its name', { profiles, defaultProfile: 'work' }, standard, 'KEY2'],
    ['the named profile', { profiles, defaultProfile: 'work' }, named('default'), 'KEY1'],
    ['an unknown profile', { profiles }, named('home'), undefined],
    ['a profile without a key', { profiles }, named('empty'), undefined],
    ['a profile of another shape', { profiles }, named('odd'), undefined],
    ['a key of another type', { profiles }, named('other'), undefined],
    ['no profile of its own', { profiles }, named('toString'), undefined],
    ['no profiles', {}, standard, undefined],
    ['another shape', { profiles: 7, defaultProfile: 8 }, standard, undefined],
  ])('%s', (_, file, profile, key) => {
    const folder = home(JSON.stringify(file));
    const detail = join(folder, '.config', 'telnyx', 'config.json');
    const before = readFileSync(detail, 'utf8');
    expect(openTelnyxFile(folder).key(profile)).toEqual(
      key && { value: key, origin: { source: 'telnyx', detail } },
    );
    expect(readFileSync(detail, 'utf8')).toBe(before);
  });

  test('may be missing but not damaged', () => {
    expect(openTelnyxFile(temporaryFolder()).key(standard)).toBeUndefined();
    expect(failureFrom(() => openTelnyxFile(home('{"prof')).key(standard))).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('/.config/telnyx/config.json is damaged: ') as string,
    });
  });
});

describe('places', () => {
  test.each<[string, Partial<Parameters<typeof storePaths>[0]>, string, string]>([
    ['a home', {}, '/h/.config/telnyx-chat/config.json', '/h/.local/state/telnyx-chat'],
    [
      'XDG',
      { env: { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' } },
      '/c/telnyx-chat/config.json',
      '/s/telnyx-chat',
    ],
    [
      'XDG that is empty or relative',
      { env: { XDG_CONFIG_HOME: '', XDG_STATE_HOME: 'state' } },
      '/h/.config/telnyx-chat/config.json',
      '/h/.local/state/telnyx-chat',
    ],
    [
      'one of our own before all others',
      {
        env: { TELNYX_CHAT_CONFIG_DIR: '/o', XDG_CONFIG_HOME: '/c', APPDATA: '/a' },
        platform: 'win32',
      },
      '/o/config.json',
      '/o/state',
    ],
    [
      'an empty one of our own',
      { env: { TELNYX_CHAT_CONFIG_DIR: '' } },
      '/h/.config/telnyx-chat/config.json',
      '/h/.local/state/telnyx-chat',
    ],
    [
      'Windows',
      { env: { APPDATA: '/a', XDG_CONFIG_HOME: '/c' }, platform: 'win32' },
      '/a/telnyx-chat/config.json',
      '/a/telnyx-chat/state',
    ],
    [
      'Windows without APPDATA',
      { env: { APPDATA: '' }, platform: 'win32' },
      '/h/AppData/Roaming/telnyx-chat/config.json',
      '/h/AppData/Roaming/telnyx-chat/state',
    ],
    [
      'macOS',
      { env: { APPDATA: '/a' }, platform: 'darwin' },
      '/h/.config/telnyx-chat/config.json',
      '/h/.local/state/telnyx-chat',
    ],
  ])('%s', (_, place, config, state) => {
    expect(storePaths({ env: {}, home: '/h', platform: 'linux', ...place })).toEqual({
      config,
      state,
    });
  });
});

test('reading leaves nothing behind', () => {
  const folder = temporaryFolder();
  readConfig(join(folder, 'a', 'config.json'));
  openLastConversation(join(folder, 'b'), {
    profile: 'p',
    assistantId: 'a',
    randomId: () => '1',
    guard,
  }).read();
  expect([existsSync(join(folder, 'a')), existsSync(join(folder, 'b'))]).toEqual([false, false]);
});

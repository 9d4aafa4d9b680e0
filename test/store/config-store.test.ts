import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changedConfig } from '../../src/settings/config.js';
import { readConfig } from '../../src/store/settings-files.js';
import { AppError } from '../../src/base/errors.js';
import type { Config } from '../../src/settings/settings.js';
import { updateConfig } from '../../src/store/config-store.js';
import { failureFrom, failureOf } from '../helpers/failure.js';
import { stillClock } from '../helpers/still-clock.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const LEFT_HINT = 'fix it or move it away; it was left unchanged';

const isRoot = process.getuid?.() === 0;

const isPosix = process.platform !== 'win32';

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
    ['half a JSON', '{"profiles":{"def', 'not valid JSON in line 1'],
    ['nothing', '', 'not valid JSON'],
    ['a list', '[]', 'a list instead of an object'],
    ['null', 'null', 'its value should be Object'],
    ['text', '"x"', 'its value should be Object'],
    ['the wrong type', '{"persist":"yes"}', 'persist should be boolean'],
    [
      'a key of the wrong type',
      '{"profiles":{"default":{"api_key":7}}}',
      'profiles.default.api_key should be string',
    ],
    // What it has may be a key: no message repeats it.
    ['a key', '{"profiles":{"default":"KEY019_a"}}', 'profiles.default should be Object'],
    ['a key without quotes', '{"profiles":{"default":{"api_key":KEY019"}}}', 'not valid JSON'],
    ['a comma too many', '{\n"persist": true,\n}', 'not valid JSON in line 3'],
  ])('is named when it is damaged and not written over: %s', async (_, text, reason) => {
    const path = fileWith(text);
    const refused = { kind: 'usage', message: `${path} is damaged: ${reason}`, hint: LEFT_HINT };
    expect(failureFrom(() => readConfig(path))).toEqual(refused);
    expect(await failureOf(setAssistant(path, 'default', 'a-1'))).toEqual(refused);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test.runIf(process.getuid?.() === 0)("is none in another user's home folder", () => {
    const path = fileWith('{"persist":false}');
    process.seteuid!(12_345);
    try {
      expect(readConfig(path)).toEqual({ path, profiles: {} });
    } finally {
      process.seteuid!(0);
    }
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
      hint: 'check the permissions, and that the disk is not full',
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

import { mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Setting } from '../../src/settings/settings.js';
import { readEnvFile, type InputPlace, openTelnyxFile } from '../../src/store/settings-files.js';
import { failureOf, failureFrom } from '../helpers/failure.js';
import { stillClock } from '../helpers/still-clock.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const placeIn = (cwd: string): InputPlace => ({
  ...{ cwd, home: undefined },
  ...{ clock: stillClock(), signal: new AbortController().signal },
});

const isRoot = process.getuid?.() === 0;

const isPosix = process.platform !== 'win32';

describe('.env', () => {
  test('is read where we are', async () => {
    const folder = temporaryFolder();
    const path = join(folder, '.env');
    writeFileSync(
      path,
      '\uFEFFTELNYX_API_KEY="KEY1" # mine\nexport TELNYX_ASSISTANT_ID=a-1\r\nbroken\n',
    );
    expect(await readEnvFile(undefined, placeIn(folder))).toEqual({
      path,
      values: { TELNYX_API_KEY: 'KEY1', TELNYX_ASSISTANT_ID: 'a-1' },
    });
    expect(process.env['TELNYX_API_KEY']).toBeUndefined();
  });

  test('may be missing, or be a folder', async () => {
    const folder = temporaryFolder();
    expect(await readEnvFile(undefined, placeIn(folder))).toBeUndefined();
    mkdirSync(join(folder, '.env'));
    expect(await readEnvFile(undefined, placeIn(folder))).toBeUndefined();
  });

  test('may not be missing or a folder when it is named', async () => {
    const folder = temporaryFolder();
    expect(await failureOf(readEnvFile('my.env', placeIn(folder)))).toEqual({
      kind: 'usage',
      message: `${join(folder, 'my.env')} does not exist`,
      hint: 'check --dotenv',
    });
    mkdirSync(join(folder, 'my.env'));
    expect(await failureOf(readEnvFile('my.env', placeIn(folder)))).toMatchObject({
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
    expect(await readEnvFile(path, placeIn('/nowhere'))).toEqual({ path, values: { A: '1' } });
    expect(await readEnvFile('./my.env', placeIn(folder))).toEqual({ path, values: { A: '1' } });
  });

  test('must be text', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.env'), Buffer.from('\uFEFFTELNYX_API_KEY=KEY1', 'utf16le'));
    expect(await failureOf(readEnvFile(undefined, placeIn(folder)))).toEqual({
      kind: 'usage',
      message: `${join(folder, '.env')} is not UTF-8 text`,
      hint: 'save it as UTF-8',
    });
  });

  test.skipIf(isRoot || !isPosix)('is named when it may not be read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.env'), 'A=1', { mode: 0o000 });
    expect((await failureOf(readEnvFile(undefined, placeIn(folder)))).message).toContain(
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

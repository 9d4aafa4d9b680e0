import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvFile, type InputPlace } from '../../src/store/env-file.js';
import { failureOf } from '../helpers/failure.js';
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

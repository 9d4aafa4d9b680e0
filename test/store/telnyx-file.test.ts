import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Setting } from '../../src/settings/settings.js';
import { openTelnyxFile } from '../../src/store/config-file.js';
import { failureFrom } from '../helpers/failure.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

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

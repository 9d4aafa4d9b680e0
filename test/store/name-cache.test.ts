import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNameCache, type KeptName } from '../../src/store/name-cache.js';
import { findCacheFolder, type StorePathOptions } from '../../src/store/paths.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const PLACE: StorePathOptions = { env: {}, home: '/h', platform: 'linux' };

describe('the cache folder', () => {
  it.each<[string, Partial<StorePathOptions>, string | undefined]>([
    ['XDG', { env: { XDG_CACHE_HOME: '/c' } }, '/c/telnyx-chat'],
    ['relative XDG', { env: { XDG_CACHE_HOME: 'c' } }, '/h/.cache/telnyx-chat'],
    ['one of our own', { env: { TELNYX_CHAT_CONFIG_DIR: '~/o' } }, '/h/o/cache'],
    ['macOS', { platform: 'darwin' }, '/h/Library/Caches/telnyx-chat'],
    ['Windows', { platform: 'win32', env: { LOCALAPPDATA: '/l' } }, '/l/telnyx-chat/cache'],
    ['Windows without one', { platform: 'win32' }, undefined],
    ['no home', { home: undefined }, undefined],
  ])('%s', (_, place, folder) => {
    expect(findCacheFolder({ ...PLACE, ...place })?.[1]).toBe(folder);
  });
});

describe('the cache of names', () => {
  const open = (base: string, uid = process.geteuid?.()) =>
    openNameCache({
      ...PLACE,
      env: { TELNYX_CHAT_CONFIG_DIR: base },
      uid,
      randomId: () => crypto.randomUUID(),
    });
  const name = (words: string): KeptName => [words, '2026-01-01T00:00:00Z'];

  it('keeps the latest 2,000 names, and what another process adds', () => {
    const base = temporaryFolder();
    const [one, other] = [open(base), open(base)];
    one.change(new Map([['first', name('1')]]));
    other.change(new Map([['second', name('2')]]));
    expect([...one.read().keys()]).toEqual(['first', 'second']);
    one.change(new Map(Array.from({ length: 1_999 }, (_, index) => [`n${index}`, name('n')])));
    const kept = one.read();
    expect([kept.size, kept.has('first'), kept.has('second')]).toEqual([2_000, false, true]);
    one.change(new Map([['second', undefined]]));
    expect(one.read().has('second')).toBe(false);
  });

  it.runIf(process.platform !== 'win32')('is nowhere where others could change it', () => {
    const base = temporaryFolder();
    open(base, 4_711).change(new Map([['a', name('a')]]));
    expect(readdirSync(base)).toEqual([]);
    mkdirSync(join(base, 'cache'));
    writeFileSync(join(base, 'cache', 'first-words.json'), '{"names":{"a":["boo",""]}}');
    expect(open(base).read().size).toBe(1);
    chmodSync(join(base, 'cache'), 0o777);
    expect(open(base).read().size).toBe(0);
    open(base).remove();
    expect(readdirSync(join(base, 'cache'))).toEqual(['first-words.json']);
  });
});

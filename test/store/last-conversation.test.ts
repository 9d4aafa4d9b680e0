import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLastConversation } from '../../src/store/last-conversation.js';
import { failureFrom } from '../helpers/failure.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const LEFT_HINT = 'fix it or move it away; it was left unchanged';

const isPosix = process.platform !== 'win32';

const guard = { platform: process.platform, uid: process.geteuid?.(), warn: () => undefined };

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

describe('the last conversation', () => {
  let count = 0;
  const open = (folder: string, profile: string, assistantId: string) =>
    openLastConversation(() => folder, {
      profile,
      assistantId,
      randomId: () => `id-${++count}`,
      guard,
    });

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
    const last = openLastConversation(() => folder, {
      profile: 'p',
      assistantId: 'a',
      randomId: () => 'id-1',
      guard: { ...guard, warn: (line) => told.push(line) },
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
      `${folder} was accessible to other users (750); it is now private (700)`,
      `${folder}/last-conversation was accessible to other users (750); it is now private (700)`,
      `${path} was accessible to other users (640); it is now private (600)`,
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
  ])('is named when it is damaged, until the next one is stored: %j', (text) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'last-conversation'));
    const path = join(folder, 'last-conversation', 'default~a.json');
    writeFileSync(path, text);
    const last = open(folder, 'default', 'a');
    expect(failureFrom(() => last.read())).toEqual({
      kind: 'usage',
      message: expect.stringContaining(`${path} is damaged: `) as string,
      hint: LEFT_HINT,
    });
    last.write('c-1');
    expect(last.read()).toBe('c-1');
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

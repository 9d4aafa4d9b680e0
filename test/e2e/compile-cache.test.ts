import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, builtProgram } from '../helpers/built-program.js';
import { temporaryFolder } from '../helpers/run-cli.js';

/** Node 22.1 and later obey NODE_COMPILE_CACHE. */
const hasOwnCache = 'enableCompileCache' in module;
const SOURCE_BYTES = statSync(join(BIN, '../../dist/entry.cjs')).size;
const HELP = expect.objectContaining({ code: 0, stderr: '' });

function run(home: string, env: Record<string, string> = {}): ReturnType<typeof builtProgram> {
  return builtProgram(['--help'], { home, env });
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** The folder of this Node's code, and the file of what every command loads. */
function keptIn(home: string): { folder: string; file: string } {
  const cache = join(home, '.cache/telnyx-chat');
  const folder = join(cache, readdirSync(cache)[0] ?? '');
  return { folder, file: join(folder, 'entry.cjs') };
}

describe.skipIf(process.platform !== 'linux')('compiled code', () => {
  it.each([
    ['.cache/telnyx-chat', () => ({})],
    ['.cache/telnyx-chat', () => ({ XDG_CACHE_HOME: 'relative' })],
    ['elsewhere/telnyx-chat', (home: string) => ({ XDG_CACHE_HOME: join(home, 'elsewhere') })],
    ['settings/cache', (home: string) => ({ TELNYX_CHAT_CONFIG_DIR: join(home, 'settings') })],
  ])('is kept in %s, for its owner alone', async (path, envFor) => {
    const home = temporaryFolder();
    for (const name of ['elsewhere', 'settings']) mkdirSync(join(home, name), { mode: 0o700 });
    expect(await run(home, envFor(home))).toEqual(HELP);
    expect(modeOf(join(home, path))).toBe(0o700);
    const [folder = ''] = readdirSync(join(home, path));
    const [file = ''] = readdirSync(join(home, path, folder));
    const kept = join(home, path, folder, file);
    expect(modeOf(kept)).toBe(0o600);
    const { mtimeMs } = statSync(kept);
    expect(await run(home, envFor(home))).toEqual(HELP);
    expect(statSync(kept).mtimeMs).toBe(mtimeMs);
  });

  it.skipIf(!hasOwnCache)('is kept where NODE_COMPILE_CACHE says', async () => {
    const home = temporaryFolder();
    const folder = join(home, 'own');
    expect(await run(home, { NODE_COMPILE_CACHE: folder })).toEqual(HELP);
    expect(readdirSync(home)).toEqual(['own']);
  });

  it('is kept again when a command loads more, which runs more of the rest', async () => {
    const home = temporaryFolder();
    await run(home);
    const { folder, file } = keptIn(home);
    const { size } = statSync(file);
    const chatted = await builtProgram(['send', '--sandbox', 'my name is Ada'], { home });
    expect(chatted).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toContain('turn.cjs');
    expect(statSync(file).size).toBeGreaterThan(size);
  });

  it('is kept for all commands by one that changes flags of V8', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'a.chat'), '== greets\n> hello\n? says hello\n');
    const tested = await builtProgram(['test', '--sandbox', 'a.chat'], { home });
    expect(tested).toMatchObject({ code: 0 });
    const { file } = keptIn(home);
    const { mtimeMs } = statSync(file);
    expect(await run(home)).toEqual(HELP);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });

  it('is removed when it is of a file that the program no longer has', async () => {
    const home = temporaryFolder();
    await run(home);
    const { folder } = keptIn(home);
    const stale = ['old-ABCDEFGH.cjs', 'entry.cjs.1'].map((name) => join(folder, name));
    for (const path of stale) writeFileSync(path, '');
    await builtProgram(['send', '--sandbox', 'my name is Ada'], { home });
    expect(stale.filter((path) => existsSync(path))).toEqual([]);
  });

  it.each([
    ['cut off', (kept: Buffer) => kept.subarray(0, -1000)],
    ['of another source', (kept: Buffer) => Buffer.concat([Buffer.from(' '), kept])],
    ['empty', () => Buffer.alloc(0)],
    [
      'damaged in the middle',
      (kept: Buffer) => kept.fill(1, (kept.length >> 1) - 9000, kept.length >> 1),
    ],
    ['damaged at the end', (kept: Buffer) => kept.fill(1, kept.length - 9000)],
    ['without any code', (kept: Buffer) => kept.fill(0, SOURCE_BYTES)],
  ])('is not used where it is %s', async (_, damage) => {
    const home = temporaryFolder();
    await run(home);
    const { file } = keptIn(home);
    const damaged = damage(readFileSync(file));
    writeFileSync(file, damaged);
    expect(await run(home)).toEqual(HELP);
    expect(readFileSync(file).equals(damaged)).toBe(false);
    const { mtimeMs } = statSync(file);
    expect(await run(home)).toEqual(HELP);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });
});

describe('no compiled code is kept', () => {
  it.each([
    ['for --version', ['--version'], {}],
    ['with NODE_DISABLE_COMPILE_CACHE', ['--help'], { NODE_DISABLE_COMPILE_CACHE: '1' }],
    ['in a folder that is not there', ['--help'], { XDG_CACHE_HOME: '/nowhere' }],
    ['without a home', ['--help'], { HOME: '' }],
  ])('%s', async (_, argv, env) => {
    const home = temporaryFolder();
    expect(await builtProgram(argv, { home, env })).toEqual(HELP);
    expect(readdirSync(home)).toEqual([]);
  });

  it('in a home where it cannot be written', async () => {
    const home = temporaryFolder();
    // Even root cannot make a folder below a device.
    expect(await run(home, { HOME: '/dev/null' })).toEqual(HELP);
  });

  it('in a home where a file has its name', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, '.cache'), '');
    expect(await run(home)).toEqual(HELP);
    expect(readdirSync(home)).toEqual(['.cache']);
  });

  it.skipIf(process.platform === 'win32')('where others can write', async () => {
    const home = temporaryFolder();
    const cache = join(home, '.cache/telnyx-chat');
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, 0o777);
    expect(await run(home)).toEqual(HELP);
    expect(readdirSync(cache)).toEqual([]);
    chmodSync(home, 0o777);
    chmodSync(cache, 0o700);
    expect(await run(home)).toEqual(HELP);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('where it cannot be written, and leaves no part of a file', async () => {
    const home = temporaryFolder();
    await run(home);
    const { folder, file } = keptIn(home);
    rmSync(file);
    mkdirSync(join(file, 'in the way'), { recursive: true });
    expect(await run(home)).toEqual(HELP);
    expect(readdirSync(folder)).toEqual(['entry.cjs']);
  });

  it.skipIf(process.getuid?.() !== 0)("in somebody else's home", async () => {
    const { chownSync } = await import('node:fs');
    const home = temporaryFolder();
    chownSync(home, 1, 1);
    expect(await run(home)).toEqual(HELP);
    expect(existsSync(join(home, '.cache'))).toBe(false);
  });
});

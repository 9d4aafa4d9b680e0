import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, readEnvFile, readTokenFile } from '../../src/store/settings-files.js';
import { updateConfig } from '../../src/store/config-store.js';
import { InputHistory } from '../../src/store/input-history.js';
import { openLastConversation } from '../../src/store/last-conversation.js';
import { locate, storePaths } from '../../src/store/paths.js';
import { keepPrivate } from '../../src/store/private-files.js';
import type { Config } from '../../src/settings/settings.js';
import { failureFrom, failureOf } from '../helpers/failure.js';
import { stillClock } from '../helpers/still-clock.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const isRoot = process.geteuid?.() === 0;
const isPosix = process.platform !== 'win32';
const isLinux = process.platform === 'linux';
/** Only root can make a device of its own: with the system's, a fault would break the machine. */
const withDevices = isLinux && isRoot;

const LEFT_HINT = 'fix it or move it away; it was left unchanged';
const OTHERS_HINT =
  'nothing was changed: move it away, or set TELNYX_CHAT_CONFIG_DIR to a folder of yours';

const waits = () => ({ clock: stillClock(), signal: new AbortController().signal });
const place = (cwd: string) => ({ cwd, home: '/home/ada', ...waits() });
const modeOf = (path: string): string => (fs.statSync(path).mode & 0o7777).toString(8);

function made(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function fifo(folder: string, name = 'pipe'): string {
  const path = join(folder, name);
  made('mkfifo', path);
  return path;
}

/** A device such as /dev/null or /dev/zero, which no other program uses. */
function device(folder: string, minor: 'null' | 'zero'): string {
  const path = join(folder, minor);
  made('mknod', '-m', '666', path, 'c', '1', minor === 'null' ? '3' : '5');
  return path;
}

function file(folder: string, name: string, text: string | Buffer = 'text', mode = 0o644): string {
  const path = join(folder, name);
  fs.writeFileSync(path, text);
  fs.chmodSync(path, mode);
  return path;
}

function subfolder(folder: string, name: string, mode = 0o755): string {
  const path = join(folder, name);
  fs.mkdirSync(path);
  fs.chmodSync(path, mode);
  return path;
}

function link(target: string, folder: string, name: string): string {
  const path = join(folder, name);
  fs.symlinkSync(target, path);
  return path;
}

/** Of another user, where we can make it so. */
function foreign(path: string): string {
  fs.chownSync(path, 54_321, 54_321);
  return path;
}

function warningsOf(...paths: string[]): string[] {
  const told: string[] = [];
  const guard = { platform: process.platform, uid: process.geteuid?.() };
  keepPrivate(paths, { ...guard, warn: (line) => void told.push(line) });
  return told;
}

describe.runIf(isPosix)('rights of others', () => {
  const REPORTED = 'it was left so, as it is a link or not yours alone';

  it('are taken from a file and a folder of ours; sticky and set-id bits stay', () => {
    const folder = temporaryFolder();
    const shared = subfolder(folder, 'shared', 0o3777);
    const own = file(shared, 'config.json', '{}', 0o4644);
    expect(warningsOf(shared, own)).toEqual([
      `${shared} was accessible to other users (3777); it is now private (3700)`,
      `${own} was accessible to other users (4644); it is now private (4600)`,
    ]);
    expect([modeOf(shared), modeOf(own)]).toEqual(['3700', '4600']);
    expect(warningsOf(shared, own)).toEqual([]);
  });

  it('are only reported through a link, to a file, to a folder, or in a folder above', () => {
    const folder = temporaryFolder();
    const others = subfolder(folder, 'others', 0o2755);
    const theirs = file(others, 'config.json');
    const linked = link(others, folder, 'telnyx-chat');
    const through = join(linked, 'config.json');
    const direct = link(theirs, folder, 'direct.json');
    expect(warningsOf(linked, through, direct)).toEqual([
      `${linked} is accessible to other users (2755); ${REPORTED}`,
      `${through} is accessible to other users (644); ${REPORTED}`,
      `${direct} is accessible to other users (644); ${REPORTED}`,
    ]);
    expect([modeOf(others), modeOf(theirs)]).toEqual(['2755', '644']);
  });

  it('are only reported of a file that has another name too', () => {
    const folder = temporaryFolder();
    const theirs = file(folder, 'theirs');
    const ours = join(folder, 'config.json');
    fs.linkSync(theirs, ours);
    expect(warningsOf(ours)).toEqual([`${ours} is accessible to other users (644); ${REPORTED}`]);
    expect(modeOf(theirs)).toBe('644');
  });

  it.runIf(isRoot)('are only reported of what belongs to another user', () => {
    const folder = temporaryFolder();
    const theirs = foreign(subfolder(folder, 'theirs'));
    expect(warningsOf(theirs)).toEqual([
      `${theirs} is accessible to other users (755); ${REPORTED}`,
    ]);
    expect(modeOf(theirs)).toBe('755');
  });

  it('are no matter of a pipe, a dangling link, a loop of links, or nothing', () => {
    const folder = temporaryFolder();
    const pipe = fifo(folder);
    fs.chmodSync(pipe, 0o666);
    const paths = [pipe, link('nowhere', folder, 'dangling'), link('loop', folder, 'loop')];
    expect(warningsOf(...paths, join(folder, 'none'))).toEqual([]);
    expect(modeOf(pipe)).toBe('666');
  });

  it.runIf(withDevices)('are no matter of a device, direct or through a link', () => {
    const folder = temporaryFolder();
    const nothing = device(folder, 'null');
    const linked = link(nothing, folder, 'input-history.jsonl');
    expect(warningsOf(nothing, linked)).toEqual([]);
    expect(modeOf(nothing)).toBe('666');
  });
});

describe.runIf(isPosix)('the config file', () => {
  const set = (path: string): Promise<Config> =>
    updateConfig(path, (config) => ({ ...config, history: false }), waits());
  const stored = { profiles: {}, history: false };

  it('is refused when it is a pipe', async () => {
    const path = fifo(temporaryFolder(), 'config.json');
    const refused = { kind: 'usage', message: `${path} is a pipe, not a file`, hint: LEFT_HINT };
    expect(failureFrom(() => readConfig(path))).toEqual(refused);
    expect(await failureOf(set(path))).toEqual(refused);
    expect(fs.lstatSync(path).isFIFO()).toBe(true);
  });

  it.runIf(withDevices)('is refused when it is a device, one without end too', async () => {
    const folder = temporaryFolder();
    for (const kind of ['null', 'zero'] as const) {
      const path = device(folder, kind);
      const { message } = await failureOf(set(path));
      expect(message).toBe(`${path} is a device, not a file`);
      expect(fs.lstatSync(path).isCharacterDevice()).toBe(true);
    }
  });

  it.runIf(isLinux)(
    'is empty when it is linked to /dev/null, and never written there',
    async () => {
      const path = link('/dev/null', temporaryFolder(), 'config.json');
      expect(readConfig(path)).toEqual({ path, profiles: {} });
      expect((await failureOf(set(path))).message).toMatch(
        /^.*config\.json is a device, not a file$/,
      );
      expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
    },
  );

  it('is written at the end of a link, which need not exist; the link stays', async () => {
    const folder = temporaryFolder();
    const dotfiles = subfolder(folder, 'dotfiles');
    for (const name of ['there.json', 'not-yet']) {
      const target = join(dotfiles, name);
      if (name === 'there.json') fs.writeFileSync(target, '{}');
      const path = link(target, folder, `to-${name}`);
      await set(path);
      expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
      expect(JSON.parse(fs.readFileSync(target, 'utf8'))).toEqual(stored);
    }
    expect(fs.readdirSync(dotfiles)).toEqual(['not-yet', 'there.json']);
  });

  it.runIf(isRoot)('is not written where a link leads to what is another user\u2019s', async () => {
    const folder = temporaryFolder();
    const theirs = foreign(subfolder(folder, 'theirs'));
    const file1 = foreign(file(theirs, 'config.json', '{}'));
    const paths: [string, string, string][] = [
      [link(file1, folder, 'to-file'), 'to-file', 'file'],
      [join(link(theirs, folder, 'to-folder'), 'config.json'), 'to-folder', 'folder'],
      [join(link(theirs, folder, 'new'), 'other.json'), 'new', 'folder'],
      [link(join(theirs, 'none'), folder, 'dangling'), 'dangling', 'folder'],
    ];
    for (const [path, name, kind] of paths) {
      expect(await failureOf(set(path))).toEqual({
        kind: 'usage',
        message: `${join(folder, name)} is a link to a ${kind} of another user`,
        hint: OTHERS_HINT,
      });
    }
    expect(fs.readdirSync(theirs)).toEqual(['config.json']);
    expect(fs.readFileSync(file1, 'utf8')).toBe('{}');
  });

  it.runIf(isRoot)('stays its owner\u2019s when root changes it', async () => {
    const path = foreign(file(temporaryFolder(), 'config.json', '{}', 0o600));
    await set(path);
    expect(fs.statSync(path)).toMatchObject({ uid: 54_321, gid: 54_321 });
  });

  it('leaves temporary files of other programs alone', async () => {
    const folder = temporaryFolder();
    const theirs = file(folder, '01234567-89ab-4def-8123-456789abcdef.tmp');
    const stale = file(folder, 'config.json.tmp-123abc');
    const longAgo = new Date(Date.now() - 3_600_000);
    for (const path of [theirs, stale]) fs.utimesSync(path, longAgo, longAgo);
    await set(join(folder, 'config.json'));
    expect(fs.readdirSync(folder).sort()).toEqual([
      '01234567-89ab-4def-8123-456789abcdef.tmp',
      'config.json',
    ]);
  });

  it('is refused when it is not UTF-8', async () => {
    const bytes = Buffer.from('{"profiles":{"caf\xe9":{}}}', 'latin1');
    const path = file(temporaryFolder(), 'config.json', bytes);
    expect(await failureOf(set(path))).toEqual({
      kind: 'usage',
      message: `${path} is not UTF-8 text`,
      hint: 'save it as UTF-8',
    });
    expect(fs.readFileSync(path)).toEqual(bytes);
  });

  it('names itself when its lock is in the way for good', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'config.json');
    subfolder(folder, 'config.json.lock');
    expect((await failureOf(set(path))).message).toMatch(`${path} cannot be written: `);
  });

  it.runIf(isLinux && isRoot)(
    'survives a disk that is full in the middle of it',
    async ({ skip }) => {
      const disk = temporaryFolder();
      const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
      if (status !== 0) {
        skip('nothing may be mounted here');
        return;
      }
      try {
        const many = Array.from({ length: 120 }, (_, at) => [
          `p${at}`,
          { api_key: 'x'.repeat(60) },
        ]);
        const text = JSON.stringify({ profiles: Object.fromEntries(many) as object });
        const path = file(disk, 'config.json', text, 0o600);
        const room = fs.statfsSync(disk).bavail * fs.statfsSync(disk).bsize;
        fs.writeFileSync(join(disk, 'fill'), Buffer.alloc(room - 8192));
        expect(await failureOf(set(path))).toMatchObject({
          kind: 'usage',
          message: `${path} cannot be written: ENOSPC: no space left on device`,
        });
        expect(fs.readFileSync(path, 'utf8')).toBe(text);
        expect(fs.readdirSync(disk)).toEqual(['config.json', 'fill']);
      } finally {
        made('umount', disk);
      }
    },
  );
});

describe.runIf(isPosix)('the input history', () => {
  const guard = { platform: process.platform, uid: process.geteuid?.(), warn: () => undefined };

  function open(directory: string): { history: InputHistory; warnings: string[] } {
    const warnings: string[] = [];
    const onWarning = (line: string): void => void warnings.push(line);
    return {
      history: new InputHistory({ directory: () => directory, guard, onWarning }),
      warnings,
    };
  }

  it('that is a pipe is passed over with one warning', () => {
    const folder = temporaryFolder();
    const path = fifo(folder, 'input-history.jsonl');
    const { history, warnings } = open(folder);
    history.add('one');
    history.add('two');
    expect(history.entries()).toEqual(['one', 'two']);
    expect(warnings).toEqual([`input history is not saved: ${path} is a pipe, not a file`]);
  });

  it.runIf(isLinux)('that is linked to /dev/null is none, as people want it', () => {
    const folder = temporaryFolder();
    link('/dev/null', folder, 'input-history.jsonl');
    const { history, warnings } = open(folder);
    history.add('one');
    expect([history.entries(), warnings]).toEqual([['one'], []]);
  });

  it.runIf(isRoot)('that leads to another user\u2019s file is not written', () => {
    const folder = temporaryFolder();
    const theirs = foreign(file(folder, 'theirs', '"theirs"\n'));
    link(theirs, folder, 'input-history.jsonl');
    const { history, warnings } = open(folder);
    history.add('one');
    expect(warnings).toHaveLength(1);
    expect(fs.readFileSync(theirs, 'utf8')).toBe('"theirs"\n');
  });

  it('may begin with a byte order mark, and a line that is not UTF-8 spoils no other', () => {
    const folder = temporaryFolder();
    const bad = Buffer.from('"caf\xe9"\n', 'latin1');
    file(folder, 'input-history.jsonl', Buffer.concat([Buffer.from('\ufeff"a"\n'), bad]), 0o600);
    const { history, warnings } = open(folder);
    history.add('b');
    expect([history.entries(), warnings]).toEqual([['a', 'b'], []]);
    expect(fs.readFileSync(join(folder, 'input-history.jsonl')).includes(bad)).toBe(true);
  });

  it('without a home folder is kept in memory, with one warning', () => {
    const warnings: string[] = [];
    const history = new InputHistory({
      directory: () => storePaths({ env: {}, home: undefined, platform: 'linux' }).state,
      guard,
      onWarning: (line) => void warnings.push(line),
    });
    history.add('one');
    history.add('two');
    expect(history.entries()).toEqual(['one', 'two']);
    expect(warnings).toEqual(['input history is not saved: there is no home folder for settings']);
  });
});

describe.runIf(isPosix)('the last conversation', () => {
  const guard = { platform: process.platform, uid: process.geteuid?.(), warn: () => undefined };
  const last = (folder: string) =>
    openLastConversation(() => folder, {
      ...{ profile: 'p', assistantId: 'a', randomId: () => 'id-1', guard },
    });

  it('that is a pipe is refused', () => {
    const state = temporaryFolder();
    const path = fifo(subfolder(state, 'last-conversation'), 'p~a.json');
    expect(failureFrom(() => last(state).read()).message).toBe(`${path} is a pipe, not a file`);
    expect(failureFrom(() => last(state).write('c-1')).message).toBe(
      `${path} is a pipe, not a file`,
    );
  });

  it.runIf(isRoot)('is not kept in another user\u2019s folder that a link leads to', () => {
    const folder = temporaryFolder();
    const theirs = foreign(subfolder(folder, 'theirs'));
    const state = link(theirs, folder, 'state');
    const message = `${state} is a link to a folder of another user`;
    expect(failureFrom(() => last(state).write('c-1')).message).toBe(message);
    const inner = join(subfolder(folder, 'own'), 'last-conversation');
    fs.symlinkSync(theirs, inner);
    expect(failureFrom(() => last(join(folder, 'own')).write('c-1')).message).toBe(
      `${inner} is a link to a folder of another user`,
    );
    expect(fs.readdirSync(theirs)).toEqual([]);
  });
});

describe.runIf(isPosix)('a file of settings that is a pipe', () => {
  /** Writes to a pipe once somebody reads it. */
  function feed(path: string, text: string): void {
    fs.writeFile(path, text, () => undefined);
  }

  it('is read, named or not, and only once', async () => {
    const folder = temporaryFolder();
    const path = fifo(folder, '.env');
    feed(path, '\ufeffTELNYX_API_KEY=KEY1\n');
    const real = { ...place(folder), clock: { ...stillClock(), sleep: tick } };
    const read = { path, values: { TELNYX_API_KEY: 'KEY1' } };
    expect(await readEnvFile(undefined, real)).toEqual(read);
    expect(await readEnvFile('.env', real)).toEqual(read);
  });

  it('gives tokens too', async () => {
    const folder = temporaryFolder();
    feed(fifo(folder, 'tokens'), 'one\ntwo\n');
    const real = { ...place(folder), clock: { ...stillClock(), sleep: tick } };
    expect(await readTokenFile('tokens', real)).toEqual([
      { text: 'one', line: 1 },
      { text: 'two', line: 2 },
    ]);
  });

  it('is an error when nobody writes to it for 5 seconds', async () => {
    const folder = temporaryFolder();
    const path = fifo(folder, '.env');
    expect(await failureOf(readEnvFile(undefined, place(folder)))).toEqual({
      kind: 'usage',
      message: `${path} cannot be read: nothing came within 5 s`,
      hint: 'give a file, or a pipe that something writes to',
    });
  });

  it('is an error when its writer is silent for a minute', async () => {
    const folder = temporaryFolder();
    const path = fifo(folder, '.env');
    const writer = fs.openSync(path, fs.constants.O_RDWR);
    const { message } = await failureOf(readEnvFile(undefined, place(folder)));
    fs.closeSync(writer);
    expect(message).toBe(`${path} cannot be read: nothing came within 60 s`);
  });

  it('is no longer waited for after a stop', async () => {
    const folder = temporaryFolder();
    fifo(folder, '.env');
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    const reading = readEnvFile(undefined, { ...place(folder), signal: stop.signal });
    await expect(reading).rejects.toThrow(/stopped/);
  });

  it.runIf(isLinux)('may be a device: none without end, /dev/null is empty', async () => {
    const folder = temporaryFolder();
    expect(await readEnvFile('/dev/null', place(folder))).toEqual({
      path: '/dev/null',
      values: {},
    });
    expect((await failureOf(readEnvFile('/dev/zero', place(folder)))).message).toBe(
      '/dev/zero cannot be read: more than 1 MiB',
    );
  });
});

describe('a path as a person gives it', () => {
  it.each([
    ['~/x.env', '/home/ada/x.env'],
    ['~', '/home/ada'],
    ['~\\x', '/home/ada/\\x'],
    ['x~/~', '/work/x~/~'],
    ['/~/x', '/~/x'],
    ['~other/x', '/work/~other/x'],
    ['./~/x', '/work/~/x'],
    ['x', '/work/x'],
    ['/x/../y', '/y'],
  ])('%s is %s', (path, located) => {
    expect(locate(path, { cwd: '/work', home: '/home/ada' })).toBe(located);
  });

  it('that is absolute needs no working folder', () => {
    const gone = {
      get cwd(): string {
        throw new Error('gone');
      },
      home: undefined,
    };
    expect(locate('/x', gone)).toBe('/x');
  });
});

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programOutline } from '../../src/program.js';
import { account } from '../helpers/account.js';
import { BIN } from '../helpers/built-program.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

/** Longer than any command takes that is not stuck. */
const STUCK_MS = 15_000;

/**
 * Every command with arguments that let it do its work, by its path. What serves is stopped once it has said where.
 */
const COMMANDS: Record<string, string[]> = {
  chat: [],
  send: ['hello'],
  'conversations list': [],
  'conversations search': ['hello'],
  'conversations stats': [],
  'conversations show': ['conversation-1'],
  'conversations new': ['--name', 'trip'],
  'conversations rename': ['conversation-1', 'trip'],
  'conversations delete': ['conversation-1', '--yes'],
  'conversations export': ['conversation-1'],
  'conversations takeover': ['conversation-1'],
  'conversations release': ['conversation-1'],
  'conversations say': ['conversation-1', 'hello'],
  'conversations insights': ['conversation-1'],
  'assistants list': [],
  'assistants show': [],
  'assistants use': ['Sandbox Assistant'],
  test: ['--sandbox', '--list'],
  serve: ['--port', '0'],
  sandbox: ['--port', '0'],
  login: ['--no-check'],
  logout: [],
  'config list': [],
  'config get': ['history'],
  'config set': ['history', 'false'],
  'config unset': ['history'],
  'config profiles': [],
  'config path': [],
  doctor: [],
  completion: ['bash'],
  help: ['relay'],
};

interface World {
  home: string;
  cwd: string;
  env: Record<string, string | undefined>;
  stdio: { stdin: 'pipe' | 'closed'; stdout: 'pipe' | 'full' };
  /** What must be as it was, as long as there is anything to change. */
  untouched: () => unknown;
  /** Runs as that user, where we can. */
  uid?: string;
}

const CONFIG = '{"profiles":{}}';

/** Files of somebody else, none of which may change. */
function theirs(): { folder: string; state: () => unknown } {
  const folder = temporaryFolder();
  fs.writeFileSync(join(folder, 'config.json'), CONFIG, { mode: 0o644 });
  fs.chmodSync(folder, 0o2755);
  if (process.geteuid?.() === 0) {
    for (const path of [folder, join(folder, 'config.json')]) fs.chownSync(path, 54_321, 54_321);
    fs.chmodSync(folder, 0o2755);
  }
  const state = (): unknown =>
    [folder, join(folder, 'config.json')].map((path) => {
      const { mode, uid } = fs.statSync(path);
      return [
        mode,
        uid,
        fs.readdirSync(folder),
        fs.readFileSync(join(folder, 'config.json'), 'utf8'),
      ];
    });
  return { folder, state };
}

type Change = (world: World) => void;

function configFolder(world: World): string {
  const folder = join(world.home, '.config', 'telnyx-chat');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function made(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Kind and rights of a path itself. */
const kindOf = (path: string): unknown => {
  const { mode, rdev, ino } = fs.lstatSync(path);
  return [mode, rdev, ino];
};

const WORLDS: Record<string, Change> = {
  'stdout full': (world) => (world.stdio.stdout = 'full'),
  'stdin closed': (world) => (world.stdio.stdin = 'closed'),
  'folder gone': (world) => (world.cwd = ''),
  'config a pipe': (world) => {
    const path = join(configFolder(world), 'config.json');
    made('mkfifo', path);
    world.untouched = () => kindOf(path);
  },
  'config linked to a device': (world) => {
    fs.symlinkSync('/dev/full', join(configFolder(world), 'config.json'));
    world.untouched = () => kindOf('/dev/full');
  },
  'config linked to /dev/null': (world) => {
    fs.symlinkSync('/dev/null', join(configFolder(world), 'config.json'));
    world.untouched = () => kindOf('/dev/null');
  },
  'config linked to another\u2019s file': (world) => {
    const { folder, state } = theirs();
    fs.symlinkSync(join(folder, 'config.json'), join(configFolder(world), 'config.json'));
    world.untouched = state;
  },
  'config linked to another\u2019s folder': (world) => {
    const { folder, state } = theirs();
    fs.symlinkSync(folder, join(configFolder(world), 'config.json'));
    world.untouched = state;
  },
  'config folder linked to another\u2019s': (world) => {
    const { folder, state } = theirs();
    fs.rmdirSync(configFolder(world));
    fs.symlinkSync(folder, join(world.home, '.config', 'telnyx-chat'));
    world.untouched = state;
  },
  'state folder linked to another\u2019s': (world) => {
    const { folder, state } = theirs();
    fs.mkdirSync(join(world.home, '.local', 'state'), { recursive: true });
    fs.symlinkSync(folder, join(world.home, '.local', 'state', 'telnyx-chat'));
    world.untouched = state;
  },
};

/** For a user whom the system does not know, as the account's own home must not be touched by a test. */
const HOMELESS: Record<string, Change> = {
  'HOME empty': (world) => (world.env['HOME'] = ''),
  'no HOME': (world) => (world.env['HOME'] = undefined),
  'HOME relative': (world) => (world.env['HOME'] = 'somewhere'),
};

interface Outcome {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

async function run(argv: string[], world: World): Promise<Outcome> {
  const { stdin, stdout } = world.stdio;
  // A shell closes stdin, and stands in a folder that is gone.
  const as = world.uid === undefined ? '' : `setpriv --reuid ${world.uid} --clear-groups `;
  const script = `${world.cwd === '' ? 'd=$(mktemp -d) && cd "$d" && rmdir "$d"; ' : ''}exec ${as}"$0" "$@"${
    stdin === 'closed' ? ' <&-' : ''
  }${stdout === 'full' ? ' >/dev/full' : ''}`;
  const child = spawn('sh', ['-c', script, process.execPath, BIN, ...argv], {
    cwd: world.cwd === '' ? '/tmp' : world.cwd,
    env: { PATH: process.env['PATH'], HOME: world.home, ...world.env },
    timeout: STUCK_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(argv[0] === 'login' ? 'KEY-test\n' : '');
  const isServing = ['serve', 'sandbox'].includes(argv[0] ?? '');
  child.stdout.once('data', () => isServing && child.kill('SIGTERM'));
  const ended = new Promise<Outcome['code']>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  const [code, out, err] = await Promise.all([ended, textOf(child.stdout), textOf(child.stderr)]);
  return { code, stdout: out, stderr: err };
}

/** What the outcome must not be, whatever the world is like. */
function faultOf({ code, stdout, stderr }: Outcome, isServing: boolean): string | undefined {
  if (typeof code === 'string') return `it was killed: ${code}`;
  if (/this is a bug|unforeseen|\n {4}at |core dumped/.test(stderr)) return stderr;
  const isStopped = isServing && (code === 143 || code === 0);
  // doctor reports what it finds on stdout.
  const isTold = /^error: ./m.test(stderr) || /^fail /m.test(stdout);
  if (code !== 0 && !isStopped && !isTold) return `no error: ${code}`;
  return undefined;
}

describe.runIf(process.platform === 'linux')('every command in an odd world', () => {
  it('is walked', async () => {
    const known = pathsOf(await programOutline());
    expect(known.sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  it.each(Object.entries(WORLDS))('%s', { timeout: 240_000 }, (_, change) => walkAll(change));

  // Only root can run a program as another user.
  it.runIf(process.geteuid?.() === 0).each(Object.entries(HOMELESS))(
    '%s, of an account that the system does not know',
    { timeout: 240_000 },
    (_, change) =>
      walkAll((world) => {
        change(world);
        world.uid = '54321';
        fs.chmodSync(world.cwd, 0o777);
      }),
  );

  it.each(['', 'relative', undefined])('with HOME %j the system says where home is', (HOME) => {
    const env = { PATH: process.env['PATH'], HOME };
    const { stdout } = spawnSync(process.execPath, [BIN, 'config', 'path'], { env });
    expect(String(stdout)).toBe(`${userInfo().homedir}/.config/telnyx-chat/config.json\n`);
  });

  async function walkAll(change: Change): Promise<void> {
    const { sandbox, env } = await account();
    const faults: string[] = [];
    const walk = async (path: string, args: string[]): Promise<void> => {
      const world: World = {
        home: temporaryFolder(),
        cwd: temporaryFolder(),
        env: { ...env },
        stdio: { stdin: 'pipe', stdout: 'pipe' },
        untouched: () => undefined,
      };
      change(world);
      const before = world.untouched();
      const { id } = sandbox.store.create('', { assistant_id: sandbox.assistantId }).conversation;
      const named = args.map((word) => (word === 'conversation-1' ? id : word));
      const outcome = await run([...path.split(' '), ...named], world);
      const fault = faultOf(outcome, ['serve', 'sandbox'].includes(path));
      if (fault !== undefined) faults.push(`${path}: ${fault}`);
      expect([path, world.untouched()]).toEqual([path, before]);
      const left = world.cwd === '' ? [] : fs.readdirSync(world.cwd);
      expect([path, left]).toEqual([path, []]);
    };
    const waiting = Object.entries(COMMANDS);
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await walk(...next);
    };
    await Promise.all([lane(), lane(), lane()]);
    expect(faults).toEqual([]);
  }
});

interface Outlined {
  name: string;
  commands?: readonly Outlined[];
}

/** The commands that do something, by their paths. */
function pathsOf({ commands = [] }: Outlined, above = ''): string[] {
  return commands.flatMap((command) => {
    const path = `${above} ${command.name}`.trim();
    const below = pathsOf(command, path);
    return below.length > 0 ? below : [path];
  });
}

it.runIf(process.platform === 'linux')(
  'serve ends at a signal also where its log cannot be written',
  async () => {
    const script = 'exec "$0" "$@" 2>/dev/full';
    const child = spawn(
      'sh',
      ['-c', script, process.execPath, BIN, 'serve', '--sandbox', '--port', '0'],
      {
        env: { PATH: process.env['PATH'], HOME: temporaryFolder() },
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(0);
  },
);

it.runIf(process.platform === 'linux')(
  'wrong usage exits with 2 also where nothing can be told',
  () => {
    for (const redirection of ['2>&-', '2>/dev/full', '2>/dev/full >/dev/full', '2>&- >&- <&-']) {
      const script = `"$0" "$@" ${redirection}`;
      const env = { PATH: process.env['PATH'], HOME: temporaryFolder() };
      const run = (...argv: string[]): number | null =>
        spawnSync('sh', ['-c', script, process.execPath, BIN, ...argv], { env }).status;
      expect([redirection, run('--bogus'), run('send', '--json')]).toEqual([redirection, 2, 3]);
    }
  },
);

it.runIf(process.platform === 'linux')('a closed stdout counts as /dev/null', () => {
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder() };
  const argv = ['-c', '"$0" "$@" >&-', process.execPath, BIN, 'send', '--sandbox', '-q', 'hello'];
  const { status, stderr } = spawnSync('sh', argv, { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

it('a reader that takes nothing keeps no program from ending at a signal', async () => {
  const { sandbox, env } = await account();
  const thread = sandbox.store.create('', { assistant_id: sandbox.assistantId });
  sandbox.store.append(thread, { role: 'assistant', text: 'x'.repeat(3_000_000) });
  const argv = [BIN, 'conversations', 'export', thread.conversation.id];
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env['PATH'], HOME: temporaryFolder(), ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  // What has come tells that it writes; nothing more is read.
  await new Promise((resolve) => child.stdout.once('readable', resolve));
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(143);
});

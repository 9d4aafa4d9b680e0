import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../helpers/run-cli.js';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/telnyx-chat.js');

function program(
  argv: string[],
  input?: string,
  env: Record<string, string> = {},
): SpawnSyncReturns<string> {
  const home = temporaryFolder();
  const options = { cwd: home, env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env } };
  return spawnSync(process.execPath, [BIN, ...argv], { ...options, input, encoding: 'utf8' });
}

describe('the built program', () => {
  it('tells its version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const outputs = [['--version'], ['-V'], ['send', '--version']].map(
      (argv) => program(argv).stdout,
    );
    expect(outputs).toEqual(Array(3).fill(`${version}\n`));
  });

  it('lists its commands', () => {
    expect(program(['--help']).stdout).toMatchSnapshot();
  });

  it.each([
    [
      '0',
      ['send', '--sandbox', 'my name is Ada'],
      {},
      'Nice to meet you, Ada. I will remember your name.\n',
    ],
    ['2', ['sned'], {}, ''],
    ['3', ['send', 'hello'], {}, ''],
    [
      '7',
      ['send', 'hello', '--base-url', 'http://127.0.0.1:9'],
      { TELNYX_API_KEY: 'KEY', TELNYX_ASSISTANT_ID: 'a' },
      '',
    ],
  ])('exits with %s', (code, argv, env, stdout) => {
    expect(program(argv, '', env)).toMatchObject({ status: Number(code), stdout });
  });

  it('chats over pipes', () => {
    const { status, stdout } = program(['--sandbox', '-q'], 'my name is Ada\nwhat is my name?\n');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'Nice to meet you, Ada. I will remember your name.\nYour name is Ada.\n',
    });
  });

  it('leaves stdin to the loop around it', () => {
    const script = `printf 'a\\nb\\n' | while read -r line; do "$0" "$1" send --sandbox -q "my name is $line"; done`;
    const stdout = execFileSync('sh', ['-c', script, process.execPath, BIN], { encoding: 'utf8' });
    expect(stdout.match(/my name|Nice to meet you, [ab]/gi)).toEqual([
      'Nice to meet you, a',
      'Nice to meet you, b',
    ]);
  });

  it('takes a reader that closes the pipe early as done', () => {
    const script = `"$0" "$1" send --sandbox -q 'long reply 20000 words' | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const stdout = execFileSync('bash', ['-c', script, process.execPath, BIN], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^.{10} 0\n$/s);
  });

  it.each([
    ['SIGINT' as const, 130],
    ['SIGTERM' as const, 143],
  ])('ends at %s with %i', async (signal, code) => {
    const child = spawn(process.execPath, [BIN, 'sandbox', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([code, null]);
  });
});

it('is packed with its bundle and licences, and has nothing to install', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-pack-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: 'pipe',
  });
  const [tarball = ''] = readdirSync(folder);
  const files = execFileSync('tar', ['tzf', join(folder, tarball)], { encoding: 'utf8' }).split(
    '\n',
  );
  const wanted = [
    'bin/telnyx-chat.js',
    'dist/entry.cjs',
    'dist/THIRD-PARTY-LICENSES.txt',
    'LICENSE',
    'README.md',
  ];
  expect(files).toEqual(expect.arrayContaining(wanted.map((file) => `package/${file}`)));
  expect(files.filter((file) => /^package\/(src|test)\//.test(file))).toEqual([]);
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const named = readme.matchAll(/(?:\]\(|src(?:set)?="|see `)(?!https?:|#)([^)"`]+)/g);
  const pointedAt = [...named].map(([, file]) => `package/${file}`);
  expect(pointedAt.length).toBeGreaterThan(3);
  expect(files).toEqual(expect.arrayContaining(pointedAt));
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(manifest['dependencies']).toBeUndefined();
});

it('carries the licence of what the page is made with', () => {
  const licenses = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  expect(licenses).toMatch(/^marked [\d.]+ \(MIT\)\n[^]{0,400}Copyright \(c\) 2018\+, MarkedJS/m);
});

it('gives its answer though nobody reads its notices', () => {
  const script = `{ "$0" "$1" send --sandbox --debug "my name is Ada" 2>&1 >&3 | true; } 3>&1`;
  const stdout = execFileSync('bash', ['-c', script, process.execPath, BIN], { encoding: 'utf8' });
  expect(stdout).toBe('Nice to meet you, Ada. I will remember your name.\n');
});

it('tells its version to a reader that is gone', () => {
  const script = `"$0" "$1" --version | true; exit "\${PIPESTATUS[0]}"`;
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, BIN], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('says in one line that its answer cannot be written, and in which conversation it is', () => {
  const script = `"$0" "$1" send --sandbox --json hello >/dev/full`;
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, BIN], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      message: expect.stringContaining('cannot be written'),
      conversation_id: expect.stringMatching(/^[\da-f-]{36}$/),
    },
  });
});

it.each([
  '--version',
  'chat --version',
  '--help',
  'help config set',
  'completion bash',
  'config list',
  'config path',
  'doctor',
  'sandbox --list-faults',
  'conversations list --sandbox --quiet',
])('says in one line that what %s prints cannot be written', (argv) => {
  const home = temporaryFolder();
  const env = { PATH: process.env['PATH'] ?? '', HOME: home };
  const script = `exec "$0" "$1" ${argv} >/dev/full`;
  const ended = spawnSync('sh', ['-c', script, process.execPath, BIN], { env, cwd: home });
  expect({ status: ended.status, stderr: ended.stderr.toString() }).toEqual({
    status: 1,
    stderr: 'error: the output cannot be written: ENOSPC: no space left on device, write\n',
  });
});

const ALL_COMMANDS =
  'commands are chat, send, conversations, assistants, test, serve, sandbox, login, logout, config, doctor, completion';

it.each([
  [['help', 'sned'], "unknown help topic 'sned'", 'Did you mean send?'],
  [['config'], 'config needs a command', 'see telnyx-chat help config'],
  [['config', 'lst'], "unknown command 'config lst'", 'Did you mean list?'],
  [['help', 'config', 'lst'], "unknown command 'config lst'", 'Did you mean list?'],
  [
    ['nope', '--help'],
    "unknown command 'nope'",
    `did you mean: telnyx-chat send "…"; ${ALL_COMMANDS}`,
  ],
  [['sned', '-V'], "unknown command 'sned'", 'Did you mean send?'],
  [['config', 'lst', '--help'], "unknown command 'config lst'", 'Did you mean list?'],
  [['--version', 'extra'], "--version takes no word 'extra'", 'see telnyx-chat --help'],
  [['config', 'get'], "missing required argument 'key'", 'see telnyx-chat help config get'],
])('%j is wrong usage', (argv, message, hint) => {
  expect(program(argv)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `error: ${message}\nhint: ${hint}\n`,
  });
});

it.each([
  [['help', 'zzz'], /^error: unknown help topic 'zzz'\nhint: telnyx-chat help lists the topics\n$/],
  [
    ['config', 'zzz'],
    /^error: unknown command 'config zzz'\nhint: commands of config are list, get, [a-z, ]+\n$/,
  ],
])('%j is told what there is', (argv, stderr) => {
  expect(program(argv)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(stderr),
  });
});

it('takes options before the name of a command', () => {
  const version = program(['--version']).stdout;
  expect(program(['-V', 'send'])).toMatchObject({ status: 0, stdout: version });
  const help = program(['config', 'set', '--help']).stdout;
  expect(program(['--help', 'config', 'set']).stdout).toBe(help);
  const said = program(['--sandbox', '--as', 'send', 'send', 'my name is Ada']);
  expect(said).toMatchObject({ status: 0, stdout: expect.stringContaining('Ada') as string });
});

it('helps with subcommands too', () => {
  const help = program(['config', 'set', '--help']).stdout;
  expect(help).toContain('Usage: telnyx-chat config set [options] <key> <value>');
  const others = [
    ['help', 'config', 'set'],
    ['config', 'help', 'set'],
    ['config', 'set', '-h'],
  ];
  expect(others.map((argv) => program(argv).stdout)).toEqual([help, help, help]);
  expect(program(['help', 'help']).stdout).toBe(program(['--help']).stdout);
});

it('passes over a .env that has no end', () => {
  const home = temporaryFolder();
  symlinkSync('/dev/zero', join(home, '.env'));
  const options = {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    timeout: 10_000,
  };
  const { status, stderr } = spawnSync(process.execPath, [BIN, 'send', 'hello'], {
    ...options,
    encoding: 'utf8',
  });
  expect(status).toBe(3);
  expect(stderr).toContain('TELNYX_API_KEY is required');
});

it.each(['--dotenv', '--env-file'])('reads the file of %s', (flag) => {
  const folder = temporaryFolder();
  const file = join(folder, 'settings.env');
  writeFileSync(file, `TELNYX_API_KEY=KEY-test\nTELNYX_ASSISTANT_ID=a-1\n`);
  const { status, stdout } = program(['config', 'list', flag, file]);
  expect(status).toBe(0);
  expect(stdout).toContain(`assistant_id  a-1  env-file ${file}\n`);
});

it('obeys nothing in the file of --dotenv but its settings', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'more.cjs'), "require('node:fs').writeSync(2, 'loaded\\n');\n");
  const file = join(folder, 'settings.env');
  writeFileSync(file, `NODE_OPTIONS=--require=${join(folder, 'more.cjs')}\nTELNYX_API_KEY=KEY\n`);
  expect(program(['config', 'list', '--dotenv', file])).toMatchObject({ status: 0, stderr: '' });
});

it('says that the file of --dotenv is not there', () => {
  expect(program(['send', 'x', '--dotenv', '/nowhere/.env'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: 'error: /nowhere/.env does not exist\nhint: check --dotenv\n',
  });
});

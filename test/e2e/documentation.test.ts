import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { CTRL, ENTER } from '../helpers/keys.js';
import {
  commandsOf,
  documentationBlocks,
  normalized,
  shownBy,
  type Shown,
} from '../helpers/documentation.js';
import { TerminalSession } from '../helpers/terminal.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/telnyx-chat.js');

/** What a test cannot do as a new user would, and why. */
const NOT_HERE: [RegExp, string][] = [
  [/^npm ci && npm run demo$/, 'needs a clone and a registry; the built program is tested itself'],
  [/^npm run (bench|soak)/, 'takes minutes on a quiet machine; its parts have tests of their own'],
];

/** What is `text` is compared by a test of its own. */
const LANGUAGES = [
  'text',
  'sh',
  'console',
  'ts',
  'js',
  'json',
  'http',
  'yaml',
  'ini',
  'nginx',
  'haproxy',
];

const RECORDED = join(ROOT, 'examples/recorded/orders.chat');

/** A home with a repository in it, a recorded conversation, and the program by its name. */
function newUser(): { home: string; bin: string; cwd: string } {
  const home = temporaryFolder();
  const [bin, cwd] = [join(home, 'bin'), join(home, 'project')];
  mkdirSync(bin);
  mkdirSync(cwd);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`;
  writeFileSync(join(bin, 'telnyx-chat'), program, { mode: 0o755 });
  writeFileSync(join(bin, 'npx'), NPX, { mode: 0o755 });
  writeFileSync(join(bin, 'jq'), JQ, { mode: 0o755 });
  const git = (...args: string[]): unknown => execFileSync('git', args, { cwd, stdio: 'pipe' });
  git('init', '-q');
  copyFileSync(RECORDED, join(home, 'orders.chat'));
  writeFileSync(join(cwd, 'file.txt'), 'one\n');
  git('add', '.');
  writeFileSync(join(cwd, 'file.txt'), 'two\n');
  return { home, bin, cwd };
}

/** The program itself is here already; anything else would come from a registry. */
const NPX = `#!/bin/sh
[ "$1" = telnyx-chat ] || { echo "npx would fetch $1" >&2; exit 1; }
exec "$@"
`;

/** As much of jq as is needed, for machines without it: a path of names and lists, raw, of each value when it is whole. */
const JQ = `#!${process.execPath}
const [flag, path] = process.argv.slice(2);
if (flag !== '-r') throw new Error('only jq -r');
const print = (whole) => {
  let values = [whole];
  for (const step of path.split('.').filter(Boolean)) {
    const [name, list] = step.split('[');
    values = values.map((value) => value[name]);
    if (list) values = values.flat();
  }
  for (const value of values) console.log(value);
};
let text = '';
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  text += line;
  try {
    print(JSON.parse(text));
    text = '';
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
});
`;

async function world(): Promise<{ cwd: string; env: Record<string, string> }> {
  const { home, bin, cwd } = newUser();
  const { env, sandbox } = await account();
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
  const id = addPhoneCall(sandbox);
  return { cwd, env: { ...env, HOME: home, PATH, LANG: 'C.UTF-8', id } };
}

/** A conversation whose id the reader has. */
function addPhoneCall({ store, assistantId }: Sandbox): string {
  const thread = store.create('', {
    assistant_id: assistantId,
    telnyx_conversation_channel: 'phone_call',
  });
  store.append(thread, {
    role: 'user',
    text: 'When are your opening hours? My order 4711 is late.',
  });
  return thread.conversation.id;
}

const whyNot = (command: string): string | undefined =>
  NOT_HERE.find(([pattern]) => pattern.test(command))?.[1];

/** What is said on stderr though all is well. */
const NOTICES =
  /^(no conversations; .*|saved to .*|(searching|counting) the last .*|\d+ messages? found .*|\d+ conversations? counted.*|redacted .*)\n/gm;

const isChat = (command: string): boolean => /^(npx )?telnyx-chat( --sandbox)?$/.test(command);

const isServer = (command: string): boolean =>
  /^telnyx-chat (sandbox|serve)\b(?!.*(--list-faults|--help))/.test(command);

const isEndless = (command: string): boolean => /--(follow|watch)\b/.test(command);

/** Runs until it has shown something, and then Ctrl-C comes. */
async function follows(command: string, { cwd, env }: Around): Promise<void> {
  const child = spawn('bash', ['-c', command], { cwd, env, detached: true });
  const interrupt = (): boolean => process.kill(-(child.pid ?? 0), 'SIGINT');
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stderr.pipe(process.stderr);
  const exit = once(child, 'exit');
  const [shown] = (await once(child.stdout, 'data')) as [Buffer];
  expect(String(shown)).toMatch(/\S/);
  interrupt();
  const [code, signal] = (await exit) as [number | null, string | null];
  expect([0, 130, 'SIGINT']).toContain(code ?? signal);
}

/** A server, after what the same block sets for it. */
function serverOf(command: string, { cwd, env }: Around, settings: readonly string[] = []) {
  const script = [...settings, `exec ${command} --port 0`].join('\n');
  const child = spawn('bash', ['-c', script], { cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs until it has said where it listens. */
async function serves(command: string, around: Around, settings: readonly string[]): Promise<void> {
  const child = serverOf(command, around, settings);
  child.stderr.pipe(process.stderr);
  await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'exit')]);
  expect({ command, code: child.exitCode }).toEqual({ command, code: null });
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect([0, 143]).toContain(code);
}

describe('the documentation', () => {
  const blocks = documentationBlocks();

  it('has blocks of languages that say how they can be tried', () => {
    expect(blocks.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
    expect(blocks.length).toBeGreaterThan(4);
  });

  it('has each of the commands that are excused', () => {
    const commands = blocks.flatMap(commandsOf);
    const idle = NOT_HERE.filter(([pattern]) => !commands.some((each) => pattern.test(each)));
    expect(idle).toEqual([]);
  });

  it.each(blocks.filter(({ language }) => language === 'sh'))(
    'has commands that run: $page, line $line',
    async (block) => {
      const around = await world();
      const commands = commandsOf(block).filter((command) => whyNot(command) === undefined);
      const settings = commands.filter((command) => command.startsWith('export '));
      for (const command of commands.filter(isServer)) await serves(command, around, settings);
      for (const command of commands.filter(isChat)) await opens(command, around);
      for (const command of commands.filter(isEndless)) await follows(command, around);
      const script = commands
        .filter((command) => ![isServer, isChat, isEndless].some((isSo) => isSo(command)))
        .join('\n');
      const { TELNYX_API_KEY: key, ...keyless } = around.env;
      // Who logs in has no key yet, and types it.
      const isLogin = commands.some((command) => / login\b/.test(command));
      const reader = isLogin ? { ...around, env: keyless } : around;
      const { status, stderr } = await inBash(`set -euo pipefail\n${script}`, reader, key);
      const complaints = stderr.replace(NOTICES, '');
      expect({ script, status, complaints }).toEqual({ script, status: 0, complaints: '' });
    },
  );

  it.each(blocks.filter(({ language }) => language === 'console'))(
    'shows what is printed: $page, line $line',
    async (block) => {
      const around = await world();
      for (const shown of await atRelay(shownBy(block), around)) {
        writeShownFile(shown, around);
        const isChat =
          !shown.command.startsWith('cat ') && shown.output.some((line) => line.startsWith('> '));
        const printed = isChat ? await chatted(shown, around) : await printedBy(shown, around);
        expect(normalized(printed)).toEqual(normalized(shown.output));
      }
    },
  );
});

type Around = Awaited<ReturnType<typeof world>>;

async function inBash(script: string, { cwd, env }: Around, input = '') {
  const child = spawn('bash', ['-c', script], { cwd, env, stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr] = ['', ''].map(() => [] as Buffer[]) as [Buffer[], Buffer[]];
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
  const [status] = (await once(child, 'close')) as [number];
  const text = (pieces: Buffer[]): string => Buffer.concat(pieces).toString();
  return { status, stdout: text(stdout), stderr: text(stderr) };
}

/** Where it listens by default. */
const RELAY = 'localhost:8080';

/** What is asked of the relay is asked of one on a free port. */
async function atRelay(all: Shown[], around: Around): Promise<Shown[]> {
  if (!all.some(({ command }) => command.includes(RELAY))) return all;
  const child = serverOf('telnyx-chat serve --sandbox', around);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const [port] = /\d+$/.exec(String(line).trim()) ?? [];
  return all.map(({ command, output }) => ({
    command: command.replace(RELAY, `localhost:${port}`),
    output,
  }));
}

/** Opens a chat, which Ctrl-D ends. */
async function opens(command: string, { cwd, env }: Around): Promise<void> {
  const home = env['HOME'] ?? '';
  const terminal = new TerminalSession([], {
    ...{ columns: 80, rows: 24, cwd, home, env },
    command: ['bash', '-c', command],
  });
  await terminal.until(
    () => terminal.screen().at(-1) === '> ▏',
    () => `a prompt: ${terminal.text()}`,
  );
  terminal.type(CTRL('d'));
  expect(await terminal.exit).toBe(0);
}

/** The reader has the file that a page shows. */
function writeShownFile({ command, output }: Shown, { cwd }: Around): void {
  const [, file] = /^cat (\S+\.chat)$/.exec(command) ?? [];
  if (file !== undefined) writeFileSync(join(cwd, file), `${output.join('\n')}\n`);
}

/** As a terminal shows it: both streams. */
async function printedBy({ command }: Shown, around: Around): Promise<string[]> {
  const { stdout } = await inBash(`{ ${command}\n} 2>&1`, around);
  return stdout.trimEnd().split('\n');
}

/** Types what stands behind each prompt, and waits for what the page says comes next. */
async function chatted({ command, output }: Shown, { cwd, env }: Around): Promise<string[]> {
  const home = env['HOME'] ?? '';
  const terminal = new TerminalSession([], {
    ...{ columns: 100, rows: 50, cwd, home, env },
    command: ['sh', '-c', `${command}; read -r _`],
  });
  for (const [index, line] of output.entries()) {
    if (!line.startsWith('> ')) continue;
    await terminal.until(
      () => terminal.screen().at(-1) === '> ▏' && terminal.lines().length > index,
      () => `a prompt for ${line}: ${terminal.text()}`,
    );
    terminal.type(line.slice(2) + ENTER);
  }
  const last = normalized(output).at(-1) ?? '';
  await terminal.until(
    () => normalized(terminal.lines()).includes(last),
    () => `${last}: ${terminal.text()}`,
  );
  return terminal.lines();
}

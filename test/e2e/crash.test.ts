import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { spawn as openTerminal, type IPty } from '@lydell/node-pty';
import { expect, test } from 'vitest';
import { BIN } from '../helpers/built-program.js';
import { processContext } from '../../src/process/context.js';
import { accountEnv } from '../helpers/account.js';
import { temporaryFolder } from '../helpers/run-cli.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { start } from '../sandbox/start.js';

/** `npm run soak` has 500. */
const CRASHES = Number(process.env['CRASHES'] ?? 30);

/** A program at work on files; ends with the process. */
interface Victim {
  kill(): void;
  exit: Promise<unknown>;
}

/** What is left of it takes about so long, in milliseconds. */
type Kind = readonly [lifetimeMs: number, begin: (run: Run) => Promise<Victim>];

interface Run {
  env: Record<string, string>;
  number: number;
}

const KINDS: readonly Kind[] = [
  [160, ({ env, number }) => program(['send', 'hello', '-p', profileOf(number)], env)],
  [250, ({ env, number }) => program(['config', 'set', 'assistant_id', `a-${number}`], env)],
  [100, ({ env, number }) => chat(`message ${number}`, env)],
];

const profileOf = (number: number): string => (number % 2 === 0 ? 'default' : 'other');

function program(argv: string[], env: Run['env']): Promise<Victim> {
  const child = spawn(process.execPath, [BIN, ...argv], { env, stdio: 'ignore' });
  return Promise.resolve({ kill: () => void child.kill('SIGKILL'), exit: once(child, 'exit') });
}

/** A chat on a terminal, in which a line was just sent. */
async function chat(line: string, env: Run['env']): Promise<Victim> {
  const pty = openTerminal(process.execPath, [BIN], { env: { ...env, NO_COLOR: '1' } });
  const exit = new Promise((resolve) => pty.onExit(resolve));
  await shows(pty, '> ');
  pty.write(line);
  await shows(pty, line);
  pty.write('\r');
  return {
    kill: () => {
      try {
        process.kill(pty.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    },
    exit,
  };
}

function shows(pty: IPty, text: string): Promise<void> {
  let output = '';
  return new Promise((resolve) => {
    const { dispose } = pty.onData((data) => {
      output += data;
      if (!output.includes(text)) return;
      dispose();
      resolve();
    });
  });
}

/** Every file below a folder, but for temporary ones, locks and compiled code. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.(tmp(-[\da-f]+)?|lock)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(folder, '.cache')));
}

/** What is wrong with a file; undefined when it is whole. Throws when it is torn. */
function fault(file: string, sandbox: Sandbox): string | undefined {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.jsonl')) {
    const lines = text.split('\n');
    const isWhole = lines.pop() === '' && lines.every((line) => isMessage(JSON.parse(line)));
    return isWhole ? undefined : `history: ${text}`;
  }
  const { conversation_id: id, profiles } = JSON.parse(text) as Record<string, unknown>;
  if (file.includes('last-conversation')) {
    return sandbox.store.find(String(id)) === undefined
      ? `no such conversation: ${text}`
      : undefined;
  }
  return isProfiles(profiles) ? undefined : `config: ${text}`;
}

const isMessage = (value: unknown): boolean => /^message \d+$/.test(String(value));

/** What was there at first is there still, beside what one program set. */
function isProfiles(value: unknown): boolean {
  const { kept, ...others } = value as Record<string, { assistant_id?: string }>;
  const ids = Object.values(others).map(({ assistant_id }) => assistant_id);
  return kept?.assistant_id === 'a-kept' && ids.every((id) => /^a-\d+$/.test(id ?? ''));
}

test(
  `${CRASHES} programs killed at any moment leave every file whole`,
  { timeout: 600_000 },
  async () => {
    const { clock } = processContext(process);
    const sandbox = await start({ clock });
    const home = temporaryFolder();
    const account = accountEnv(sandbox.url, sandbox.assistantId);
    const env = { ...account, PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm' };
    const config = join(home, '.config/telnyx-chat/config.json');
    mkdirSync(join(config, '..'), { recursive: true });
    writeFileSync(config, '{"profiles":{"kept":{"assistant_id":"a-kept"}}}');
    const seen = new Set<string>();
    for (let number = 0; number < CRASHES; number++) {
      const [lifetimeMs, begin] = KINDS[number % KINDS.length] ?? KINDS[0]!;
      const victim = await begin({ env, number });
      await clock.sleep(Math.random() * lifetimeMs * 1.5);
      victim.kill();
      await victim.exit;
      const files = filesIn(home);
      files.forEach((file) => seen.add(extname(file) + basename(dirname(file))));
      expect(files.flatMap((file) => fault(file, sandbox) ?? [])).toEqual([]);
    }
    // Some got far enough to write each sort of file.
    expect([...seen].toSorted()).toEqual([
      '.jsonlast-conversation',
      '.jsonltelnyx-chat',
      '.jsontelnyx-chat',
    ]);
  },
);

test('what killed programs left is swept away, what a running one needs is not', async () => {
  const { clock } = processContext(process);
  const sandbox = await start({ clock });
  const home = temporaryFolder();
  const env = {
    ...accountEnv(sandbox.url, sandbox.assistantId),
    PATH: process.env['PATH'],
    HOME: home,
  };
  const run = (...argv: string[]) =>
    once(spawn(process.execPath, [BIN, ...argv], { env, stdio: 'ignore' }), 'exit');
  /** Beside a file of ours: an old temporary one, a new one, one of somebody else's. */
  const litter = (folder: string, name: (digit: string) => string): string[] => {
    mkdirSync(folder, { recursive: true });
    const [old, fresh, foreign] = [name('0'), name('1'), 'notes.tmp'];
    for (const each of [old, fresh, foreign]) writeFileSync(join(folder, each), '{');
    for (const each of [old, foreign]) utimesSync(join(folder, each), 1, 1);
    return [fresh, foreign];
  };
  const state = join(home, '.local/state/telnyx-chat/last-conversation');
  const config = join(home, '.config/telnyx-chat');
  const kept = litter(state, (digit) => `${digit.repeat(36)}.tmp`);
  const keptByConf = litter(config, (digit) => `config.json.tmp-${digit.repeat(16)}`);
  await run('send', 'hello');
  await run('config', 'set', 'persist', 'true');
  const all = (folder: string): string[] => readdirSync(folder).toSorted();
  expect(all(state)).toEqual([...kept, 'default~assistant-sandbox.json'].toSorted());
  expect(all(config)).toEqual([...keptByConf, 'config.json'].toSorted());
});

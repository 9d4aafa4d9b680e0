import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processContext } from '../../src/context.js';
import { accountEnv } from '../helpers/account.js';
import { temporaryFolder } from '../helpers/run-cli.js';
import { start } from '../sandbox/start.js';

const BIN = join(import.meta.dirname, '../../bin/telnyx-chat.js');
const CRASHES = Number(process.env['CRASHES'] ?? 25);
/** A whole `send` takes about this long. */
const LIFETIME_MS = 160;

/** Every file below a folder, but for temporary ones. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map((entry) => join(entry.parentPath, entry.name));
}

test(
  `${CRASHES} programs killed at any moment leave every file whole`,
  { timeout: 600_000 },
  async () => {
    const { clock } = processContext(process);
    const sandbox = await start({ clock });
    const home = temporaryFolder();
    const env = {
      ...accountEnv(sandbox.url, sandbox.assistantId),
      PATH: process.env['PATH'],
      HOME: home,
    };
    const config = join(home, '.config/telnyx-chat/config.json');
    mkdirSync(join(config, '..'), { recursive: true });
    writeFileSync(config, '{"profiles":{"default":{"timeout":"30"}}}');
    for (let crash = 0; crash < CRASHES; crash++) {
      const profile = crash % 3 === 0 ? 'other' : 'default';
      const argv =
        crash % 2 === 0 ? ['send', 'hello'] : ['config', 'set', 'timeout', String(crash + 1)];
      const child = spawn(process.execPath, [BIN, ...argv, '-p', profile], {
        env,
        stdio: 'ignore',
      });
      await clock.sleep(Math.random() * LIFETIME_MS);
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      for (const file of filesIn(home)) {
        const value = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
        const id = value['conversation_id'];
        if (file.includes('last-conversation'))
          expect(sandbox.store.find(String(id))).toBeDefined();
        else expect(Object.keys(value)).toContain('profiles');
      }
    }
  },
);

test('what a killed program left is swept away, what a running one needs is not', async () => {
  const { clock } = processContext(process);
  const sandbox = await start({ clock });
  const home = temporaryFolder();
  const folder = join(home, '.local/state/telnyx-chat/last-conversation');
  mkdirSync(folder, { recursive: true });
  const [old, fresh, foreign] = ['0'.repeat(36), '1'.repeat(36), 'notes'].map(
    (name) => `${name}.tmp`,
  );
  for (const name of [old, fresh, foreign]) writeFileSync(join(folder, String(name)), '{');
  for (const name of [old, foreign]) utimesSync(join(folder, String(name)), 1, 1);
  const env = {
    ...accountEnv(sandbox.url, sandbox.assistantId),
    PATH: process.env['PATH'],
    HOME: home,
  };
  await once(spawn(process.execPath, [BIN, 'send', 'hello'], { env, stdio: 'ignore' }), 'exit');
  expect(readdirSync(folder).toSorted()).toEqual(
    [fresh, 'default~assistant-sandbox.json', foreign].toSorted(),
  );
});

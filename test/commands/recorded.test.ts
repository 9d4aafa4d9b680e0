import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readChatFile, scriptOf } from '../../src/commands/options/chat-files.js';
import type { SandboxOptions } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { realClock } from '../helpers/real-clock.js';
import { cliContext, runCli, temporaryFolder, type CliResult } from '../helpers/run-cli.js';

interface Recording {
  cwd: string;
  env: Record<string, string>;
  run: (argv: string[], env?: Record<string, string>) => Promise<CliResult>;
  /** The environment of a sandbox that answers as recorded. */
  played: (options?: Partial<SandboxOptions>) => Promise<Record<string, string>>;
  change: (from: string, to: string) => void;
}

/** A conversation with a tool call in an account, exported to bug.chat. */
async function recording(): Promise<Recording> {
  const { env, sandbox } = await account();
  const cwd = temporaryFolder();
  const run: Recording['run'] = (argv, own = env) =>
    runCli(argv, { cwd, home: cwd, env: own, input: '', clock: realClock() });
  await run(['send', 'What is the weather in Rome?', '--title', 'Weather']);
  const [thread] = sandbox.store.list();
  const id = thread?.conversation.id ?? '';
  await run(['send', 'How many turns?', '--conversation', id]);
  const { code } = await run(['conversations', 'export', id, '-o', 'bug.chat']);
  expect(code).toBe(0);
  const path = join(cwd, 'bug.chat');
  return {
    cwd,
    env,
    run,
    async played(options) {
      const file = readChatFile('bug.chat', cliContext({ cwd }));
      return (await account({ script: scriptOf([file]), ...options })).env;
    },
    change: (from, to) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to)),
  };
}

const RUNS: [string, (given: Recording) => Promise<CliResult>][] = [
  ['its recording', ({ run }) => run(['test', '--replay', '-q'])],
  ['the same assistant', ({ run }) => run(['test', '-q'])],
  ['a sandbox that plays it', async ({ run, played }) => run(['test', '-q'], await played())],
  [
    'a sandbox that plays it over a bad network',
    async ({ run, played }) => {
      const rules = ['reset_after:2x', 'list_lag:3x', 'create_conversation/status_503_before:1x'];
      return run(['test', '-q'], await played({ faultSettings: { rules }, clock: realClock() }));
    },
  ],
];

describe('a conversation that was exported, against', () => {
  it.each(RUNS)('%s: passes', async (_, test) => {
    const { code, stdout } = await test(await recording());
    expect([code, stdout.split('\n')[0]]).toEqual([0, '1 passed']);
  });

  it.each(RUNS)('%s: fails when one word of a check is another', async (_, test) => {
    const given = await recording();
    given.change('? calls get_weather {"city":"Rome"}', '? calls get_weather {"city":"Oslo"}');
    const { code, stdout } = await test(given);
    expect(code).toBe(9);
    expect(stdout).toContain('calls get_weather {"city":"Oslo"}\n');
    expect(stdout).toContain('the turn called get_weather {"city":"Rome"}');
    expect(stdout).toContain('> What is the weather in Rome?\n');
  });
});

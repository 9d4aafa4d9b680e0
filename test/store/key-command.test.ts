import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Setting } from '../../src/settings/settings.js';
import { AppError } from '../../src/base/errors.js';
import { keyFromCommand, type KeyCommandOptions } from '../../src/store/key-command.js';
import { failureOf } from '../helpers/failure.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

function run(command: string, more: Partial<KeyCommandOptions> = {}): Promise<Setting<string>> {
  const setting = { value: command, origin: { source: 'profile', detail: '/c' } } as const;
  return keyFromCommand(setting, { signal: new AbortController().signal, ...more });
}

const HINT = 'run it yourself to see why; telnyx-chat config set api_key_command changes it';

describe('the key that a command prints', () => {
  test.each([
    ['with a newline', 'echo KEY1'],
    ['without one', 'printf KEY1'],
    ['with one of Windows', String.raw`printf 'KEY1\r\n'`],
    ['in pieces, by a pipeline', 'printf KE; printf "$(echo Y1 | cat)"'],
  ])('%s', async (_, command) => {
    expect(await run(command)).toEqual({
      value: 'KEY1',
      origin: { source: 'command', detail: command },
    });
  });

  test.each<[string, string, string, string]>([
    ['nothing', 'true', 'printed nothing', HINT],
    ['an empty line', 'echo', 'printed nothing', HINT],
    [
      'more than a line',
      'echo KEY-secret; echo url: x',
      'printed more than one line',
      'append | head -1, for example',
    ],
    [
      'what is no key',
      'echo not a secret',
      'printed something that does not look like an API key',
      'copy the key again from the Telnyx portal, without quotes, spaces or line breaks',
    ],
    ['without end', 'yes KEY-secret 2> /dev/null', 'printed too much for a key', HINT],
    ['a key, and fails', 'echo KEY-secret; exit 3', 'failed with exit code 3', HINT],
    ['a key, and is killed', 'echo KEY-secret; kill -9 $$', 'failed with SIGKILL', HINT],
    [
      'nothing, as there is no such command',
      'no-such-command-1 2> /dev/null',
      'failed with exit code 127',
      HINT,
    ],
  ])('%s is refused, and never shown', async (_, command, why, hint) => {
    expect(await failureOf(run(command))).toEqual({
      kind: 'not_configured',
      message: `the API key command ${why}: ${command}`,
      hint,
    });
  });

  test('is waited for only so long', async () => {
    expect(await failureOf(run('exec sleep 60', { limitMs: 50 }))).toMatchObject({
      message: 'the API key command did not finish within 0.05 s: exec sleep 60',
    });
  });

  test('is not waited for any more when the person stops the program', async () => {
    const controller = new AbortController();
    const key = run('exec sleep 60', { signal: controller.signal });
    controller.abort(new AppError('interrupted', 'interrupted'));
    expect(await failureOf(key)).toEqual({ kind: 'interrupted', message: 'interrupted' });
  });

  test('is not begun at all when they have', async () => {
    const trace = join(temporaryFolder(), 'trace');
    const signal = AbortSignal.abort(new AppError('interrupted', 'interrupted'));
    expect(await failureOf(run(`echo x > ${trace}`, { signal }))).toMatchObject({
      kind: 'interrupted',
    });
    expect(existsSync(trace) && readFileSync(trace, 'utf8')).toBe(false);
  });
});

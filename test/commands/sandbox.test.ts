import { expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { FAULT_KINDS } from '../../src/sandbox/faults/grammar.js';
import { runCli, type CliResult } from '../helpers/run-cli.js';

const stopped = AbortSignal.abort(new AppError('interrupted', 'stopped'));
const sandbox = (...argv: string[]): Promise<CliResult> =>
  runCli(['sandbox', '--port', '0', ...argv], { signal: stopped });

it('prints how to reach it, and ends when it is stopped', async () => {
  const { code, stdout, stderr } = await sandbox();
  expect([code, stderr]).toEqual([130, '']);
  expect(stdout).toMatch(
    /^sandbox: (http:\/\/127\.0\.0\.1:\d+\/v2)\n {2}export TELNYX_BASE_URL=\1\n.*\n.*\n$/,
  );
});

it('prints its faults and the seed', async () => {
  const faults = ['--fault', 'reset_after:0.1', '--fault', 'list_lag@2:3x'];
  const printed = async (...argv: string[]): Promise<string | undefined> =>
    (await sandbox(...argv)).stdout.split('\n').find((line) => line.startsWith('faults'));
  expect(await printed(...faults, '--seed', '7')).toBe(
    'faults: reset_after:0.1 list_lag@2:3x (--seed 7)',
  );
  const drawn = await printed(...faults);
  expect(drawn).toMatch(/--seed \d+\)$/);
  expect(await printed(...faults)).not.toBe(drawn);
});

it('names the fault that was meant, and all of them', async () => {
  expect(await sandbox('--fault', 'reset_aftr:0.1')).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: bad fault "reset_aftr:0.1"\nhint: did you mean reset_after? the faults are ${Object.keys(FAULT_KINDS).join(', ')}\n`,
  });
});

it.each([
  [['--fault', 'reset_after'], 'bad fault "reset_after"'],
  [['--fault', 'reset_after:2'], 'bad fault "reset_after:2"'],
  [['--fault', 'reset_after:0.6', '--fault', 'cut:0.6'], 'too many faults at chat: 1.2'],
  [['--seed', 'x'], 'bad --seed "x"'],
  [['--seed', '4294967296'], 'bad --seed "4294967296"'],
])('refuses %j', async (argv, message) => {
  const { code, stdout, stderr } = await sandbox(...argv);
  expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', `error: ${message}`]);
});

it('lists every kind with what it is', async () => {
  const { code, stdout } = await sandbox('--list-faults');
  const lines = stdout.trimEnd().split('\n');
  expect([code, lines.map((line) => line.split(' ')[0])]).toEqual([0, Object.keys(FAULT_KINDS)]);
  expect(lines).toContain(
    'list_lag                     the newest messages are not listed yet (@ how many, 1 unless given)',
  );
});

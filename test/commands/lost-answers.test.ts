import { expect, test } from 'vitest';
import { account } from '../helpers/account.js';
import { impatientClock, runCli } from '../helpers/run-cli.js';

const REPLY = 'Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do.';

async function sendWith(fault: string, argv: string[], more: Parameters<typeof runCli>[1] = {}) {
  const clock = impatientClock();
  const { env } = await account({ clock, faultSettings: { script: [fault] } });
  return runCli(['send', 'hello', ...argv], { env, clock, ...more });
}

test('a stream that was cut goes on where it stopped', async () => {
  const { code, stdout, stderr } = await sendWith('cut@150', ['--jsonl', '-v']);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const deltas = lines.filter(({ type }) => type === 'delta').map(({ text }) => String(text));
  expect({ code, deltas, last: lines.at(-1)?.['reply'] }).toEqual({
    code: 0,
    deltas: ['Hello!', ' I', ' am', REPLY.slice('Hello! I am'.length)],
    last: REPLY,
  });
  expect(stderr).toMatch(
    /^connection cut .*; the answer was lost: looking for it\nthe answer was found\n$/,
  );
});

test('on a terminal, too', async () => {
  const terminal = { stdoutIsTTY: true, columns: 100 };
  const { code, stdout } = await sendWith('cut@150', ['--no-color'], terminal);
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: REPLY });
});

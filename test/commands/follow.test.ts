import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { CALL, HOURS, populatedAccount, type Populated } from '../helpers/populated-account.js';
import { realClock } from '../helpers/real-clock.js';
import { runCli, type CliResult } from '../helpers/run-cli.js';

/** Follows until so much is on stdout. */
async function followed(
  { env, clock }: Pick<Populated, 'env'> & { clock?: Populated['clock'] },
  argv: string[],
  isEnough: (stdout: string) => boolean,
): Promise<CliResult> {
  const stop = new AbortController();
  return runCli(['conversations', 'show', ...argv, '--follow'], {
    ...{ env, signal: stop.signal, ...(clock && { clock }) },
    onStdout: (text) => {
      if (isEnough(text)) stop.abort(new AppError('interrupted', 'interrupted'));
    },
  });
}

describe('conversations show --follow', () => {
  it('prints what was said, then what comes, tool calls too', async () => {
    const account = await populatedAccount();
    const { store } = account.sandbox;
    const thread = store.find(HOURS);
    const { code, stdout } = await followed(account, [HOURS], (text) => {
      if (thread?.messages.length === 4 && text.includes('At ten.')) {
        store.append(thread, { role: 'user', text: 'And on Monday?' });
      }
      return text.includes('Monday');
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(
      /^id {9}1111.*calls look_up.*At ten\.\n\n.*user\n {2}And on Monday\?\n$/s,
    );
  });

  it('prints a line of JSON for each message and each change', async () => {
    const account = await populatedAccount();
    const thread = account.sandbox.store.find(HOURS);
    const { code, stdout, stderr } = await followed(
      account,
      [HOURS, '--json', '--redact'],
      (text) => {
        if (thread && text.includes('At ten.'))
          thread.conversation.metadata['ai_disabled'] = 'true';
        return text.includes('ai_disabled');
      },
    );
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      ...['user', 'assistant', 'tool', 'assistant'].map((role) => ({ type: 'message', role })),
      { type: 'state', ai_disabled: true },
    ]);
    expect([code, stderr]).toEqual([130, '']);
  });

  it('says once that a person has taken the conversation over', async () => {
    const account = await populatedAccount();
    const thread = account.sandbox.store.find(HOURS);
    if (thread) thread.conversation.metadata['ai_disabled'] = 'true';
    const { stdout, stderr } = await followed(account, [HOURS], (text) => text.includes('At ten.'));
    expect(`${stdout}${stderr}`.match(/taken[^]{0,20}over/g)).toHaveLength(1);
  });

  it('ends when the conversation is deleted', async () => {
    const account = await populatedAccount();
    const { code, stderr } = await followed(account, [CALL], (text) => {
      if (text !== '') account.sandbox.store.delete(CALL);
      return false;
    });
    expect(code).toBe(5);
    expect(stderr).toMatch(/no such conversation|not found|no conversation/i);
  });

  it('survives faults of a real network, and loses and repeats nothing', async () => {
    const rules = [
      ...['list_messages/reset_before:0.1', 'list_messages/status_429:0.05'],
      ...['list_lag:0.3', 'list_reordered:1'],
    ];
    const account = await populatedAccount({
      clock: realClock(),
      faultSettings: { rules, seed: 3 },
    });
    const thread = account.sandbox.store.find(CALL);
    let sent = 0;
    const timer = setInterval(() => {
      if (thread && sent < 20) {
        account.sandbox.store.append(thread, { role: 'user', text: `line ${++sent}.` });
      }
    }, 150);
    const { stdout } = await followed(
      { env: account.env, clock: realClock() as never },
      [CALL],
      (text) => text.includes('line 20.'),
    ).finally(() => clearInterval(timer));
    const lines = Array.from(stdout.matchAll(/line (\d+)\./g), ([, number]) => Number(number));
    expect(lines).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  }, 60_000);
});

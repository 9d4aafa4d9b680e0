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

describe('conversations list --watch', () => {
  const idsIn = (stdout: string): string[] => stdout.match(/^[\da-f-]{36}/gm) ?? [];

  it('prints what there is, then what begins and what moves, the latest at the bottom', async () => {
    const { sandbox, env, clock } = await populatedAccount();
    const stop = new AbortController();
    let begun = '';
    const { code, stdout } = await runCli(['conversations', 'list', '--watch'], {
      ...{ env, clock, signal: stop.signal },
      onStdout(text) {
        const count = idsIn(text).length;
        const thread = sandbox.store.find(HOURS);
        clock.advance(1_000);
        if (count === 2 && begun === '') {
          begun = sandbox.store.create('new', { assistant_id: sandbox.assistantId }).conversation
            .id;
        } else if (count === 3 && thread) {
          sandbox.store.append(thread, { role: 'user', text: 'again' });
        } else if (count === 4) stop.abort(new AppError('interrupted', 'interrupted'));
      },
    });
    expect(code).toBe(130);
    expect(idsIn(stdout)).toEqual([HOURS, CALL, begun, HOURS]);
  });

  it('prints one of the channel that is listed late, and none of another channel', async () => {
    const { sandbox, env, clock } = await populatedAccount();
    const stop = new AbortController();
    const begin = (name: string, channel: string, ageMs: number): void => {
      const metadata = {
        assistant_id: sandbox.assistantId,
        telnyx_conversation_channel: channel,
      };
      const { conversation } = sandbox.store.create(name, metadata);
      conversation.last_message_at = new Date(clock.now().getTime() - ageMs).toISOString();
    };
    const { stdout } = await runCli(
      ['conversations', 'list', '--watch', '--json', '--channel', 'phone_call'],
      {
        ...{ env, clock, signal: stop.signal },
        onStdout(text) {
          const count = text.split('\n').length - 1;
          if (count === 1) begin('second', 'phone_call', 0);
          if (count === 2) begin('other', 'sms_chat', 0);
          if (count === 2) begin('first', 'phone_call', 6_000);
          if (count === 3) stop.abort(new AppError('interrupted', 'interrupted'));
        },
      },
    );
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { name: string | null }).name)).toEqual([
      null,
      'second',
      'first',
    ]);
  });

  it('prints all that there were though the first look broke off', async () => {
    const fault = 'list_conversations/status_500_before';
    const { sandbox, env, clock } = await populatedAccount({
      faultSettings: { script: ['list_conversations/none', fault, fault, fault] },
    });
    for (let count = 0; count < 150; count++) {
      clock.advance(60_000);
      sandbox.store.create(`${count}`, { assistant_id: sandbox.assistantId });
    }
    const stop = new AbortController();
    const { stdout } = await runCli(['conversations', 'list', '--watch', '--limit', 'all'], {
      ...{ env, clock, signal: stop.signal },
      onStdout: (text) => {
        if (text !== '') stop.abort(new AppError('interrupted', 'interrupted'));
      },
    });
    expect(idsIn(stdout)).toHaveLength(152);
  });

  it('looks each second at first, later each 10 s, at the front of the list only', async () => {
    const limits: (string | null)[] = [];
    const { env, clock } = await populatedAccount({
      intercept(call, run) {
        if (call.operation === 'list_conversations') limits.push(call.query.get('limit'));
        return run(call);
      },
    });
    const looks: number[] = [];
    const stop = new AbortController();
    await runCli(['conversations', 'list', '--watch'], {
      ...{ env, signal: stop.signal },
      clock: {
        ...clock,
        sleep(ms, signal) {
          looks.push(ms);
          if (looks.length === 60) stop.abort(new AppError('interrupted', 'interrupted'));
          return clock.sleep(ms, signal);
        },
      },
    });
    expect([looks[0], looks.at(-2)]).toEqual([1_000, 10_000]);
    expect(limits.slice(0, 2)).toEqual(['100', '20']);
    expect(limits).toHaveLength(60);
  });

  it('prints a line of JSON for each, and goes on after trouble', async () => {
    const rules = ['list_conversations/status_503_before:0.5'];
    const { sandbox, env, clock } = await populatedAccount({
      faultSettings: { rules: rules.map((rule) => rule.replace('503', '500')), seed: 2 },
    });
    const stop = new AbortController();
    const { code, stdout, stderr } = await runCli(
      ['conversations', 'list', '--watch', '--json', '--all'],
      {
        ...{ env, clock, signal: stop.signal },
        onStdout(text) {
          const count = text.split('\n').length - 1;
          clock.advance(1_000);
          if (count === 3) sandbox.store.create('new', {});
          else if (count === 4) stop.abort(new AppError('interrupted', 'interrupted'));
        },
      },
    );
    expect(code).toBe(130);
    expect(stderr).not.toContain('"error"');
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { name: string | null }).name)).toEqual([
      'Opening hours',
      null,
      'Opening hours',
      'new',
    ]);
  });
});

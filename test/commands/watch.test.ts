import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { CALL, HOURS, populatedAccount } from '../helpers/populated-account.js';
import { runCli } from '../helpers/run-cli.js';

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

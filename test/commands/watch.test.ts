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

import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { builtProgram } from '../helpers/built-program.js';
import { openChat } from '../helpers/chat.js';
import { CTRL, ENTER } from '../helpers/keys.js';

describe.each([
  [80, 24],
  [40, 12],
] as const)('the names of conversations at %i×%i', (...size) => {
  it('are the first words of their first message, for /resume and for the list', async () => {
    const sandbox = await account();
    const question = 'Is there parking at your shop, also for a caravan of seven metres?';
    const first = await openChat({ size, sandbox });
    await first.say(question, /metres\?"\n+>$/);
    first.terminal.type('/exit' + ENTER);
    await first.terminal.exit;
    const { env } = sandbox;
    await builtProgram(['send', 'When do you open?'], { env });

    const { terminal, say } = await openChat({ size, sandbox });
    await say('/resume', 'When do you open?');
    await terminal.shows('Is there parking');
    terminal.type(CTRL('c'));
    const listed = await builtProgram(['conversations', 'list'], { env });
    expect(listed.stdout.split('\n').map((row) => row.split('\t')[1])).toEqual([
      'When do you open?',
      'Is there parking at your shop, also for a caravan of seven…',
      undefined,
    ]);
    const name = 'Is there parking at your shop, also for a caravan of seven…';
    const more = await builtProgram(['send', '--conversation', name, 'how many turns?'], { env });
    expect(more.stdout).toBe('This is turn 2 of our conversation.\n');
  });
});

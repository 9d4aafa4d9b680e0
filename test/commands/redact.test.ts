import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { populatedAccount, type Populated } from '../helpers/populated-account.js';
import { runCli, temporaryFolder, type CliOptions, type CliResult } from '../helpers/run-cli.js';

const ID = '44444444-4444-4444-8444-444444444444';

async function callAccount(): Promise<Populated> {
  const account = await populatedAccount();
  const { store } = account.sandbox;
  const now = account.clock.now().toISOString();
  const metadata = { telnyx_end_user_target: '+13125550100', order: '123456789012' };
  const conversation = { id: ID, name: 'Call', metadata, created_at: now, last_message_at: now };
  const thread = { conversation, messages: [], isRetained: true };
  store.add(thread);
  const args = '{"to":"+13125550100","order_id":302123456789}';
  const call = { id: '1', type: 'function' as const, function: { name: 'dial', arguments: args } };
  store.append(thread, {
    role: 'user',
    text: 'I am at three one two, five five five, oh one oh oh',
  });
  store.append(thread, { role: 'assistant', text: null, tool_calls: [call] });
  store.append(thread, { role: 'tool', text: '{"mail":"ana@example.com","phone":3125550100}' });
  store.append(thread, { role: 'assistant', text: 'Order 4711 comes at 10:30.' });
  return account;
}

const run = ({ env, clock }: Populated, argv: string[], options?: CliOptions): Promise<CliResult> =>
  runCli(['conversations', ...argv, '--redact'], { env, clock, ...options });

describe('conversations show --redact', () => {
  it('masks what is shown, and says how much', async () => {
    const { code, stdout, stderr } = await run(await callAccount(), ['show', ID]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'redacted 4 phone numbers, 1 e-mail address\n',
    });
    expect(stdout).toContain('with       [phone 1]\n');
    expect(stdout).toContain('  I am at [phone 1]\n');
    expect(stdout).toContain('  calls dial({"to":"[phone 1]","order_id":302123456789})\n');
    expect(stdout).toContain('  {"mail":"[email 1]","phone":"[phone 1]"}\n');
    expect(stdout).toContain('Order 4711 comes at 10:30.');
  });

  it.each([
    ['Call me at 312 555…', 'Call me at …'],
    ['At ten, order 47…', 'At ten, order 47…'],
  ])('masks what is left of a number at the end of the name %j', async (name, shown) => {
    const account = await callAccount();
    const thread = account.sandbox.store.find(ID);
    if (thread) thread.conversation.name = name;
    const { stdout } = await run(account, ['show', ID]);
    expect(stdout).toContain(`\nname       ${shown}\n`);
  });

  it('says how much also when it ends with Ctrl-C', async () => {
    const stop = new AbortController();
    const { code, stderr } = await run(await callAccount(), ['show', ID, '--follow'], {
      signal: stop.signal,
      onStdout: (text) => {
        if (text.includes('Order')) stop.abort(new AppError('interrupted', 'interrupted'));
      },
    });
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: 'redacted 4 phone numbers, 1 e-mail address\n',
    });
  });

  it('leaves JSON for programs, and nothing on stderr', async () => {
    const { stdout, stderr } = await run(await callAccount(), ['show', ID, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      with: '[phone 1]',
      metadata: { telnyx_end_user_target: '[phone 1]', order: '123456789012' },
      messages: [{ text: 'I am at [phone 1]' }, {}, {}, {}],
    });
    expect(stderr).toBe('');
  });
});

describe('conversations export --redact', () => {
  it.each(['md', 'json', 'txt'])('masks a file in %s', async (format) => {
    const cwd = temporaryFolder();
    const file = `call.${format}`;
    const { stderr } = await run(await callAccount(), ['export', ID, '-o', file], { cwd });
    expect(stderr).toBe(
      `saved to ${join(cwd, file)}\nredacted 4 phone numbers, 1 e-mail address\n`,
    );
    const text = readFileSync(join(cwd, file), 'utf8');
    expect(text).toContain('[phone 1]');
    expect(text).not.toMatch(/0100|oh one|ana@/);
  });
});

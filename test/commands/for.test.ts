import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { account } from '../helpers/account.js';
import { impatientClock, runCli, type CliResult } from '../helpers/run-cli.js';
import { call } from '../sandbox/start.js';

type Account = Awaited<ReturnType<typeof account>>;

const TICKET = ['--for', 'ticket=4711'];

function send({ env }: Account, text: string, flags = TICKET): Promise<CliResult> {
  return runCli(['send', '--json', text, ...flags], { env });
}

const idIn = ({ stdout }: CliResult): string =>
  (JSON.parse(stdout) as { conversation_id: string }).conversation_id;

const metadata = (sandbox: Sandbox): unknown[] =>
  sandbox.store.list().map(({ conversation }) => conversation.metadata);

describe('--for', () => {
  it('begins one conversation with the metadata, and goes on with it', async () => {
    const given = await account();
    const first = await send(given, 'my name is Ada');
    const second = await send(given, 'what is my name?');
    expect(JSON.parse(first.stdout)).toMatchObject({ new_conversation: true });
    expect(JSON.parse(second.stdout)).toMatchObject({
      conversation_id: idIn(first),
      reply: 'Your name is Ada.',
      new_conversation: false,
    });
    expect(metadata(given.sandbox)).toEqual([
      { ticket: '4711', assistant_id: 'assistant-sandbox' },
    ]);
  });

  it('means the same with spaces around key and value', async () => {
    const given = await account();
    const ids = [];
    for (const pair of ['ticket=4711', 'ticket = 4711', ' ticket=4711 ']) {
      ids.push(idIn(await send(given, 'hello', ['--for', pair])));
    }
    expect(new Set(ids).size).toBe(1);
  });

  it('keeps apart other values, other pairs and other assistants', async () => {
    const given = await account();
    const flags = [
      TICKET,
      ['--for', 'ticket=4712'],
      [...TICKET, '--for', 'branch=main'],
      [...TICKET, '-a', 'assistant-sandbox-quiet'],
    ];
    const ids = new Set<string>();
    for (const each of flags) ids.add(idIn(await send(given, 'hello', each)));
    // The pairs of a conversation that has more are there too: it is one that has this metadata.
    expect(ids.size).toBe(4);
    const turned = ['--for', 'branch=main', ...TICKET];
    expect(ids).toContain(idIn(await send(given, 'hello', turned)));
  });

  it.each([2, 8])('makes one when %i ask at once', async (count) => {
    const given = await account({ latencyMs: 5, clock: impatientClock() });
    const results = await Promise.all(
      Array.from({ length: count }, (_, index) => send(given, `hello ${index}`)),
    );
    expect(new Set(results.map(idIn)).size).toBe(1);
    expect(given.sandbox.store.list()).toHaveLength(1);
    expect(given.sandbox.stats().conversations[0]?.turns).toHaveLength(count);
  });

  it('makes one when the answer to its making is lost', async () => {
    const faultSettings = { rules: ['create_conversation/reset_after:2x'] };
    const given = await account({ faultSettings });
    expect(await send(given, 'hello')).toMatchObject({ code: 0 });
    expect(given.sandbox.store.list()).toHaveLength(1);
  });

  it('begins another when the one it made was deleted within the day', async () => {
    const given = await account();
    const ids = [];
    for (let round = 0; round < 3; round++) {
      const result = await send(given, 'hello');
      expect(result).toMatchObject({ code: 0, stderr: '' });
      ids.push(idIn(result));
      given.sandbox.store.delete(ids.at(-1) ?? '');
    }
    expect(new Set(ids).size).toBe(3);
  });

  it('begins another when the one it made was given to something else', async () => {
    const given = await account();
    const id = idIn(await send(given, 'hello'));
    await call(given.sandbox, `/ai/conversations/${id}`, { method: 'PUT', body: { metadata: {} } });
    expect(idIn(await send(given, 'hello'))).not.toBe(id);
  });

  it('takes the oldest of several', async () => {
    const clock = impatientClock();
    const given = await account({ clock });
    const pairs = { ticket: '4711', assistant_id: 'assistant-sandbox' };
    const { conversation } = given.sandbox.store.create('', pairs);
    await clock.sleep(5_000);
    given.sandbox.store.create('', pairs);
    expect(idIn(await send(given, 'hello'))).toBe(conversation.id);
  });

  it('is one conversation for all lines of a pipe, and new for the first of them', async () => {
    const { env, sandbox } = await account();
    const argv = ['--jsonl', ...TICKET];
    const { stdout } = await runCli(argv, { env, input: 'my name is Ada\nwhat is my name?\n' });
    const turns = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(turns).toMatchObject([
      { new_conversation: true },
      { new_conversation: false, reply: 'Your name is Ada.' },
    ]);
    expect(sandbox.store.list()).toHaveLength(1);
  });

  it.each([
    [['--for', 'ticket'], 'bad --for "ticket"', 'ticket=4711'],
    [['--for', '=4711'], 'bad --for "=4711"', 'ticket=4711'],
    [['--for', 'ticket='], '--for ticket= has no value', 'ticket=4711'],
    [['--for', 'a=1', '--for', 'a=2'], '--for gives "a" two values', 'each key once'],
    [['--for', 'assistant_id=x'], '--for cannot set assistant_id', '--assistant'],
    [['--for', 'ai_disabled=true'], '--for cannot set ai_disabled', 'takeover'],
    [['--for', 'telnyx_chat_name=x'], '--for cannot set telnyx_chat_name', '--conversation'],
    [['--for', ' = x'], 'bad --for " = x"', 'ticket=4711'],
    [['--for', 'ticket= '], '--for ticket= has no value', 'ticket=4711'],
    [['--for', '__proto__=x'], '--for cannot have the key __proto__', 'another key'],
    [['--for', ' constructor=x'], '--for cannot have the key constructor', 'another key'],
    [[...TICKET, '-c'], '--continue and --for exclude each other', 'keep one'],
    [[...TICKET, '--conversation', 'x'], '--conversation and --for exclude each other', 'keep one'],
    [[...TICKET, '--title', 'x'], '--title and --meta are for a new conversation', '--for'],
  ])('%j is refused before any request', async (flags, message, hint) => {
    const { env, sandbox } = await account();
    const { code, stdout, stderr } = await runCli(['send', 'hello', ...flags], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).toContain(hint);
    expect(sandbox.stats().requests).toEqual({});
  });

  it('a conversation that cannot be found or made: nothing was sent', async () => {
    const faultSettings = { rules: ['list_conversations/status_503_before:1'] };
    const { env, sandbox } = await account({ faultSettings });
    const { code, stderr } = await runCli(['send', '--json', 'hello', ...TICKET], { env });
    expect({ code, error: JSON.parse(stderr) as unknown }).toMatchObject({
      code: 1,
      error: { error: { status: 503, delivery: 'not_sent' } },
    });
    expect(sandbox.requestCount('chat')).toBe(0);
  });
});

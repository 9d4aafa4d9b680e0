import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { run as runProgram } from '../../src/main.js';
import { account } from '../helpers/account.js';
import { HOURS, populatedAccount, type Populated } from '../helpers/populated-account.js';
import {
  cliContext,
  impatientClock,
  runCli,
  type CliOptions,
  type CliResult,
} from '../helpers/run-cli.js';
import { realClock } from '../helpers/real-clock.js';
import { stillClock } from '../helpers/still-clock.js';
import { seed } from '../../src/sandbox/control.js';
import { openChat } from '../helpers/chat.js';

const run = (
  { env, clock }: Populated,
  argv: string[],
  options: CliOptions = {},
): Promise<CliResult> => runCli(['conversations', 'search', ...argv], { env, clock, ...options });

const NOTE = 'searching the last 30 days; --since 365d searches a year\n';

/** An account with many conversations of 20 messages. */
async function manyConversations(options: Parameters<typeof account>[0] = {}) {
  const clock = stillClock();
  const given = await account({ clock, ...options });
  const add = (conversations: number): string[] =>
    seed(
      {
        ...{ conversations, messages: 20, every_ms: 1_000, name: '' },
        metadata: { assistant_id: given.sandbox.assistantId },
      },
      { store: given.sandbox.store, now: clock.now(), randomId: () => crypto.randomUUID() },
    );
  return { ...given, clock, add };
}

const CALL_BACK = '55555555-5555-4555-8555-555555555555';

const idsIn = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '');

describe('conversations search', () => {
  it('prints fields on a pipe', async () => {
    expect(await run(await populatedAccount(), ['open', 'sunday'])).toEqual({
      code: 0,
      stdout: `${HOURS}\tOpening hours\t2026-01-01T00:00:00.001Z\tuser\tWhen do you open on Sunday?\n`,
      stderr: `${NOTE}1 message found in 2 conversations\n`,
    });
  });

  it('marks the words on a terminal', async () => {
    const options = { stdoutIsTTY: true };
    const argv = ['sunday', '--role', 'user', '--no-color', '--quiet'];
    const { stdout } = await run(await populatedAccount(), argv, options);
    expect(stdout).toBe(
      `${HOURS}  Opening hours  2 h ago\n  2026-01-01 00:00:00Z  user  When do you open on *Sunday*?\n`,
    );
  });

  it('breaks lines between words on a terminal, colours or not', async () => {
    const account = await populatedAccount();
    const thread = account.sandbox.store.find(HOURS);
    const text = 'The fourth line of this message is open on Sunday, as all of us know';
    if (thread) account.sandbox.store.append(thread, { role: 'user', text });
    for (const color of [[], ['--no-color']]) {
      const argv = ['fourth', 'sunday', '--quiet', ...color];
      const { stdout } = await run(account, argv, { stdoutIsTTY: true, columns: 60 });
      expect(stripVTControlCharacters(stdout).replaceAll('*', '').split('\n')).toEqual([
        `${HOURS}  Opening hours  just`,
        '    now',
        '  2026-01-01 03:00:00Z  user  The fourth line of this',
        '    message is open on Sunday, as all of us know',
        '',
      ]);
    }
  });

  it('prints a line of JSON for each message, tool calls included', async () => {
    const { stdout, stderr } = await run(await populatedAccount(), ['look_up', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      conversation_id: HOURS,
      name: 'Opening hours',
      time: '2026-01-01T00:00:00.002Z',
      role: 'assistant',
      text: 'look_up {"day":"Sunday"}',
      matches: [[0, 7]],
    });
    expect(stderr).toBe('');
  });

  it.each([
    [['op.n\\w*', '--regex'], 2],
    [['sunday', '--role', 'tool'], 0],
    [['sunday', '--channel', 'phone_call'], 0],
    [['ten', '--limit', '1'], 1],
    [['"do you" sunday'], 1],
    [['"you do" sunday'], 0],
    [['sunday', '--name', 'nothing'], 0],
  ])('%j finds %d', async (argv, count) => {
    const { stdout } = await run(await populatedAccount(), argv);
    expect(idsIn(stdout)).toHaveLength(count);
  });

  it('masks what it shows', async () => {
    const account = await populatedAccount();
    const thread = account.sandbox.store.find(HOURS);
    if (thread) {
      account.sandbox.store.append(thread, { role: 'user', text: 'Call +13125550100 on Sunday.' });
    }
    const { stdout, stderr } = await run(account, ['call', '--redact']);
    expect(stdout).toContain('\tuser\tCall [phone 1] on Sunday.\n');
    expect(stderr).toMatch(/redacted 1 phone number\n$/);
  });

  it.each([
    ['in a pipe', {}, 4],
    ['on a terminal', { stdoutIsTTY: true, columns: 200 }, 3],
  ])('counts what is masked in what it prints %s', async (_, window, count) => {
    const account = await populatedAccount();
    const thread = account.sandbox.store.find(HOURS);
    if (!thread) throw new Error('there is no such conversation');
    thread.conversation.name = 'Ana, (312) 555-0100, call 312 555…';
    thread.conversation.metadata['telnyx_end_user_target'] = '+13125550199';
    const long = `${'They said nothing. '.repeat(20)}Or ana@example.com.`;
    for (const text of [`Can I reach you at 312-555-0100? ${long}`, 'Then reach 312-555-0177.']) {
      account.sandbox.store.append(thread, { role: 'user', text });
    }
    const { stdout, stderr } = await run(account, ['reach', '--redact'], window);
    expect(stdout.match(/\[phone \d\]/g)).toHaveLength(count);
    expect(stdout).not.toMatch(/555|ana@/);
    expect(stderr).toContain(`\nredacted ${count} phone numbers\n`);
  });

  it('masks a number before it cuts first words within it', async () => {
    const account = await populatedAccount();
    const { store } = account.sandbox;
    const text = 'Please call me back as soon as you can: (312) 555-0100, on Sunday at the latest.';
    const metadata = { assistant_id: account.sandbox.assistantId };
    const at = account.clock.now().toISOString();
    const conversation = { id: CALL_BACK, name: '', metadata, created_at: at, last_message_at: at };
    const thread = { conversation, messages: [], isRetained: true };
    store.add(thread);
    store.append(thread, { role: 'user', text });
    const { stdout } = await run(account, ['latest', '--redact']);
    expect(stdout).toContain('\tPlease call me back as soon as you can: [phone 1], on…\t');
  });

  it.each([
    [[' '], 'words to search for are required'],
    [['(', '--regex'], 'bad --regex "("'],
    [['x', '--limit', '0'], 'bad --limit "0"'],
    [['x', '--since', 'soon'], 'bad --since "soon"'],
  ])('refuses %j before any request', async (argv, message) => {
    const account = await populatedAccount();
    const { code, stderr } = await run(account, argv);
    expect({ code, requests: account.sandbox.requestCount('list_conversations') }).toEqual({
      code: 2,
      requests: 0,
    });
    expect(stderr).toContain(message);
  });

  it('is complete over as many requests as make it change its way of sending them', async () => {
    const many = await manyConversations();
    const ids = many.add(800);
    const argv = ['conversations', 'search', 'question 10', '--limit', 'all', '--debug'];
    const { stdout, stderr } = await runCli(argv, { env: many.env, clock: many.clock });
    expect(idsIn(stdout)).toEqual(ids.toReversed());
    // For each way four that read messages, and one that reads the list.
    const connections = stderr.match(/: connect /g)?.length;
    expect(connections).toBeGreaterThan(5);
    expect(connections).toBeLessThanOrEqual(10);
  });

  it('is complete with faults, and reads nothing twice', async () => {
    const rules = ['list_messages/status_429:0.05', 'list_messages/status_500_before:0.02'];
    const many = await manyConversations({ faultSettings: { rules, seed: 7 } });
    const ids = many.add(300);
    const { code, stdout } = await runCli(
      ['conversations', 'search', 'question 10', '--limit', 'all'],
      { env: many.env, clock: many.clock },
    );
    expect(code).toBe(0);
    expect(idsIn(stdout)).toEqual(ids.toReversed());
  });

  it('is complete in a list that changes meanwhile', async () => {
    let calls = 0;
    const deleted: string[] = [];
    const many = await manyConversations({
      async intercept(call, run) {
        if (call.operation !== 'list_messages' || ++calls > 400) return run(call);
        const { store } = many.sandbox;
        // The oldest one is used again and moves to the front, a new one starts, the one to be read is deleted.
        if (calls % 10 === 0) {
          many.clock.advance(1_000);
          const [oldest] = store
            .list()
            .toSorted((a, b) =>
              a.conversation.last_message_at < b.conversation.last_message_at ? -1 : 1,
            );
          if (oldest) store.append(oldest, { role: 'user', text: 'again' });
        } else if (calls % 10 === 3) {
          const begun = store.create('', { assistant_id: many.sandbox.assistantId });
          store.append(begun, { role: 'user', text: 'question 10' });
        } else if (calls % 10 === 6) {
          store.delete(call.id);
          deleted.push(call.id);
        }
        return run(call);
      },
    });
    const ids = many.add(300);
    const { code, stdout } = await runCli(
      ['conversations', 'search', 'question 10', '--limit', 'all', '--quiet'],
      { env: many.env, clock: many.clock },
    );
    const found = idsIn(stdout);
    expect(code).toBe(0);
    expect(found).toHaveLength(new Set(found).size);
    expect(deleted.length).toBeGreaterThan(20);
    expect(found.filter((id) => ids.includes(id)).toSorted()).toEqual(
      ids.filter((id) => !deleted.includes(id)).toSorted(),
    );
  });

  it('shows how far it is and what is left, and takes that away before a result', async () => {
    const many = await manyConversations();
    many.add(100);
    let ms = 0;
    const clock = { ...impatientClock(), now: () => many.clock.now(), monotonic: () => (ms += 50) };
    const context = cliContext({ stdoutIsTTY: true, stderrIsTTY: true, env: many.env, clock });
    const shownBefore: string[] = [];
    context.stdout.onText = () =>
      shownBefore.push(context.stderr.text.split(/[\r\n]/).at(-1) ?? '');
    const argv = ['conversations', 'search', 'question 10', '--limit', 'all', '--since', '3d'];
    expect(await runProgram(argv, context)).toBe(0);
    expect(context.stderr.text).toMatch(
      /searched \d+ conversations back to 2025-12-31, 2 d left; \d+ messages found/,
    );
    expect(shownBefore.length).toBeGreaterThan(1);
    expect(shownBefore.filter((line) => line.includes('searched'))).toEqual([]);
  });

  it('counts one message as one while it searches', async () => {
    const many = await manyConversations();
    const [id = ''] = many.add(100);
    const thread = many.sandbox.store.find(id);
    if (thread) many.sandbox.store.append(thread, { role: 'user', text: 'a zebra' });
    let ms = 0;
    const clock = { ...impatientClock(), now: () => many.clock.now(), monotonic: () => (ms += 50) };
    const context = cliContext({ stderrIsTTY: true, env: many.env, clock });
    expect(await runProgram(['conversations', 'search', 'zebra', '--limit', 'all'], context)).toBe(
      0,
    );
    expect(context.stderr.text).toMatch(/searched \d+ conversations [^\r]*; 1 message found/);
  });

  it('keeps what was found when it is stopped', async () => {
    const stop = new AbortController();
    const many = await manyConversations();
    many.add(300);
    const { stdout, stderr } = await runCli(
      ['conversations', 'search', 'question 10', '--limit', 'all'],
      {
        ...{ env: many.env, clock: many.clock, signal: stop.signal },
        onStdout: () => stop.abort(new Error('stopped')),
      },
    );
    expect(idsIn(stdout).length).toBeGreaterThan(0);
    expect(stderr).toMatch(/stopped: \d+ messages? found in \d+ conversations? so far/);
  });
});

describe('/search', () => {
  it('numbers what it finds, and /resume takes the number', async () => {
    const { terminal, say } = await openChat({ sandbox: await account({ clock: realClock() }) });
    await say('my name is Ana', /Ana/);
    await say('/new', /starts a new conversation/);
    await say('what are the opening hours', /You said/);
    await say('/search name ana', /\/resume 1 continues the first/);
    expect(terminal.screen().join('\n')).toMatch(
      / 1 {2}my name is Ana {2}just now\n {4}\w+: .*Ana/,
    );
    await say('/search "name my"', /nobody said that/);
    await say('/search "my name" ana', /"my name" ana\n 1 {2}my name[^]*\/resume 1 continues/);
    await say('/resume 1', /conversation my name is Ana/);
    await say('/resume 7', /the last search has no result 7/);
  });

  it('keeps what it found when Ctrl-C ends it', async () => {
    const sandbox = await account({ clock: realClock() });
    const { terminal, say } = await openChat({ sandbox });
    await say('my name is Ana', /Ana/);
    await say('/new', /starts a new conversation/);
    await say('my name is Ben', /Ben/);
    const script = ['list_messages/none', 'list_messages/stall_before'];
    sandbox.sandbox.setFaults({ script });
    terminal.type('/search "my name"\r');
    await terminal.shows(/ 1 {2}my name is Ben/);
    terminal.type('\x03');
    await terminal.shows(/cancelled\n\/resume 1 continues the first/);
    await say('\x15/resume 1', /conversation my name is Ben/);
  });

  it('breaks lines between words', async () => {
    const sandbox = await account({ clock: realClock() });
    const { terminal, say } = await openChat({ sandbox, size: [40, 24] });
    await say('my name is Ana, and I live in Wonderland', /Ana/);
    await say('/search "i live"', /\/resume 1 continues the first/);
    expect(terminal.text()).toMatch(/\n {4}user: my name is Ana, and I live in\n {4}Wonderland\n/);
  });
});

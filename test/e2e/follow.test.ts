import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { BIN } from '../helpers/built-program.js';
import { chatWith } from '../helpers/chat.js';
import { realClock } from '../helpers/real-clock.js';
import { TerminalSession } from '../helpers/terminal.js';

const ID = '55555555-5555-4555-8555-555555555555';
const CTRL_C = '\x03';
const CTRL_D = '\x04';

/** A conversation in which somebody waits for an answer. */
async function waitingCaller() {
  const { sandbox, env } = await account({ clock: realClock() });
  const now = new Date().toISOString();
  const metadata = { assistant_id: sandbox.assistantId };
  const conversation = { id: ID, name: 'Call', metadata, created_at: now, last_message_at: now };
  const thread = { conversation, messages: [], isRetained: true };
  sandbox.store.add(thread);
  const says = (text: string): void => sandbox.store.append(thread, { role: 'user', text });
  says('Hello, is anybody there?');
  return { sandbox, env, says };
}

/** The whole screen, whenever it is. */
const screenOf = (terminal: TerminalSession): string =>
  terminal
    .screen()
    .join('\n')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, '2026-01-01 00:00:00Z');

it('two people follow one conversation, and each sees what the other says', async () => {
  const { env, says } = await waitingCaller();
  const [ana, ben] = [await chatWith({ env }), await chatWith({ env })];
  for (const person of [ana, ben]) await person.say(`/follow ${ID}`, /^following>$/m);

  ana.terminal.type('This is Ana, one moment.\r');
  await ana.terminal.shows(/Take the conversation over\?/);
  ana.terminal.type('y\r');
  await ana.terminal.shows(/added to the conversation/);
  await ben.terminal.shows(/taken over> This is Ana, one moment\.[^]*^following, taken over>$/m);

  await ben.say('Ben here too.', /added to the conversation/);
  await ana.terminal.shows(/Ben here too\./);
  says('Thank you both.');
  for (const person of [ana, ben]) await person.terminal.shows(/Thank you both\./);
  await ana.say('/release', /released: the assistant answers again/);
  await ben.terminal.shows(/released: the assistant answers again[^]*^following>$/m);

  ben.terminal.type(CTRL_C);
  await ben.terminal.shows(/no longer following[^]*^>$/m);
  expect(screenOf(ana.terminal)).toMatchSnapshot('Ana');
  expect(screenOf(ben.terminal)).toMatchSnapshot('Ben');
}, 60_000);

it('a chat does not stay in a conversation that is deleted while it is followed', async () => {
  const { sandbox, env } = await account({ clock: realClock() });
  const { id } = sandbox.store.create('Call', { assistant_id: sandbox.assistantId }).conversation;
  const { terminal, say } = await chatWith({ env });
  await say(`/follow ${id}`, /^following>$/m);
  sandbox.store.delete(id);
  await terminal.shows(/the conversation is gone: your next message starts a new one[^]*^>$/m);
  await say('my name is Ada', /Nice to meet you, Ada/);
}, 30_000);

describe('show --follow on a terminal', () => {
  const follow = async (
    env: Record<string, string>,
    { columns = 80, argv = [] as string[] } = {},
  ): Promise<TerminalSession> => {
    const shown = ['conversations', 'show', ID, '--follow', ...argv];
    const terminal = new TerminalSession(shown, { env, columns });
    await terminal.shows('what you type is a person’s message; Ctrl-C ends it');
    return terminal;
  };

  it.each([
    ['in windows of 80 columns', { columns: 80 }],
    ['in narrow windows', { columns: 40 }],
    ['with a screen reader', { argv: ['--screen-reader'] }],
    ['without wrapping', { columns: 40, argv: ['--no-wrap', '--no-color'] }],
  ])(
    'two people take over and give back, %s',
    async (_, options) => {
      const { env, says } = await waitingCaller();
      const [ana, ben] = [await follow(env, options), await follow(env, options)];
      ana.type('This is Ana, one moment.\r');
      await ana.shows(/Take the\s+conversation\s+over\?/);
      ana.type('y\r');
      await ana.shows('added to the conversation');
      await ben.shows(/person\n  This is Ana, one moment\.[^]*^following, taken over>/m);

      ben.type('Ben here too.\r');
      await ben.shows('added to the conversation');
      await ana.shows(/person\n  Ben here too\./);
      says('Thank you both.');
      for (const person of [ana, ben])
        await person.shows(/Thank you both\.[^]*following, taken over>/);
      ana.type('/release\r');
      for (const person of [ana, ben])
        await person.shows(/assistant answers\s+again[^]*^following>/m);

      ben.type('half a word');
      await ben.shows('half a word');
      says('Bye.');
      await ana.shows(/Bye\.[^]*^following>/m);
      await ben.shows(/Bye\.[^]*^following> half a word/m);
      expect(screenOf(ana)).toMatchSnapshot('Ana');
      expect(screenOf(ben)).toMatchSnapshot('Ben');
      ana.type(CTRL_C);
      expect(await ana.exit).toBe(130);
      ana.type(CTRL_D);
      ben.type(CTRL_C);
      await ben.shows(/^following>$/m);
      ben.type(CTRL_D);
      expect(await ben.exit).toBe(0);
      expect(ben.modes()).toEqual({ bracketedPaste: false, wraparound: true, cursorShown: true });
    },
    60_000,
  );

  it('gives back what was typed when the conversation cannot be taken over', async () => {
    const { sandbox, env } = await waitingCaller();
    const terminal = await follow(env);
    sandbox.setFaults({ rules: ['update_conversation/status_500_before:1'] });
    terminal.type('One moment.\r');
    await terminal.shows(/Take the conversation over\?/);
    terminal.type('y\r');
    await terminal.shows(/error: [^]*^following> One moment\.$/m);
  }, 30_000);

  it('says at the end that the assistant is still silent', async () => {
    const { env } = await waitingCaller();
    const terminal = await follow(env, { argv: ['--profile', 'default'] });
    terminal.type('/takeover\r');
    await terminal.shows(/^following, taken over>$/m);
    terminal.type(CTRL_C);
    expect(await terminal.exit).toBe(130);
    expect(terminal.text()).toMatch(
      new RegExp(
        `is silent until\\s+telnyx-chat\\s+-p\\s+default\\s+conversations\\s+release\\s+${ID}`,
      ),
    );
  }, 30_000);

  it('has the commands of one conversation', async () => {
    const { env } = await waitingCaller();
    const terminal = await follow(env);
    terminal.type('/new\r');
    await terminal.shows('error: /new is a command of the chat only');
    terminal.type('/ex\t');
    await terminal.shows(/\/exit +leave|\/export/);
    terminal.type('\x15/as Ana\r');
    await terminal.shows(/^Ana, following>$/m);
    terminal.type('/exit\r');
    expect(await terminal.exit).toBe(0);
  }, 30_000);

  it('helps with its own Ctrl-C, which ends it at once', async () => {
    const { env } = await waitingCaller();
    const terminal = await follow(env);
    terminal.type('/help\r');
    await terminal.shows(/^Ctrl-C +clear the message; when empty: stop following$/m);
    expect(terminal.text()).not.toContain('twice when empty');
    terminal.type(CTRL_C);
    expect(await terminal.exit).toBe(130);
  }, 30_000);

  it('masks what is shown with --redact, and has no command that would show it', async () => {
    const { env, says } = await waitingCaller();
    const terminal = await follow(env, { argv: ['--redact'] });
    says('Call me: +1 312 555 0100.');
    await terminal.shows('Call me: [phone 1].');
    terminal.type('/history\r');
    await terminal.shows('error: /history is not available with --redact');
  }, 30_000);

  it('tells apart who calls a tool and who answers', async () => {
    const { sandbox, env } = await waitingCaller();
    const terminal = await follow(env);
    terminal.type('/takeover\r');
    await terminal.shows(/^following, taken over>$/m);
    const thread = sandbox.store.find(ID);
    const call = { id: '1', type: 'function', function: { name: 'hours', arguments: '{}' } };
    if (thread) {
      sandbox.store.append(thread, { role: 'assistant', text: null, tool_calls: [call] });
      sandbox.store.append(thread, { role: 'assistant', text: 'At ten.' });
    }
    await terminal.shows(/assistant\n {2}calls hours\(\{\}\)\n\n.*person\n {2}At ten\./);
  }, 30_000);

  it('ends with its error when the conversation is deleted, below what was typed', async () => {
    const { sandbox, env } = await waitingCaller();
    const terminal = await follow(env);
    terminal.type('half a word');
    await terminal.shows('half a word');
    sandbox.store.delete(ID);
    expect(await terminal.exit).toBe(5);
    expect(screenOf(terminal).replace(/request: .*/, 'request: 1')).toMatchSnapshot();
  }, 30_000);

  it('only shows where nobody can type', async () => {
    const { env, says } = await waitingCaller();
    const command: [string, ...string[]] = [
      'sh',
      '-c',
      '"$0" "$@" </dev/null',
      process.execPath,
      BIN,
    ];
    const argv = ['conversations', 'show', ID, '--follow'];
    const terminal = new TerminalSession(argv, { env, command });
    await terminal.shows('Hello, is anybody there?');
    says('Hello?');
    await terminal.shows('Hello?');
    expect(terminal.text()).not.toContain('>');
    terminal.type(CTRL_C);
    expect(await terminal.exit).toBe(130);
  }, 30_000);
});

import { describe, expect, it } from 'vitest';
import { errorAnswer, type Interceptor } from '../../src/sandbox/call.js';
import { account, accountEnv } from '../helpers/account.js';
import { chatWith, openChat, said, type ChatOptions } from '../helpers/chat.js';
import { heldChat } from '../helpers/held-chat.js';
import { CTRL, ENTER, UP } from '../helpers/keys.js';
import { realClock } from '../helpers/real-clock.js';
import { scriptedAccount } from '../helpers/scripted-account.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';
import { deferred } from '../sandbox/start.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

const PROMPT = '\x1b[1m\x1b[38;5;98m>';

/** Turns that wait, and are then refused. */
function heldRefusals(): { intercept: Interceptor; refuse: () => void } {
  const told = deferred();
  const intercept: Interceptor = async (call, run) => {
    if (call.operation !== 'chat') return run(call);
    await told.promise;
    return errorAnswer(422, { detail: 'no' });
  };
  return { intercept, refuse: () => told.resolve(undefined) };
}

describe.each(SIZES)('turns at %i×%i', (...size) => {
  it('are told apart by an empty line and a coloured prompt', async () => {
    const env = await scriptedAccount({ reply: ['Some **bold** words.'] });
    const { terminal, say } = await chatWith({ size, env });
    await say('one', /words\.\n\n>$/);
    await say('/as', 'without a name');
    terminal.type(`draft${CTRL('c')}`);
    await say('two', /two\n.*words\.\n\n>$/);
    await terminal.ends([
      ...['> one', 'Some bold words.', '', '> /as', 'you now speak without a name', ''],
      ...['> two', 'Some bold words.', '', '> ▏'],
    ]);
    expect(terminal.output).toContain(PROMPT);
    expect(terminal.output).toContain('Some \x1b[1mbold\x1b[22m words.');
  });

  it.each([
    ['--screen-reader', ['-q', '--screen-reader'], {}],
    ['TERM=dumb', ['-q'], { TERM: 'dumb' }],
  ])('are plain lines with %s', async (_, argv, more) => {
    const env = { ...(await scriptedAccount({ reply: ['ok'] })), ...more };
    const { terminal, say } = await chatWith({ size, env, argv });
    await say('one', /one\n[^]*ok\n>$/);
    await say('two', /two\n[^]*ok\n>$/);
    const waited = 'waiting for the assistant';
    await terminal.looks(['> one', waited, 'ok', '> two', waited, 'ok', '> ▏']);
  });

  it('look in /history and in a recap as they looked live', async () => {
    const home = temporaryFolder();
    const sandbox = await account({ clock: realClock() });
    const chat = await openChat({ size, home, sandbox });
    await chat.say('show markdown', /Sunday[^]*\n\n>$/);
    await chat.say('what is my\\', /is my$/m);
    await chat.say('name?', /You said: [^]*name\?"\n\n>$/);
    const live = chat.terminal.lines().slice(0, -2);
    await chat.say('/history', /\/history[^]*\nname\?"\n\n>$/);
    const shown = chat.terminal.lines();
    expect(shown.slice(live.length)).toEqual(['', '> /history', '', ...live, '', '>']);
    chat.terminal.type(CTRL('d'));
    await chat.terminal.exit;
    const second = await openChat({ size, home, sandbox, argv: ['--continue'] });
    await second.terminal.shows(/\n> what is my\n {2}name\?\n[^]*\nname\?"\n\n>$/);
    expect(second.terminal.lines().slice(-live.length - 2)).toEqual([...live, '', '>']);
    expect(second.terminal.output).toContain(`${PROMPT}\x1b`);
  });

  it('of long ago have their age, and tool calls in dim lines', async () => {
    const call = {
      id: '1',
      type: 'function',
      function: { name: 'look_up', arguments: '{"id":7}' },
    };
    const time = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const at = { created_at: time, sent_at: time };
    const messages = [
      { role: 'user', text: 'Where is it?', ...at },
      { role: 'assistant', text: null, tool_calls: [call], ...at },
      { role: 'tool', text: '{"state":"shipped"}', ...at },
      { role: 'assistant', text: 'On *its* way.', ...at },
    ];
    const env = await scriptedAccount({ messages });
    const { terminal, say } = await chatWith({ size, env });
    await say('/resume conversation-1', /3 h ago\n\n>$/);
    await terminal.ends([
      ...['> Where is it?', 'On its way.'],
      ...['look_up {"id":7} → {"state":"shipped"}', '3 h ago', '', '> ▏'],
    ]);
    expect(terminal.output).toContain('\x1b[38;5;243mlook_up');
  });
});

describe.each(SIZES)('a message that failed at %i×%i', (...size) => {
  it('as it was refused leaves the prompt empty, and holds what was queued', async () => {
    const { intercept, refuse } = heldRefusals();
    const { terminal, say } = await openChat({ size, intercept });
    await say('one', 'waiting');
    await say('two', 'queued: two');
    terminal.type('half a dra');
    refuse();
    await terminal.looks([
      ...['> one', 'error: Unprocessable entity: no', 'held: two', '', '> half a dra▏'],
    ]);
    terminal.type(CTRL('c'));
    await terminal.ends(['error: Unprocessable entity: no', 'held: two', '', '> ▏']);
    terminal.type(UP + UP);
    await terminal.ends(['held: two', '', '> one▏']);
  });

  it('as it was not sent is the draft again, with the one behind it held', async () => {
    const { sandbox, env } = await account();
    await sandbox.close();
    const { terminal, say } = await chatWith({ size, env });
    await say('one', 'waiting');
    await say('two', 'queued: two');
    await terminal.shows(/error: connection refused[^]*held: two\n\n> one$/);
    terminal.type(`${CTRL('u')}${CTRL('d')}`);
    await terminal.exit;
    await terminal.shows(/listens there\n+this message was not sent:\n+> two$/);
  });

  it('and the chat ends: all that was not sent is told, in order', async () => {
    const { sandbox, env } = await account();
    await sandbox.close();
    const { terminal, say } = await chatWith({ size, env });
    await say('one', 'waiting');
    await say('AAA', 'queued: AAA');
    terminal.type(CTRL('d'));
    await say('BBB', 'queued: BBB');
    await terminal.exit;
    await terminal.shows(/these 3 messages were not sent:\n+> one\n\n> AAA\n\n> BBB$/);
  });

  it('and may have been delivered does not come back: Up or /retry brings it back, which asks', async () => {
    const faultSettings = { rules: ['chat/cut@400:1', 'no_retention:1'] };
    const { terminal, sandbox, say } = await openChat({ size, faultSettings });
    await say('show markdown', /may\s+have\s+been\s+delivered[^]*\n\n>$/);
    await terminal.ends(['', '> ▏']);
    expect(terminal.text()).toContain('Markdown');
    terminal.type(ENTER);
    await terminal.pause();
    await say('/retry', /may have been\s+delivered\. Send it again\?/);
    terminal.type(ENTER);
    await terminal.ends(['> ▏']);
    terminal.type(UP + UP);
    await terminal.ends(['> show markdown▏']);
    expect(said(sandbox)).toEqual(['show markdown']);
    expect(terminal.text()).not.toMatch(/^(conversation|request): /m);
  });

  it('after Ctrl-C in the middle of a reply says cancelled, and nothing more', async () => {
    const { promise, resolve } = deferred();
    const env = await scriptedAccount({ reply: ['Half a reply ', promise] });
    const { terminal, say } = await chatWith({ size, env });
    await say('one', 'Half a reply');
    await say('two', 'queued: two');
    terminal.type(CTRL('c'));
    await terminal.looks(['> one', 'Half a reply', 'cancelled', '', '> two▏']);
    resolve(undefined);
  });

  it('names conversation and request with -v', async () => {
    const { intercept, refuse } = heldRefusals();
    refuse();
    const { say } = await openChat({ size, intercept, argv: ['-q', '-v'] });
    await say('one', /entity: no\nconversation: [^]*request: /);
  });
});

describe.each(SIZES)('a stream that is cut at %i×%i', (...size) => {
  it('goes on where it was: nothing is shown twice', async () => {
    const whole = await openChat({ size });
    await whole.say('show markdown', /Sunday[^]*\n\n>$/);
    const cut = await openChat({ size, faultSettings: { rules: ['chat/cut@600:1'] } });
    await cut.say('show markdown', /Sunday[^]*\n\n>$/);
    expect(cut.terminal.lines()).toEqual(whole.terminal.lines());
    expect(cut.sandbox.requestCount('list_messages')).toBeGreaterThan(0);
    const sent = new TerminalSession(['send', '-q', 'show markdown'], {
      ...{ columns: size[0], rows: size[1] },
      env: (await account({ faultSettings: { rules: ['chat/cut@600:1'] } })).env,
    });
    expect(await sent.exit).toBe(0);
    expect(sent.lines()).toEqual(whole.terminal.lines().slice(1, -2));
  });
});

describe.each(SIZES)('a reply that pauses at %i×%i', (...size) => {
  const SPINNER = /^Half a reply\n[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/m;

  it('gets the spinner back below it, which leaves no trace', async () => {
    const { promise, resolve } = deferred();
    const env = await scriptedAccount({ reply: ['Half a reply ', promise, 'and more.'] });
    const { terminal, say } = await chatWith({ size, env });
    await say('go', SPINNER);
    resolve(undefined);
    await terminal.looks(['> go', 'Half a reply and more.', '', '> ▏']);
  });

  it('of send gets it back, too', async () => {
    const { promise, resolve } = deferred();
    const env = await scriptedAccount({ reply: ['Half a reply ', promise, 'and more.'] });
    const terminal = new TerminalSession(['send', 'go'], { columns: size[0], rows: size[1], env });
    await terminal.shows(SPINNER);
    resolve(undefined);
    expect(await terminal.exit).toBe(0);
    expect(terminal.lines()).toEqual(['Half a reply and more.', 'conversation: conversation-1']);
  });

  it.each<[string, ChatOptions]>([
    ['a screen reader', { argv: ['-q', '--screen-reader'] }],
    ['CI', { argv: ['-q'], env: { CI: '1' } }],
  ])('gets none with %s', async (_, options) => {
    const chat = await heldChat();
    const env = { ...accountEnv(chat.url), ...options.env };
    const { terminal } = await chatWith({ argv: options.argv ?? [], size, env });
    terminal.type(`go${ENTER}`);
    const reply = await chat.next();
    reply.say('Half a reply ');
    await terminal.shows('Half a reply');
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(terminal.text()).not.toMatch(SPINNER);
    expect(terminal.text()).not.toMatch(/Half a reply\nwaiting/);
    reply.say('and more.');
    reply.end();
    await terminal.shows('Half a reply and more.');
  });
});

describe.each(SIZES)('what was held for the assistant at %i×%i', (...size) => {
  it('is not posted as the words of a person who takes over', async () => {
    const first = heldRefusals();
    let turns = 0;
    const intercept: Interceptor = (call, run) =>
      call.operation === 'chat' && turns++ > 0 ? run(call) : first.intercept(call, run);
    const { sandbox, terminal, say } = await openChat({ size, intercept });
    await say('my name is Ada', 'waiting');
    await say('what is my name?', 'queued:');
    first.refuse();
    await terminal.shows(/held: what is my name\?\n\n>$/);
    await say('hello', /hello\n[^]*\n\n> what is my name\?$/);
    await say('/takeover', /person’s\s+message[^]*\n\ntaken over>$/);
    await say('One moment', /added to the conversation[^]*\n\ntaken over>$/);
    await terminal.ends(['held: what is my name?', '', 'taken over> ▏']);
    await say('/release', /answers again[^]*\n\n>$/);
    expect(said(sandbox, 'assistant').at(-1)).toBe('One moment');
    await say('hello', /hello\n[^]*\n\n> what is my name\?$/);
  });
});

describe.each(SIZES)('a conversation that is taken over elsewhere at %i×%i', (...size) => {
  it('shows it at the prompt when a turn is refused, and takes what is typed', async () => {
    const { sandbox, say } = await openChat({ size });
    await say('my name is Ada', /Ada\. I will\s+remember[^]*\n\n>$/);
    const [thread] = sandbox.store.list();
    if (thread) thread.conversation.metadata['ai_disabled'] = 'true';
    await say('hello', /error: AI is disabled[^]*\n\ntaken over>$/);
    await say('One moment', /added to the conversation\n\ntaken over>$/);
    expect(thread?.messages.at(-1)).toMatchObject({ role: 'assistant', text: 'One moment' });
    await say('/as Eve', /\n\nEve, taken over>$/);
    await say('/release', /the assistant answers again\n\nEve>$/);
    await say('/retry', /The last message was added\. Send it\s+again\?/);
  });
});

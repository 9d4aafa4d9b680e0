import { describe, expect, it } from 'vitest';
import { chatWith, SIZES } from '../helpers/chat.js';
import { CTRL, TAB } from '../helpers/keys.js';
import { scriptedAccount, type Script } from '../helpers/scripted-account.js';
import { TERMINAL_ATTACKS } from '../helpers/terminal-attacks.js';
import { TerminalSession } from '../helpers/terminal.js';

/** All attacks in one text, a paragraph each: what one leaves behind would show in the next. */
const CORPUS = TERMINAL_ATTACKS.map(({ text }) => text).join('\n\n');
const HOSTILE = TERMINAL_ATTACKS.map(({ text }) => text).join(' ');

/** What our own program writes: its colours, its cursor moves, its modes. Nothing else may be there. */
const OURS =
  /\x1b\[(?:[0-4]?m|2[234]m|3[1-79]m|38;5;(?:98|130|133|196|243)m|9\dm|\d*[AC]|[JK]|\?(?:7|25|1004|2004)[hl])/g;
/** Our title of the window; what it may not hold is looked for in it, and in the titles that arrived. */
const OUR_TITLE = /\x1b\]2;([^\0-\x1f\x7f-\x9f]*)\x07/g;
/** What the attacks would make of the title. */
const STOLEN_TITLE = /owned|rm -rf|^a$|^x$/;
/** And what draws a picker. */
const PICKERS = /\x1b\[(?:2K|\d*[BDG])/g;

/** Control characters and hidden ones that reached the terminal and are not the program's own. */
function foreign(output: string): string[] {
  const text = output
    // Only once: the earlier title is kept before our first one.
    .replace('\x1b[22;0t', '')
    .replaceAll(OUR_TITLE, '$1')
    .replaceAll(OURS, '')
    .replaceAll(/[\r\n\t]/g, '');
  return text.match(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]|\u{e0069}/gu) ?? [];
}

/** Window titles, clipboard writes and answers that a terminal would have given. */
function harm(terminal: TerminalSession): unknown {
  return { foreign: foreign(terminal.output), titles: stolen(terminal) };
}

function stolen({ titles }: TerminalSession): string[] {
  return titles.filter((title) => STOLEN_TITLE.test(title));
}

function harmBesidesPicker(terminal: TerminalSession): unknown {
  return { foreign: foreign(terminal.output.replaceAll(PICKERS, '')), titles: stolen(terminal) };
}

const HARMLESS = { foreign: [], titles: [] };

describe.each(SIZES)('text from outside at %i×%i', (...size) => {
  it.each(['markdown', 'plain'])(
    'in a reply is harmless, wherever it is cut (%s)',
    async (format) => {
      const reply = CORPUS.match(/[^]{1,7}/g) ?? [];
      const env = await scriptedAccount({ reply: [...reply, '\n\nThe end.'] });
      const { terminal, say } = await chatWith({ size, env, argv: ['-q', '--format', format] });
      await say('go', /The end\.\n\n>$/);
      await terminal.ends(['The end.', '', '> ▏']);
      expect(harm(terminal)).toEqual(HARMLESS);
      for (const { shown } of TERMINAL_ATTACKS.filter(({ shown }) => !/[`*_#]/.test(shown)))
        expect(terminal.text()).toContain(shown.split('\n')[0]);
    },
  );

  /** Where else an account's text can come from, and how it gets on the screen. */
  const conversation = {
    id: 'conversation-1',
    name: HOSTILE,
    metadata: { telnyx_conversation_channel: HOSTILE },
    created_at: HOSTILE,
    last_message_at: HOSTILE,
  };
  const call = { function: { name: HOSTILE, arguments: JSON.stringify({ city: HOSTILE }) } };
  const messages = [
    { role: 'user', text: HOSTILE },
    { role: HOSTILE, text: HOSTILE },
    { role: 'assistant', text: null, tool_calls: [{ id: '1', type: 'function', ...call }] },
    { role: 'tool', text: HOSTILE },
  ];
  const assistant = { name: HOSTILE, model: HOSTILE, greeting: HOSTILE };
  const refusal = {
    status: 422,
    body: { errors: [{ code: HOSTILE, title: HOSTILE, detail: HOSTILE }] },
  };
  // HTTP lets no C0 control into a header; the eight-bit ones get in.
  const headers = { 'x-request-id': 'request\x9b2J\x9d0;owned\x9c\x90q\x9c' };

  it.each<[string, Script, string[], string | RegExp]>([
    [
      'the name, model and greeting of the assistant',
      { assistant },
      [],
      /assistant: before[^]*greeting:\s+before/,
    ],
    ['a picker of assistants', { assistant }, ['/assistant\r'], /Which assistant\?[^]*before/],
    [
      'a picker of conversations',
      { conversations: [conversation] },
      ['/resume\r'],
      /Which conversation\?[^]*before/,
    ],
    [
      'a conversation that goes on',
      { conversations: [conversation], messages },
      ['/resume conversation-1\r'],
      /conversation-1\n[^]*> before[^]*before.*: before/,
    ],
    ['tool calls', { messages }, ['hello\r', '/trace\r'], /call before[^]*result: before/],
    ['the history', { messages }, ['hello\r', '/history\r'], /\/history\n[^]*> before/],
    ['an error', { refusal, headers }, ['hello\r'], /error: before[^]*request: request/],
    [
      'candidates of Tab',
      { conversations: [conversation, { ...conversation, id: 'other-2' }] },
      [`/resume ${TAB}`, TAB],
      /conversation-1 {2}before/,
    ],
  ])('in %s is harmless', async (_, script, keys, expected) => {
    const env = await scriptedAccount(script);
    const argv = script.assistant ? [] : ['--quiet', '--verbose'];
    const { terminal } = await chatWith({ size, env, argv });
    if (script.assistant) await terminal.shows('assistant: ');
    for (const key of keys) {
      terminal.type(key);
      await terminal.shows(key === 'hello\r' && keys.length > 1 ? /\nok\n\n>$/ : /./);
    }
    await terminal.shows(expected);
    const isPicker = String(expected).includes('Which');
    expect((isPicker ? harmBesidesPicker : harm)(terminal)).toEqual(HARMLESS);
  });

  it('in the header of a request id is harmless in debug lines', async () => {
    const env = await scriptedAccount({ headers });
    const { terminal } = await chatWith({ size, env, argv: ['--debug'] });
    await terminal.shows(/debug: GET .*\(request request/);
    expect(harm(terminal)).toEqual(HARMLESS);
  });

  it('in a reason to try again is harmless', async () => {
    const env = await scriptedAccount({
      refusal: { ...refusal, status: 429 },
      headers: { 'retry-after-ms': '50' },
    });
    const { terminal, say } = await chatWith({ size, env });
    await say('hello', /before[^]*trying again in 0\.1 s/);
    await terminal.shows('error: before');
    expect(harm(terminal)).toEqual(HARMLESS);
  });
});

describe('--raw', () => {
  it('lets replies through as they are, and warns', async () => {
    const env = await scriptedAccount({ reply: ['\x1b]0;owned\x07**as it is**'] });
    const { terminal, say } = await chatWith({ env, argv: ['--raw', '-q'] });
    expect(terminal.text()).toContain('warning: --raw lets replies control this terminal');
    await say('go', '**as it is**');
    expect(terminal.titles).toContain('owned');
  });

  it('warns with send on a terminal too', async () => {
    const env = await scriptedAccount({ reply: ['\x1b]0;owned\x07as it is'] });
    const terminal = new TerminalSession(['send', '--raw', 'go'], { env });
    await terminal.shows(/warning: --raw[^]*as it is/);
    expect(terminal.titles).toEqual(['owned']);
  });
});

it('send makes a reply safe on a terminal', async () => {
  const env = await scriptedAccount({ reply: CORPUS.match(/[^]{1,7}/g) ?? [] });
  const terminal = new TerminalSession(['send', '-q', 'go'], { env });
  await terminal.exit;
  expect(harm(terminal)).toEqual(HARMLESS);
});

it('what is hidden in a message one sends oneself is seen before it is sent', async () => {
  const env = await scriptedAccount({});
  const { terminal } = await chatWith({ env });
  terminal.type('\x1b[200~a\u202eb\u2066c\x1b[201~');
  await terminal.looks(['> a\ufffdb\ufffdc▏']);
  terminal.type(CTRL('c'));
});

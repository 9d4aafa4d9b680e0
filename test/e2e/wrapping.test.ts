import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chatWith } from '../helpers/chat.js';
import { CTRL } from '../helpers/keys.js';
import { scriptedAccount } from '../helpers/scripted-account.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession, type TerminalOptions } from '../helpers/terminal.js';

const WINDOWS = {
  '80×24': { columns: 80, rows: 24 },
  '40×12': { columns: 40, rows: 12 },
} as const;
type Window = keyof typeof WINDOWS;

/** The screen that a command leaves, from the first line on. */
async function screenOf(argv: string[], options: TerminalOptions): Promise<string[]> {
  const terminal = new TerminalSession(argv, options);
  await terminal.exit;
  return terminal.allRows();
}

/** A home with stored preferences. */
function homeWith(config: object): string {
  const home = temporaryFolder();
  const folder = join(home, '.config/telnyx-chat');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  return home;
}

const MISSING_KEY: Record<Window, string[]> = {
  '80×24': [
    'error: TELNYX_API_KEY is required',
    'hint: run telnyx-chat login, or set it in the environment or a .env file; to try',
    '      it without an account, use --sandbox',
    'see: telnyx-chat help troubleshooting set-up',
  ],
  '40×12': [
    'error: TELNYX_API_KEY is required',
    'hint: run telnyx-chat login, or set it',
    '      in the environment or a .env file;',
    '      to try it without an account, use',
    '      --sandbox',
    'see: telnyx-chat help troubleshooting',
    '     set-up',
  ],
};

const WITHOUT_COMMAND: Record<Window, string[]> = {
  '80×24': [
    "error: unknown command 'hello'",
    'hint: did you mean: telnyx-chat send "…"; commands are chat, send,',
    '      conversations, assistants, test, serve, sandbox, login, logout, config,',
    '      doctor, completion',
  ],
  '40×12': [
    "error: unknown command 'hello'",
    'hint: did you mean: telnyx-chat send',
    '      "…"; commands are chat, send,',
    '      conversations, assistants, test,',
    '      serve, sandbox, login, logout,',
    '      config, doctor, completion',
  ],
};

const GREETING = 'Hello! I can tell you when we are open, and where your order is by now.';

const CHAT: Record<Window, string[]> = {
  '80×24': [
    'assistant: Scripted',
    'greeting: Hello! I can tell you when we are open, and where your order is by',
    'now.',
    '> /new',
    'your next message starts a new conversation',
    '> /nwe',
    'error: unknown command /nwe',
    'hint: did you mean /new? to send it as a message, start with a space',
  ],
  '40×12': [
    'assistant: Scripted',
    'greeting: Hello! I can tell you when we',
    'are open, and where your order is by',
    'now.',
    '> /new',
    'your next message starts a new',
    'conversation',
    '> /nwe',
    'error: unknown command /nwe',
    'hint: did you mean /new? to send it as a',
    '      message, start with a space',
  ],
};

const STORED: Record<Window, string[]> = {
  '80×24': [
    'profile       default  default',
    'api_key       (not set)',
    'assistant_id  (not set)',
    'base_url      https://api.telnyx.com/v2  default',
  ],
  '40×12': [
    'profile       default  default',
    'api_key       (not set)',
    'assistant_id  (not set)',
    'base_url      https://api.telnyx.com/v2',
    '              default',
  ],
};

describe.each(Object.keys(WINDOWS) as Window[])('words wrap at %s', (name) => {
  const window = WINDOWS[name];

  it('in an error and its hint', async () => {
    expect(await screenOf(['send', 'hi'], window)).toEqual(MISSING_KEY[name]);
  });

  it('in what a newcomer is told', async () => {
    expect(await screenOf(['hello'], window)).toEqual(WITHOUT_COMMAND[name]);
  });

  it('in the introduction, the notices and the failures of a chat', async () => {
    const env = await scriptedAccount({ assistant: { greeting: GREETING } });
    const { terminal, say } = await chatWith({ ...window, size: sizeOf(name), argv: [], env });
    await terminal.shows(/by\s+now\./);
    await say('/new', /new\s+conversation/);
    await say('/nwe', /start with a space/);
    terminal.type(CTRL('c'));
    const rows = terminal.allRows().filter((row) => row !== '' && row !== '>');
    expect(rows.map((row) => row.trimEnd())).toEqual(expect.arrayContaining(CHAT[name]));
  });

  it('in the list of faults', async () => {
    const terminal = new TerminalSession(['sandbox', '--list-faults'], window);
    await terminal.exit;
    expect(terminal.allRows()).toEqual(terminal.lines());
  });

  it('in the settings', async () => {
    const rows = await screenOf(['config', 'list'], window);
    expect(rows.slice(0, STORED[name].length)).toEqual(STORED[name]);
  });

  it('in help, which fits the window', async () => {
    const terminal = new TerminalSession(['--help'], window);
    await terminal.exit;
    const wrapped = terminal.allRows().length - terminal.lines().length;
    // Of the examples, which are to be copied, one is wider than 40 columns.
    expect(wrapped).toBe(name === '40×12' ? 1 : 0);
    expect(terminal.text()).toMatch(
      /Commands:\n {2}chat\s[^]*\nOptions of a chat:\n {2}-a, [^]*\nEx/,
    );
    expect(terminal.text().match(/^ {2}.*telnyx-chat .*$/gm)).toHaveLength(3);
  });

  it.each([
    ['--no-wrap', ['--no-wrap'], {}],
    ['config set wrap false', [], { wrap: false }],
    ['--screen-reader', ['--screen-reader'], {}],
  ])('but not with %s', async (_, argv, config) => {
    const home = homeWith(config);
    const rows = await screenOf(['send', 'hi', ...argv], { ...window, home });
    const unwrapped = MISSING_KEY[name].map((row) => row.replace(/^ +/, ' ')).join('');
    expect(rows.join('')).toBe(unwrapped);
    expect(rows[1]).toHaveLength(window.columns);
  });

  it('in replies, unless settings say otherwise', async () => {
    const words = 'one two three four five six seven eight nine ten '.repeat(4).trim();
    const env = await scriptedAccount({ reply: [words] });
    const wrapped = await screenOf(['send', '-q', 'hi'], { ...window, env });
    expect(wrapped.join(' ')).toBe(words);
    const home = homeWith({ wrap: false });
    const terminal = new TerminalSession(['send', '-q', 'hi'], { ...window, env, home });
    await terminal.exit;
    // The terminal knows that these rows are one line.
    expect(terminal.lines()).toEqual([words]);
  });
});

function sizeOf(name: Window): [number, number] {
  return [WINDOWS[name].columns, WINDOWS[name].rows];
}

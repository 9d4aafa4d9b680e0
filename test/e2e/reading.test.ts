import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { chatWith, openChat, SIZES, type ChatOptions } from '../helpers/chat.js';
import { CTRL, TAB } from '../helpers/keys.js';
import { scriptedAccount } from '../helpers/scripted-account.js';
import { underShell } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';
import { deferred } from '../sandbox/start.js';

const CODE =
  "const text = 'a line of code that is longer than any window of forty columns is wide';";

describe.each(SIZES)('a reply at %i×%i', (...size) => {
  it('is rendered Markdown', async () => {
    const { terminal, say } = await openChat({ size });
    await say('show markdown', /Sunday.*\n\n>$/);
    expect(terminal.lines()).toMatchSnapshot();
  });

  it('shows each word as soon as it is whole, and never draws it again', async () => {
    const { promise, resolve } = deferred();
    const reply = [
      '# Title\n\nFirst *par',
      'agraph*.\n\n',
      'Sec',
      'ond wo',
      promise,
      'rd **one**.',
    ];
    const { terminal, say } = await chatWith({ size, env: await scriptedAccount({ reply }) });
    await say('go', /Title\n+First paragraph\.\n\nSecond/);
    expect(terminal.text()).not.toContain('wo');
    resolve(undefined);
    await terminal.shows(/First paragraph\.\n\nSecond word one\.\n\n>$/);
    expect(terminal.output.match(/First/g)).toHaveLength(1);
  });

  it('has its code as it is, to be copied: no frame, no indent, no break at the edge', async () => {
    const reply = [`Run:\n\n\`\`\`js\n${CODE}\n\tindented();\n\`\`\`\n\nDone.`];
    const { terminal, say } = await chatWith({ size, env: await scriptedAccount({ reply }) });
    await say('go', 'Done.');
    expect(terminal.lines()).toContain(CODE);
    expect(terminal.output.replaceAll(/\x1b\[[\d;]*m/g, '')).toContain(`${CODE}\r\n\tindented();`);
  });

  it('is wrapped at the edge of the window, between words', async () => {
    const paragraph = 'A sentence that goes on. '.repeat(30).trimEnd();
    const reply = [`${paragraph}\n\n- ${paragraph}`];
    const { terminal, say } = await chatWith({ size, env: await scriptedAccount({ reply }) });
    await say('go', /\n\n[^]*on\.\n\n>$/);
    const [first, second] = terminal.lines().slice(1, -2).join('\n').split('\n\n• ');
    expect(first?.replaceAll('\n', ' ')).toBe(paragraph);
    expect(second?.replaceAll('\n  ', ' ')).toBe(paragraph);
    const longest = Math.max(...terminal.lines().map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(size[0]);
    expect(longest).toBeGreaterThan(size[0] - 'sentence'.length);
  });

  it('is plain with --format plain', async () => {
    const reply = ['Some **bold** and\n', '`code`.'];
    const env = await scriptedAccount({ reply });
    const { terminal, say } = await chatWith({ size, env, argv: ['-q', '--format', 'plain'] });
    await say('go', '`code`.');
    expect(terminal.lines()).toEqual(['> go', 'Some **bold** and', '`code`.', '', '>']);
  });
});

describe('a notice in the middle of a reply', () => {
  it('gets a line of its own', async () => {
    const { promise, resolve } = deferred();
    const env = await scriptedAccount({ reply: ['Half a li', promise, 'ne'] });
    const { terminal, say } = await chatWith({ env, argv: ['-q', '--format', 'plain'] });
    await say('go', /^Half a$/m);
    terminal.type(CTRL('c'));
    await terminal.looks(['> go', 'Half a li', 'cancelled', '', '> ▏']);
    resolve(undefined);
  });
});

describe('replies into a file', () => {
  it.each([
    ['auto', 'Some **bold**.\n'],
    ['plain', 'Some **bold**.\n'],
    ['markdown', 'Some bold.\n'],
  ])('are as they are, unless Markdown is asked for: --format %s', async (format, expected) => {
    const file = join(temporaryFolder(), 'replies');
    const env = await scriptedAccount({ reply: ['Some **bold**.'] });
    const { terminal, say } = await chatWith({
      env: { ...env, FILE: file },
      argv: ['-q', '--format', format],
      command: underShell('"$0" "$@" > "$FILE"'),
    });
    await say('go', /> go\n\n>$/);
    terminal.type(CTRL('d'));
    await terminal.exit;
    expect(readFileSync(file, 'utf8')).toBe(expected);
  });
});

const ESCAPES = /\x1b[^\r\n]{0,12}/g;
const BULLETS = '- one\n- two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`code`';

describe.each(SIZES)('for a screen reader at %i×%i', (...size) => {
  /** Everything that a chat shows, pickers and errors among it. */
  async function everything(options: ChatOptions): Promise<TerminalSession> {
    const conversations = ['one', 'two'].map((name, index) => {
      return { id: `conversation-${index}`, name, metadata: {} };
    });
    const env = await scriptedAccount({ reply: [BULLETS], conversations });
    const chat = await chatWith({ ...options, size, env: { ...env, ...options.env } });
    const { terminal, say } = chat;
    await terminal.shows('assistant: Scripted');
    await say('hello', /> hello\n[^]*code`?\n>$/);
    await say('/nwe', 'did you mean /new?');
    terminal.type(CTRL('c'));
    await terminal.shows(/\n>$/);
    await say('/resume', 'number, or words to search for:');
    await say('o', /1\. one[^]*2\. two[^]*1\. one[^]*2\. two[^]*for:$/);
    await say('2', 'conversation two conversation-1');
    await say('/retry', '(y/N)');
    await say('n', /\n>$/);
    terminal.type(`/re${TAB}`);
    await terminal.shows('> /re');
    terminal.type(TAB + TAB);
    await terminal.shows('/retry');
    terminal.type(CTRL('c') + CTRL('d'));
    expect(await terminal.exit).toBe(0);
    return terminal;
  }

  it('TERM=dumb has no escape sequence at all', async () => {
    const terminal = await everything({ argv: [], env: { TERM: 'dumb' } });
    expect(terminal.output.match(ESCAPES)).toBeNull();
    expect(terminal.text()).not.toMatch(/[⠋•│☐─]/);
  });

  it('--screen-reader asks for pastes to be marked, and has no other one', async () => {
    const terminal = await everything({ argv: ['--screen-reader'], env: { FORCE_COLOR: '1' } });
    expect(terminal.output.replaceAll(/\x1b\[\?2004[hl]/g, '').match(ESCAPES)).toBeNull();
    expect(terminal.text()).not.toMatch(/[⠋•│☐─]/);
  });
});

describe('colour', () => {
  const SGR = /\x1b\[[\d;]+m/;

  async function colored(env: Record<string, string>, argv: string[] = []): Promise<boolean> {
    const { terminal, say } = await openChat({ argv, env });
    await terminal.shows('assistant: Sandbox');
    await say('show markdown', /Sunday[^]*\n>$/);
    await say('/nope', 'error: unknown');
    return SGR.test(terminal.output);
  }

  it.each([
    ['is there by default', {}, [], true],
    ['is off with NO_COLOR', { NO_COLOR: '1' }, [], false],
    ['is off with an empty NO_COLOR no more than without', { NO_COLOR: '' }, [], true],
    ['is off with --no-color', {}, ['--no-color'], false],
    ['is off with FORCE_COLOR=0', { FORCE_COLOR: '0' }, [], false],
    ['is off with NO_COLOR whatever is forced', { NO_COLOR: '1', FORCE_COLOR: '1' }, [], false],
    ['is there with CI', { CI: 'true' }, [], true],
  ])('%s', async (_, env, argv, expected) => {
    expect(await colored(env, argv)).toBe(expected);
  });

  it('is in notices with FORCE_COLOR even where stdout is a file', async () => {
    const { env } = await account();
    const { terminal } = await chatWith({
      argv: ['--format', 'markdown'],
      env: { ...env, FORCE_COLOR: '1', FILE: join(temporaryFolder(), 'out') },
      command: underShell('"$0" "$@" > "$FILE"; cat -v "$FILE"; read -r _'),
    });
    terminal.type('show markdown\r');
    await terminal.ends(['> ▏']);
    terminal.type(CTRL('d'));
    await terminal.shows(/\^\[\[1m.*Markdown/);
  });
});

describe.each(SIZES)('send on a terminal at %i×%i', (columns, rows) => {
  async function sent(argv: string[], env: Record<string, string>): Promise<TerminalSession> {
    const terminal = new TerminalSession(['send', 'go', ...argv], { columns, rows, env });
    expect(await terminal.exit).toBe(0);
    return terminal;
  }

  it('renders the reply, and says its conversation on stderr', async () => {
    const env = await scriptedAccount({ reply: ['# Title\n\nSome **bold**', ' text.'] });
    const terminal = await sent([], env);
    await terminal.shows('conversation: conversation-1');
    expect(terminal.lines()).toEqual([
      'Title',
      '',
      'Some bold text.',
      'conversation: conversation-1',
    ]);
    expect(terminal.modes().cursorShown).toBe(true);
  });

  it('is plain with --format plain', async () => {
    const env = await scriptedAccount({ reply: ['Some **bold** text.'] });
    const terminal = await sent(['-q', '--format', 'plain'], env);
    await terminal.shows('Some **bold** text.');
    expect(terminal.output).toBe('Some **bold** text.\r\n');
  });

  it.each([['--format=auto'], ['--format=plain'], ['--raw']])(
    'loses nothing to the spinner when the reply comes in pieces: %s',
    async (flag) => {
      const words = 'every word of this reply is there'.split(' ');
      const reply = words.map((word, index) => (index === 0 ? word : ` ${word}`));
      const terminal = await sent([flag], await scriptedAccount({ reply }));
      await terminal.shows('conversation: conversation-1');
      expect(terminal.lines()).toContain(words.join(' '));
    },
  );

  it.each([
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['--screen-reader', ['--screen-reader'], {}],
  ])('has no escape sequence with %s', async (_, argv, env) => {
    const scripted = await scriptedAccount({ reply: [BULLETS] });
    const terminal = await sent(argv, { ...scripted, ...env });
    await terminal.shows('conversation: conversation-1');
    expect(terminal.output.match(ESCAPES)).toBeNull();
  });
});

import { describe, expect, it, vi } from 'vitest';
import type { Completion } from '../../../src/chat/slash-commands.js';
import type { Complete } from '../../../src/terminal/editor/completion.js';
import { CTRL, DOWN, LEFT, NOT_DRAWN, TestTerminal, UP } from './terminal.js';

const SIZE = [80, 24] as const;

const ENTRIES = ['git status', 'list\nlines', 'git log', 'say hello'];
const history = { entries: () => ENTRIES, add: () => undefined };

describe('the history', () => {
  it('shows only what begins as typed, and comes back to it', async () => {
    const terminal = new TestTerminal(SIZE, { history });
    await terminal.type('git', UP);
    expect(await terminal.screen()).toEqual(['> git log▏']);
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['> git status▏']);
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['> git status▏']);
    await terminal.type(DOWN, DOWN);
    expect(await terminal.screen()).toEqual(['> git▏']);
  });

  it('remembers what was sent when no history is given', async () => {
    const terminal = new TestTerminal(SIZE);
    void terminal.editor.read();
    await terminal.type('one', '\r', UP);
    expect(await terminal.screen()).toEqual(['> one', '', '> one▏']);
  });

  it('never draws a control character from a file that was tampered with', async () => {
    const entries = () => ['a\x1b[2Jb'];
    const terminal = new TestTerminal(SIZE, { history: { entries, add: () => undefined } });
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['> a␛[2Jb▏']);
  });
});

describe('searching back', () => {
  it('finds while typing, and further back with Ctrl+R', async () => {
    const terminal = new TestTerminal(SIZE, { history });
    await terminal.type('draft', CTRL('r'), 'GIT');
    expect(await terminal.screen()).toEqual(['search "GIT": git▏ log']);
    await terminal.type(CTRL('r'));
    expect(await terminal.screen()).toEqual(['search "GIT": git▏ status']);
    await terminal.type('x');
    expect(await terminal.screen()).toEqual(['no match "GITx": git ▏status']);
  });

  it('is given up with Escape or Ctrl-C, the draft as it was', async () => {
    const terminal = new TestTerminal(SIZE, { history });
    const read = terminal.editor.read();
    await terminal.type('draft', CTRL('r'), 'git', '\x1b');
    expect(await terminal.screen()).toEqual(['search "git": git▏ log']);
    terminal.time.pass(400);
    expect(await terminal.screen()).toEqual(['> draft▏']);
    await terminal.type(CTRL('r'), 'git', CTRL('c'));
    expect(await terminal.screen()).toEqual(['> draft▏']);
    await terminal.type('!', '\r');
    expect(await read).toEqual({ type: 'text', text: 'draft!' });
  });

  it('takes what was found: to be edited, or sent with Enter', async () => {
    const terminal = new TestTerminal(SIZE, { history });
    const read = terminal.editor.read();
    await terminal.type(CTRL('r'), 'hello', CTRL('a'), 'I ');
    expect(await terminal.screen()).toEqual(['> I ▏say hello']);
    await terminal.type(CTRL('u'), CTRL('k'), CTRL('r'), 'log', '\r');
    expect(await read).toEqual({ type: 'text', text: 'git log' });
  });
});

const COMMANDS = [
  ['/help ', 'show the commands'],
  ['/history ', 'show the last messages of this conversation'],
  ['/exit ', 'leave the chat'],
] as const;
const complete: Complete = (draft, cursor) => ({
  from: 0,
  candidates: COMMANDS.filter(([value]) => value.startsWith(draft.slice(0, cursor))).map(
    ([value, note]) => ({ value, note }),
  ),
});
const LISTED = [
  '/help     show the commands',
  '/history  show the last messages of this conversation',
];

describe('Tab', () => {
  it('fills in what is certain, and lists what is possible below the draft', async () => {
    const terminal = new TestTerminal(SIZE, { complete });
    await terminal.type('/e', '\t');
    expect(await terminal.screen()).toEqual(['> /exit ▏']);
    await terminal.type(CTRL('u'), '/h', '\t');
    expect(await terminal.screen()).toEqual(['> /h▏', ...LISTED]);
    await terminal.type('\t');
    expect(await terminal.screen()).toEqual(['> /h▏', ...LISTED]);
  });

  it.each([
    ['typing goes on', 'x', '> /hx▏'],
    ['one is chosen', 'e\t', '> /help ▏'],
    ['the cursor moves', LEFT, '> /▏h'],
    ['the key is Escape', '\x1b', '> /h▏'],
    ['the key does nothing', '\x1b[5~', '> /h▏'],
    ['a search begins', CTRL('r'), 'search "": ▏'],
  ])('leaves nothing of the list when %s', async (_, keys, expected) => {
    const terminal = new TestTerminal(SIZE, { complete });
    terminal.editor.print('printed\n');
    await terminal.type('/h', '\t', ...(keys.match(/\x1b.*|[^]/g) ?? []));
    terminal.time.pass(600);
    expect(await terminal.screen()).toEqual(['printed', '', expected]);
    expect(await terminal.scrollback()).toEqual(['printed', '', expected.replace('▏', '')]);
  });

  it('leaves nothing of the list when the line is sent, or the chat closed', async () => {
    const terminal = new TestTerminal(SIZE, { complete });
    void terminal.editor.read();
    await terminal.type('/h', '\t', '\r');
    expect(await terminal.screen()).toEqual(['> /h', '', '> ▏']);
    await terminal.type('/h', '\t');
    terminal.editor.close();
    expect(await terminal.screen()).toEqual(['> /h', '', '> /h', '▏']);
  });

  it('cuts the list to the window, and follows a resize', async () => {
    const terminal = new TestTerminal([40, 12], { complete });
    await terminal.type('/h', '\t');
    expect(await terminal.screen()).toEqual([
      '> /h▏',
      '/help     show the commands',
      '/history  show the last messages of thi…',
    ]);
    await terminal.resize(24, 12);
    expect(await terminal.screen()).toEqual([
      '> /h▏',
      '/help     show the comm…',
      '/history  show the last…',
    ]);
    await terminal.resize(60, 12);
    expect(await terminal.screen()).toEqual(['> /h▏', ...LISTED]);
  });

  it('shows a long list page by page with further Tabs', async () => {
    const many = Array.from({ length: 19 }, (_, index) => ({ value: `word${index + 1}` }));
    const terminal = new TestTerminal([40, 10], {
      complete: () => ({ from: 0, candidates: many }),
    });
    const words = (from: number, to: number): string[] =>
      many.slice(from - 1, to).map(({ value }) => value);
    await terminal.type('word', '\t');
    expect(await terminal.screen()).toEqual(['> word▏', ...words(1, 7), '12 more: Tab']);
    await terminal.type('\t');
    expect(await terminal.screen()).toEqual(['> word▏', ...words(8, 14), '12 more: Tab']);
    await terminal.type('\t');
    expect(await terminal.screen()).toEqual(['> word▏', ...words(15, 19), '14 more: Tab']);
    await terminal.type('\t');
    expect(await terminal.screen()).toEqual(['> word▏', ...words(1, 7), '12 more: Tab']);
  });

  it('keeps the list below a reply that arrives', async () => {
    const terminal = new TestTerminal(SIZE, { complete });
    await terminal.type('/h', '\t');
    for (const piece of ['Hel', 'lo\nWor', 'ld']) terminal.editor.print(piece);
    expect(await terminal.screen()).toEqual(['Hello', 'World', '', '> /h▏', ...LISTED]);
  });

  it('prints the list as lines where nothing is drawn', async () => {
    const terminal = new TestTerminal(SIZE, { complete, modes: NOT_DRAWN });
    void terminal.editor.read();
    await terminal.type('/h', '\t');
    expect(await terminal.screen()).toEqual([
      ...['> /h', '/help  show the commands'],
      ...['/history  show the last messages of this conversation', '> /h▏'],
    ]);
  });

  it('drops an answer that comes after more was typed', async () => {
    const answers: ((completion: Completion) => void)[] = [];
    const terminal = new TestTerminal(SIZE, {
      complete: () => new Promise((resolve) => answers.push(resolve)),
    });
    await terminal.type('a', '\t', 'b');
    answers[0]?.({ from: 0, candidates: [{ value: 'late' }] });
    await terminal.type('\t');
    expect(await terminal.screen()).toEqual(['> ab▏']);
    answers[1]?.({ from: 0, candidates: [{ value: 'in\x1b time' }] });
    await terminal.type('');
    expect(await terminal.screen()).toEqual(['> in␛ time▏']);
  });

  it('goes on when completing fails', async () => {
    const failing = vi.fn(() => Promise.reject(new Error('no network')));
    const terminal = new TestTerminal(SIZE, { complete: failing });
    await terminal.type('a', '\t', 'b');
    expect(failing).toHaveBeenCalledTimes(1);
    expect(await terminal.screen()).toEqual(['> ab▏']);
  });
});

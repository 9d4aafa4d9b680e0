import { describe, expect, it } from 'vitest';
import type { LineEditorOptions } from '../../../src/terminal/editor/line-editor-options.js';
import { CTRL, paste, NOT_DRAWN, TestTerminal, UP, DOWN, LEFT, RIGHT } from './terminal.js';

const SIZE = [40, 10] as const;

function openPasting(history: string[] = []): { terminal: TestTerminal; sent: string[] } {
  const terminal = new TestTerminal(SIZE, {
    history: { entries: () => history, add: (text) => sent.push(text) },
  });
  const sent: string[] = [];
  void terminal.editor.read();
  return { terminal, sent };
}

describe('pasting', () => {
  it.each([
    ['\\n', 'one\ntwo\n'],
    ['\\r', 'one\rtwo\r'],
    ['\\r\\n', 'one\r\ntwo\r\n'],
  ])('is one message, whatever its newlines (%s)', async (_name, text) => {
    const { terminal, sent } = openPasting();
    await terminal.type(paste(text));
    expect(sent).toEqual([]);
    expect(await terminal.screen()).toEqual(['> one', '  two', '  ▏']);
    await terminal.type('three', '\r');
    expect(sent).toEqual(['one\ntwo\nthree']);
  });

  it('holds when it comes byte by byte, slowly', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type(...[...Buffer.from(paste('é\r\nb\r'))].map((byte) => Uint8Array.of(byte)));
    expect(sent).toEqual([]);
    await terminal.type('\r');
    expect(sent).toEqual(['é\nb\n']);
  });

  it('shows control characters and does not obey them', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type(paste('a\x1b[2Jb\x03\x04c\x7f\u009b1m\0'));
    expect(await terminal.screen()).toEqual(['> a␛[2Jb␃␄c␡␛[1m␀▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['a␛[2Jb␃␄c␡␛[1m␀']);
  });

  it('shows marks that would turn the text around', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type(paste('a\u202eb\u2066c'));
    expect(await terminal.screen()).toEqual(['> a\ufffdb\ufffdc▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['a\u202eb\u2066c']);
  });

  it.each([
    ['in one chunk', ['\x1b[200~evil\x1b[201~\rrm -rf\r\x1b[201~']],
    ['cut behind the Enter', ['\x1b[200~evil\x1b[201~\r', 'rm -rf\r\x1b[201~']],
    ['cut before the Enter', ['\x1b[200~evil\x1b[201~', '\r', 'rm -rf', '\r', '\x1b[201~']],
    ['with a key', ['\x1b[200~evil\x1b[201~\x1b[A\r', 'rm -rf\r\x1b[201~']],
    [
      'with an Enter of its own kind',
      ['\x1b[200~evil\x1b[201~\x1b[13u', 'rm -rf\x1b[13u\x1b[201~'],
    ],
  ])('never sends itself by an end mark inside it: %s', async (_name, chunks) => {
    const { terminal, sent } = openPasting(['old']);
    terminal.burst(...chunks);
    await terminal.type('');
    expect(sent).toEqual([]);
    expect((await terminal.rows()).join('\n')).toMatch(/evil[\s\S]*rm -rf/);
    await terminal.type('\r');
    expect(sent).toHaveLength(1);
  });

  it('never sends itself by an Enter that comes in slow pieces behind an end mark', async () => {
    const { terminal, sent } = openPasting();
    for (const piece of ['\x1b[200~evil\x1b[201~', '\x1b', '[', '1', '3', 'u']) {
      terminal.burst(piece);
      terminal.time.pass(20);
    }
    expect(sent).toEqual([]);
    terminal.time.pass(100);
    await terminal.type('\r');
    expect(sent).toHaveLength(1);
  });

  it('lets Enter send again after a moment', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type(paste('text'), '\r');
    expect(sent).toEqual(['text']);
  });

  it('takes lines that come at once for a paste where the terminal has no marks', async () => {
    const { terminal, sent } = openPasting();
    terminal.burst('one\rtwo\r', 'three\r', 'four');
    expect(sent).toEqual([]);
    await terminal.type('');
    expect(await terminal.screen()).toEqual(['> one', '  two', '  three', '  four▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['one\ntwo\nthree\nfour']);
  });

  it('takes what was typed ahead with one Enter as typed', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type('hello\r');
    expect(sent).toEqual(['hello']);
  });

  it('gets out of a paste whose end mark was lost with Ctrl-C', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type('\x1b[200~lost');
    terminal.time.pass(1000);
    expect(await terminal.screen()).toEqual(['> lost▏']);
    await terminal.type(CTRL('c'), 'next', '\r');
    expect(sent).toEqual(['next']);
  });

  it('is undone at once', async () => {
    const { terminal } = openPasting();
    await terminal.type('typed ', paste('a\nb'), '\x1f');
    expect(await terminal.screen()).toEqual(['> typed ▏']);
  });

  it('keeps tabs and shows them as blanks', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type(paste('a\tb'));
    expect(await terminal.screen()).toEqual(['> a    b▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['a\tb']);
  });

  it('takes a megabyte and does not stall', async () => {
    const { terminal, sent } = openPasting();
    await terminal.type(paste('0123456789abcde\n'.repeat(65_536)), 'end', UP);
    await terminal.type('\r');
    expect(sent[0]).toHaveLength(1_048_579);
  });
});

const FOLDING_SIZES = [
  [80, 24],
  [40, 12],
  [12, 8],
] as const;

const UNDO = '\x1f';
const BACKSPACE = '\x7f';
const ALT_BACKSPACE = '\x1b\x7f';

const numbered = (count: number, name = 'line'): string =>
  Array.from({ length: count }, (_, index) => `${name} ${index + 1}`).join('\n');

/** The rows joined: in a narrow window, the label of a fold wraps. */
const joined = async (terminal: TestTerminal): Promise<string> =>
  (await terminal.screen()).join('');

interface Folding {
  terminal: TestTerminal;
  sent: string[];
}

function openFolding(
  size: readonly [number, number],
  options: Partial<LineEditorOptions> = {},
): Folding {
  const sent: string[] = [];
  const history = { entries: () => sent, add: (text: string) => void sent.push(text) };
  const terminal = new TestTerminal(size, { history, editCommand: '/edit', ...options });
  void terminal.editor.read();
  return { terminal, sent };
}

describe.each(FOLDING_SIZES)('a long paste at %i×%i', (...size) => {
  it.each([
    [20, 'line 20▏'],
    [21, '[pasted 21 lines]▏'],
    [500, '[pasted 500 lines]▏'],
  ])('of %i lines is drawn so that it can be read', async (count, end) => {
    const { terminal, sent } = openFolding(size);
    await terminal.type(paste(numbered(count)));
    expect((await joined(terminal)).endsWith(end)).toBe(true);
    await terminal.type('\r');
    expect(sent).toEqual([numbered(count)]);
  });

  it('counts a newline at its end as the end of its last line', async () => {
    const { terminal, sent } = openFolding(size);
    await terminal.type(paste(`${numbered(20)}\n`));
    expect(await joined(terminal)).not.toContain('pasted');
    await terminal.type(CTRL('c'), paste(`${numbered(21)}\n`));
    expect(await joined(terminal)).toBe('> [pasted 21 lines]▏');
    await terminal.type('\r');
    expect(sent).toEqual([`${numbered(21)}\n`]);
  });

  it('is one character for the arrows, for Backspace and for undo', async () => {
    const { terminal } = openFolding(size);
    await terminal.type('a', paste(numbered(30)), 'b');
    expect(await joined(terminal)).toBe('> a[pasted 30 lines]b▏');
    await terminal.type(LEFT, LEFT);
    expect(await joined(terminal)).toBe('> a▏[pasted 30 lines]b');
    await terminal.type(RIGHT);
    expect(await joined(terminal)).toBe('> a[pasted 30 lines]▏b');
    await terminal.type(BACKSPACE);
    expect(await joined(terminal)).toBe('> a▏b');
    await terminal.type(UNDO);
    expect(await joined(terminal)).toBe('> a[pasted 30 lines]▏b');
    await terminal.type(UNDO, UNDO);
    expect(await joined(terminal)).toBe('> a▏');
  });

  it('is a word, which can be killed and inserted again', async () => {
    const { terminal, sent } = openFolding(size);
    await terminal.type('see ', paste(numbered(30)), ALT_BACKSPACE);
    expect(await joined(terminal)).toBe('> see ▏');
    await terminal.type(CTRL('y'), ' ', CTRL('y'), '\r');
    expect(sent).toEqual([`see ${numbered(30)} ${numbered(30)}`]);
  });

  it('stays apart from another one, and both are sent', async () => {
    const { terminal, sent } = openFolding(size);
    await terminal.type(paste(numbered(30)) + paste(numbered(25, 'other')), 'end');
    expect(await joined(terminal)).toBe('> [pasted 30 lines][pasted 25 lines]end▏');
    await terminal.type('\r');
    expect(sent).toEqual([`${numbered(30)}${numbered(25, 'other')}end`]);
  });

  it('is left folded on the screen when it is sent', async () => {
    const { terminal } = openFolding(size);
    await terminal.type('Explain: ', paste(numbered(30)), '\r');
    expect(await terminal.scrollback()).toEqual(['> Explain: [pasted 30 lines]', '', '> ']);
  });

  it('is sent from between """ lines', async () => {
    const { terminal, sent } = openFolding(size);
    await terminal.type('"""', '\r', paste(numbered(30)), '\r', 'end', '\r', '"""', '\r');
    expect(sent).toEqual([`${numbered(30)}\nend`]);
    expect(await terminal.scrollback()).toEqual(['> [pasted 30 lines]', '  end', '', '> ']);
  });

  it('comes back folded with Up, in the same place', async () => {
    const { terminal, sent } = openFolding(size);
    await terminal.type('Explain: ', paste(numbered(30)), ' please', '\r', UP);
    expect((await joined(terminal)).endsWith('> Explain: [pasted 30 lines] please▏')).toBe(true);
    await terminal.type(BACKSPACE, '\r');
    expect(sent[1]).toBe(`Explain: ${numbered(30)} pleas`);
  });

  it('comes back folded after a failure, before what was typed since', async () => {
    const { terminal } = openFolding(size);
    const text = `Explain: ${numbered(30)}`;
    await terminal.type('Explain: ', paste(numbered(30)), '\r', 'next');
    terminal.editor.restoreDraft(text);
    expect((await joined(terminal)).endsWith('> Explain: [pasted 30 lines]  next▏')).toBe(true);
  });

  it('goes to the editor program whole, with Ctrl-G and with Ctrl-X', async () => {
    for (const key of ['g', 'x']) {
      const { terminal } = openFolding(size);
      const read = terminal.editor.read();
      await terminal.type(paste('\t x'), paste(`${numbered(30)}\n`), CTRL(key));
      const text = `/edit \t x${numbered(30)}\n`;
      expect(await read).toEqual({ type: 'text', text, isByKey: true });
      terminal.editor.restoreDraft(`new ${numbered(30)}\n`);
      expect((await joined(terminal)).endsWith('> new [pasted 30 lines]▏')).toBe(true);
      terminal.editor.close();
    }
  });
});

describe('a long paste', () => {
  it('is plain text once it was edited', async () => {
    const { terminal } = openFolding([80, 60]);
    await terminal.type(paste(numbered(30)), CTRL('g'));
    terminal.editor.restoreDraft(`${numbered(30)}!`);
    expect((await terminal.screen()).slice(1)).toEqual(['', '> [pasted 30 lines]!▏']);
    await terminal.type(CTRL('g'));
    terminal.editor.restoreDraft(numbered(30).replace('line 7', 'changed'));
    const screen = await terminal.screen();
    expect(screen.slice(2, 5)).toEqual(['', '> line 1', '  line 2']);
    expect(screen.at(-1)).toBe('  line 30▏');
  });

  it('shows the first line of a message from an earlier chat', async () => {
    const entries = ['short', `Explain this:\n${numbered(100)}`, `\n${numbered(30)}`];
    const sent: string[] = [];
    const history = { entries: () => entries, add: (text: string) => void sent.push(text) };
    const { terminal } = openFolding([80, 24], { history });
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['>  [30 more lines]▏']);
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['> Explain this: [100 more lines]▏']);
    await terminal.type(UP);
    expect(await terminal.screen()).toEqual(['> short▏']);
    await terminal.type(DOWN);
    expect(await terminal.screen()).toEqual(['> Explain this: [100 more lines]▏']);
    await terminal.type('!', '\r');
    expect(sent).toEqual([`${entries[1]}!`]);
    expect((await terminal.screen())[0]).toBe('> Explain this: [100 more lines]!');
  });

  it('is found by a search for any of its words', async () => {
    const entries = [`Explain this:\n${numbered(100)}`, 'other'];
    const { terminal } = openFolding([80, 24], {
      history: { entries: () => entries, add: () => undefined },
    });
    await terminal.type(CTRL('r'), 'line 77');
    expect(await terminal.screen()).toEqual(['search "line 77": Explain this: [100 more lines]▏']);
    await terminal.type(CTRL('c'), CTRL('r'), 'this');
    expect(await terminal.screen()).toEqual(['search "this": Explain this▏: [100 more lines]']);
    await terminal.type(CTRL('g'));
    expect(await terminal.screen()).toEqual(['> ▏']);
  });

  it('is folded once when it arrives in parts', async () => {
    const { terminal, sent } = openFolding([80, 24]);
    const text = numbered(90);
    const cuts = [0, 300, 301, 500, text.length];
    terminal.burst('a', '\x1b[200~');
    for (const [index, cut] of cuts.entries()) {
      terminal.burst(text.slice(cuts[index - 1] ?? 0, cut));
      terminal.time.pass(1500);
    }
    terminal.burst('\x1b[201~');
    terminal.time.pass(100);
    expect(await terminal.screen()).toEqual(['> a[pasted 90 lines]▏']);
    await terminal.type(UNDO);
    expect(await terminal.screen()).toEqual(['> a▏']);
    const typed = text.replaceAll('\n', '\r');
    terminal.burst(typed.slice(0, 400), typed.slice(400, 401), typed.slice(401));
    terminal.time.pass(100);
    expect(await terminal.screen()).toEqual(['> a[pasted 90 lines]▏']);
    await terminal.type('\r');
    expect(sent).toEqual([`a${text}`]);
  });

  it('shows what is typed right after it', async () => {
    const { terminal } = openFolding([80, 24]);
    terminal.burst(paste(numbered(30)), 'x', 'y');
    expect(await terminal.screen()).toEqual(['> [pasted 30 lines]xy▏']);
  });

  it('shows its control characters as pictures when it is sent', async () => {
    const { terminal, sent } = openFolding([80, 24]);
    await terminal.type(paste(`${numbered(30)}\x1b[2J\x07`), '\r');
    expect(sent).toEqual([`${numbered(30)}␛[2J␇`]);
  });

  it('cannot be forged by halves of a surrogate pair', async () => {
    const { terminal, sent } = openFolding([80, 24]);
    await terminal.type(paste(numbered(30)), '\x1b[56320u');
    terminal.editor.restoreDraft('\udc00');
    await terminal.type('\r');
    // Half a pair is no key.
    expect(sent).toEqual([`\ufffd\n${numbered(30)}`]);
  });

  it('is one step for Up and Down when its label wraps', async () => {
    const { terminal } = openFolding([12, 10]);
    await terminal.type('one', '\n', 'two ', paste(numbered(30)), '\n', 'four');
    expect(await terminal.screen()).toEqual(['> one', '  two [paste', 'd 30 lines]', '  four▏']);
    const seen: string[] = [];
    for (let key = 0; key < 6; key++) {
      await terminal.type(UP);
      seen.push((await terminal.screen()).findLast((row) => row.includes('▏')) ?? '');
    }
    expect(seen.at(-1)).toBe('> one▏');
    for (let key = 0; key < 6; key++) await terminal.type(DOWN);
    expect((await terminal.screen()).at(-1)).toMatch(/^ {2}.*▏/);
  });

  it('is complete on the screen when the chat is ended before it was sent', async () => {
    const { terminal } = openFolding([80, 24]);
    await terminal.type('Explain: ', paste(numbered(30)));
    terminal.editor.close();
    const lines = await terminal.scrollback();
    expect(lines[0]).toBe('> Explain: line 1');
    expect(lines.at(-1)).toBe('  line 30');
  });

  it('waits folded in the queue while a turn runs', async () => {
    const { terminal } = openFolding([80, 24]);
    await terminal.type('hi', '\r', paste(numbered(30)), '\r');
    expect(await terminal.screen()).toEqual(['> hi', 'queued: [pasted 30 lines]', '', '> ▏']);
    expect(await terminal.editor.read()).toEqual({ type: 'text', text: numbered(30) });
    expect(await terminal.screen()).toEqual(['> hi', '', '> [pasted 30 lines]', '', '> ▏']);
  });

  it('is not folded when there are more of them than marks', async () => {
    const { terminal, sent } = openFolding([80, 24]);
    const text = numbered(21);
    for (let count = 0; count < 1025; count++) terminal.burst(paste(text));
    terminal.time.pass(100);
    await terminal.type('\r');
    expect(sent).toEqual([text.repeat(1025)]);
  });

  it('is folded for a screen reader too', async () => {
    const { terminal, sent } = openFolding([80, 24], { modes: NOT_DRAWN });
    await terminal.type('a', paste(numbered(30)), 'b', LEFT, LEFT, BACKSPACE);
    expect((await terminal.screen()).at(-1)?.trimEnd()).toBe('> ▏[pasted 30 lines]b');
    await terminal.type('\r');
    expect(sent).toEqual([`${numbered(30)}b`]);
  });
});

import { describe, expect, it } from 'vitest';
import { CTRL, paste, TestTerminal, UP } from './terminal.js';

const SIZE = [40, 10] as const;

function open(history: string[] = []): { terminal: TestTerminal; sent: string[] } {
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
    const { terminal, sent } = open();
    await terminal.type(paste(text));
    expect(sent).toEqual([]);
    expect(await terminal.screen()).toEqual(['> one', '  two', '  ▏']);
    await terminal.type('three', '\r');
    expect(sent).toEqual(['one\ntwo\nthree']);
  });

  it('holds when it comes byte by byte, slowly', async () => {
    const { terminal, sent } = open();
    await terminal.type(...[...Buffer.from(paste('é\r\nb\r'))].map((byte) => Uint8Array.of(byte)));
    expect(sent).toEqual([]);
    await terminal.type('\r');
    expect(sent).toEqual(['é\nb\n']);
  });

  it('shows control characters and does not obey them', async () => {
    const { terminal, sent } = open();
    await terminal.type(paste('a\x1b[2Jb\x03\x04c\x7f\u009b1m\0'));
    expect(await terminal.screen()).toEqual(['> a␛[2Jb␃␄c␡␛[1m␀▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['a␛[2Jb␃␄c␡␛[1m␀']);
  });

  it('shows marks that would turn the text around', async () => {
    const { terminal, sent } = open();
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
    const { terminal, sent } = open(['old']);
    terminal.burst(...chunks);
    await terminal.type('');
    expect(sent).toEqual([]);
    expect((await terminal.rows()).join('\n')).toMatch(/evil[\s\S]*rm -rf/);
    await terminal.type('\r');
    expect(sent).toHaveLength(1);
  });

  it('never sends itself by an Enter that comes in slow pieces behind an end mark', async () => {
    const { terminal, sent } = open();
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
    const { terminal, sent } = open();
    await terminal.type(paste('text'), '\r');
    expect(sent).toEqual(['text']);
  });

  it('takes lines that come at once for a paste where the terminal has no marks', async () => {
    const { terminal, sent } = open();
    terminal.burst('one\rtwo\r', 'three\r', 'four');
    expect(sent).toEqual([]);
    await terminal.type('');
    expect(await terminal.screen()).toEqual(['> one', '  two', '  three', '  four▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['one\ntwo\nthree\nfour']);
  });

  it('takes what was typed ahead with one Enter as typed', async () => {
    const { terminal, sent } = open();
    await terminal.type('hello\r');
    expect(sent).toEqual(['hello']);
  });

  it('gets out of a paste whose end mark was lost with Ctrl-C', async () => {
    const { terminal, sent } = open();
    await terminal.type('\x1b[200~lost');
    terminal.time.pass(1000);
    expect(await terminal.screen()).toEqual(['> lost▏']);
    await terminal.type(CTRL('c'), 'next', '\r');
    expect(sent).toEqual(['next']);
  });

  it('is undone at once', async () => {
    const { terminal } = open();
    await terminal.type('typed ', paste('a\nb'), '\x1f');
    expect(await terminal.screen()).toEqual(['> typed ▏']);
  });

  it('keeps tabs and shows them as blanks', async () => {
    const { terminal, sent } = open();
    await terminal.type(paste('a\tb'));
    expect(await terminal.screen()).toEqual(['> a    b▏']);
    await terminal.type('\r');
    expect(sent).toEqual(['a\tb']);
  });

  it('takes a megabyte and does not stall', async () => {
    const { terminal, sent } = open();
    await terminal.type(paste('0123456789abcde\n'.repeat(65_536)), 'end', UP);
    await terminal.type('\r');
    expect(sent[0]).toHaveLength(1_048_579);
  });
});

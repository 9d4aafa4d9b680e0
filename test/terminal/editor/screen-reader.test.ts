import { describe, expect, it } from 'vitest';
import { CTRL, LEFT, paste, NOT_DRAWN, TestTerminal, UP } from './terminal.js';

const SIZE = [40, 10] as const;

function open(): TestTerminal {
  const terminal = new TestTerminal(SIZE, { modes: NOT_DRAWN, color: true });
  terminal.output.writes.length = 0;
  return terminal;
}

const written = ({ output }: TestTerminal): string => output.writes.join('');

describe('for screen readers', () => {
  it('only ever adds text: no escape sequence is written', async () => {
    const terminal = open();
    const read = terminal.editor.read();
    await terminal.type('helo', LEFT, 'l', CTRL('e'), '!', '\x7f', '\r');
    expect(await read).toEqual({ type: 'text', text: 'hello' });
    terminal.editor.setStatus('thinking…');
    terminal.time.pass(5000);
    terminal.editor.setStatus(undefined);
    terminal.editor.print('Hi.\n');
    void terminal.editor.read();
    // The blank was written over what was taken back.
    expect(await terminal.screen()).toEqual(['> hello ', 'thinking…', 'Hi.', '> ▏']);
    expect(written(terminal)).not.toContain('\x1b');
    expect(terminal.stdout.writes).toEqual(['Hi.\n']);
  });

  it('echoes a character and takes it back without writing the line again', async () => {
    const terminal = open();
    void terminal.editor.read();
    await terminal.type('a', 'b', '日', '\x7f', '\x7f');
    expect(terminal.output.writes).toEqual(['> ', 'a', 'b', '日', '\b\b  \b\b', '\b \b']);
  });

  it('edits in the middle of a line', async () => {
    const terminal = open();
    void terminal.editor.read();
    await terminal.type('one three', CTRL('a'), '\x1b[1;5C', ' and', '\x1b\x7f', 'two');
    expect(await terminal.screen()).toEqual(['> one two▏ three']);
  });

  it('keeps what is typed during a turn for the next prompt', async () => {
    const terminal = open();
    terminal.editor.print('reply');
    await terminal.type('next');
    terminal.editor.print(' goes on\n');
    expect(await terminal.screen()).toEqual(['reply goes on', '▏']);
    const read = terminal.editor.read();
    expect(await terminal.screen()).toEqual(['reply goes on', '> next▏']);
    await terminal.type('\r');
    expect(await read).toEqual({ type: 'text', text: 'next' });
  });

  it('writes a queued message when its turn comes', async () => {
    const terminal = open();
    await terminal.type('queued', '\r');
    terminal.editor.print('reply\n');
    expect(await terminal.editor.read()).toEqual({ type: 'text', text: 'queued' });
    expect(await terminal.screen()).toEqual(['reply', '> queued', '▏']);
  });

  it('writes a line again below where it can not be edited in place', async () => {
    const terminal = open();
    void terminal.editor.read();
    await terminal.type('old', '\r');
    void terminal.editor.read();
    await terminal.type(paste('two\nlines'), '!', '\x7f', UP);
    expect(await terminal.screen()).toEqual(['> old', '> two', 'lines!', '> two', 'lines▏']);
  });

  it('prints above the prompt and brings the prompt back', async () => {
    const terminal = open();
    void terminal.editor.read();
    await terminal.type('dra');
    terminal.editor.print('notice\n', 'stderr');
    await terminal.type('ft');
    expect(await terminal.screen()).toEqual(['> dra', 'notice', '> draft▏']);
  });
});

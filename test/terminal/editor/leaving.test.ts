import { describe, expect, it, vi } from 'vitest';
import { restoreSequence } from '../../../src/terminal/editor/terminal-input.js';
import { CTRL, TestTerminal } from './terminal.js';

const SIZE = [40, 10] as const;
const RESTORE = restoreSequence({ pasteMarks: true, focusReports: false, drawn: true });

describe('leaving', () => {
  it('clears text on Ctrl-C, tells of it on an empty prompt; undo brings the text back', async () => {
    const terminal = new TestTerminal(SIZE);
    const read = terminal.editor.read();
    await terminal.type('oops', CTRL('c'));
    expect(await terminal.screen()).toEqual(['> ▏']);
    await terminal.type('\x1f');
    expect(await terminal.screen()).toEqual(['> oops▏']);
    await terminal.type(CTRL('c'), CTRL('c'));
    expect(await read).toEqual({ type: 'interrupt' });
  });

  it('deletes with Ctrl-D in text and ends on an empty prompt', async () => {
    const terminal = new TestTerminal(SIZE);
    const read = terminal.editor.read();
    await terminal.type('ab', CTRL('a'), CTRL('d'));
    expect(await terminal.screen()).toEqual(['> ▏b']);
    await terminal.type(CTRL('d'), CTRL('d'));
    expect(await read).toEqual({ type: 'end' });
  });

  it.each(['end', 'error'])('ends when the terminal is gone (%s)', async (event) => {
    const terminal = new TestTerminal(SIZE);
    const read = terminal.editor.read();
    terminal.keyboard.emit(event, new Error('EIO'));
    expect(await read).toEqual({ type: 'end' });
    expect(await terminal.editor.read()).toEqual({ type: 'end' });
  });

  it('gives the terminal back as it was, also when closed twice', async () => {
    const terminal = new TestTerminal(SIZE);
    expect(terminal.keyboard.isRaw).toBe(true);
    expect(terminal.output.writes.join('')).toContain('\x1b[?2004h');
    const read = terminal.editor.read();
    terminal.editor.setStatus('thinking…');
    terminal.editor.close();
    terminal.editor.close();
    expect(terminal.keyboard.isRaw).toBe(false);
    expect(terminal.keyboard.isPaused()).toBe(true);
    expect(terminal.output.writes.at(-1)).toBe(RESTORE);
    expect(terminal.output.writes.filter((text) => text === RESTORE)).toHaveLength(1);
    expect(RESTORE).toContain('\x1b[?2004l');
    expect(RESTORE).toContain('\x1b[?25h');
    expect(terminal.keyboard.listenerCount('data')).toBe(0);
    expect(terminal.output.listenerCount('resize')).toBe(0);
    expect(terminal.time.running).toBe(0);
    expect(await terminal.screen()).toEqual(['▏']);
    expect(await read).toEqual({ type: 'end' });
  });

  it('leaves what was not sent on the screen', async () => {
    const terminal = new TestTerminal(SIZE);
    await terminal.type('queued', '\r', 'half a thou');
    terminal.editor.close();
    expect(await terminal.screen()).toEqual([
      ...['these 2 messages were not sent:', '', '> queued', '', '> half a thou', '▏'],
    ]);
  });

  it('hands the terminal to a task and takes it back with the draft', async () => {
    const terminal = new TestTerminal(SIZE);
    void terminal.editor.read();
    terminal.editor.print('unfinished');
    await terminal.type('draft');
    const result = await terminal.editor.suspend(async () => {
      expect(terminal.keyboard.isRaw).toBe(false);
      expect(terminal.keyboard.listenerCount('data')).toBe(0);
      terminal.output.write('menu\r\n');
      terminal.editor.print('meanwhile\n', 'stderr');
      terminal.editor.setStatus('hidden');
      expect(await terminal.screen()).toEqual(['unfinished', 'menu', '▏']);
      terminal.editor.setStatus(undefined);
      return 'chosen';
    });
    expect(result).toBe('chosen');
    expect(terminal.keyboard.isRaw).toBe(true);
    expect(await terminal.screen()).toEqual(['unfinished', 'menu', 'meanwhile', '', '> draft▏']);
  });

  it('takes the terminal back after a task that failed', async () => {
    const terminal = new TestTerminal(SIZE);
    await expect(
      terminal.editor.suspend(() => Promise.reject(new Error('no editor'))),
    ).rejects.toThrow('no editor');
    expect(terminal.keyboard.isRaw).toBe(true);
  });

  it('gives the terminal back for Ctrl-Z and takes it when the process goes on', async () => {
    let goOn = (): void => undefined;
    const stopProcess = vi.fn(() => new Promise<void>((resolve) => (goOn = resolve)));
    const terminal = new TestTerminal(SIZE, { stopProcess });
    await terminal.type('draft', CTRL('z'));
    expect(stopProcess).toHaveBeenCalledTimes(1);
    expect(terminal.keyboard.isRaw).toBe(false);
    expect(await terminal.screen()).toEqual(['▏']);
    goOn();
    await terminal.type('');
    expect(terminal.keyboard.isRaw).toBe(true);
    expect(await terminal.screen()).toEqual(['> draft▏']);
  });

  it('clears the screen on Ctrl-L and keeps the draft', async () => {
    const terminal = new TestTerminal(SIZE);
    terminal.editor.print('old\nunfinished');
    await terminal.type('draft', CTRL('l'));
    expect(await terminal.screen()).toEqual(['> draft▏']);
  });
});

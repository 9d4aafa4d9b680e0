import { describe, expect, it } from 'vitest';
import { CTRL, LEFT, paste, NOT_DRAWN, TestTerminal, UP } from './terminal.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

/** An editor whose first message has been read: a turn runs. */
async function busy(size: readonly [number, number]): Promise<TestTerminal> {
  const terminal = new TestTerminal(size);
  const read = terminal.editor.read();
  await terminal.type('hi', '\r');
  await read;
  return terminal;
}

describe.each(SIZES)('turns on the screen at %i×%i', (...size) => {
  it('have one empty line before each prompt, and none before the first', async () => {
    const terminal = new TestTerminal(size);
    for (const [typed, printed] of [
      ['one', 'reply\n'],
      ['two', ''],
      ['three', 'two\n\nparagraphs\n\n'],
      ['four', 'open line'],
    ] as const) {
      const read = terminal.editor.read();
      await terminal.type(typed, '\r');
      await read;
      terminal.editor.print(printed);
    }
    void terminal.editor.read();
    await terminal.type('draft');
    expect(await terminal.screen()).toEqual(
      [
        ...['> one', 'reply', '', '> two', '', '> three', 'two', '', 'paragraphs', ''],
        ...['> four', 'open line', '', '> draft▏'],
      ].slice(size[1] === 12 ? -12 : 0),
    );
  });

  it('have no second empty line after a notice, a cleared draft, or a screen that is cleared', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    terminal.editor.print('notice\n', 'stderr');
    terminal.editor.print('\n', 'stderr');
    await terminal.type('draft', CTRL('c'), 'other');
    expect(await terminal.screen()).toEqual(['notice', '', '> other▏']);
    await terminal.type(CTRL('l'));
    expect(await terminal.screen()).toEqual(['> other▏']);
    await terminal.editor.suspend(() => Promise.resolve());
    expect(await terminal.screen()).toEqual(['> other▏']);
  });

  it('lose the empty line to a draft that fills the window', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    terminal.editor.print('notice\n', 'stderr');
    const lines = Array.from({ length: size[1] - 1 }, (_, index) => `${index}`);
    // In two pastes: one of more than twenty lines would be folded.
    const half = Math.ceil(lines.length / 2);
    await terminal.type(paste(`${lines.slice(0, half).join('\n')}\n`));
    await terminal.type(paste(lines.slice(half).join('\n')));
    expect((await terminal.screen())[1]).toBe('> 0');
    await terminal.type('\x7f'.repeat(lines.at(-1)?.length ?? 0), '\x7f');
    expect((await terminal.screen()).slice(0, 3)).toEqual(['notice', '', '> 0']);
  });

  it('can be told of that were typed earlier, above the draft', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    await terminal.type('draft');
    terminal.editor.printSent('earlier\nmessage');
    terminal.editor.print('reply\n', 'stderr');
    terminal.editor.printSent('another', 'Ana> ');
    terminal.editor.print('its reply\n', 'stderr');
    expect(await terminal.screen()).toEqual([
      ...['> earlier', '  message', 'reply', '', 'Ana> another', 'its reply', '', '> draft▏'],
    ]);
  });

  it('can be told of while another task has the terminal', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    await terminal.editor.suspend(() => {
      terminal.editor.printSent('one');
      terminal.editor.print('reply\n');
      terminal.editor.printSent('two');
      return Promise.resolve();
    });
    expect(await terminal.screen()).toEqual(['> one', 'reply', '', '> two', '', '> ▏']);
  });
});

describe.each(SIZES)('the prompt at %i×%i', (...size) => {
  it('can change while a draft is there, cursor and all', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    await terminal.type(paste('one\ntwo'), LEFT);
    terminal.editor.setPrompt('\x1b[33mtaken over> \x1b[39m');
    expect(await terminal.screen()).toEqual(['taken over> one', '            tw▏o']);
    await terminal.type('x', UP, 'y');
    expect(await terminal.screen()).toEqual(['taken over> oney▏', '            twxo']);
    terminal.editor.setPrompt('> ');
    expect(await terminal.screen()).toEqual(['> oney▏', '  twxo']);
  });

  it('stays right at the edge of the window when it changes', async () => {
    const terminal = new TestTerminal(size);
    void terminal.editor.read();
    await terminal.type('x'.repeat(size[0] - 3));
    terminal.editor.setPrompt('Ana> ');
    expect(await terminal.screen()).toEqual([`Ana> ${'x'.repeat(size[0] - 5)}`, 'xx▏']);
  });

  it('stays behind on what was sent', async () => {
    const terminal = new TestTerminal(size);
    const read = terminal.editor.read();
    await terminal.type('one', '\r');
    await read;
    await terminal.type('two', '\r');
    terminal.editor.setPrompt('Ana> ');
    await terminal.editor.read();
    void terminal.editor.read();
    expect(await terminal.screen()).toEqual(['> one', '', 'Ana> two', '', 'Ana> ▏']);
  });

  it('costs no more in colour: a typed character is written as that character', async () => {
    const terminal = new TestTerminal(size);
    terminal.editor.setPrompt('\x1b[1m> \x1b[22m');
    void terminal.editor.read();
    await terminal.type('a');
    terminal.output.writes.length = 0;
    await terminal.type('b', LEFT);
    expect(terminal.output.writes).toEqual(['b', '\r\x1b[3C']);
  });
});

it('a prompt too long for the window is a short one', async () => {
  const terminal = new TestTerminal([12, 10]);
  void terminal.editor.read();
  terminal.editor.setPrompt('Ana, taken over> ');
  await terminal.type('word');
  expect(await terminal.screen()).toEqual(['> word▏']);
});

describe.each(SIZES)('messages that are held at %i×%i', (...size) => {
  it('come back one by one, in order, the one that was not sent first', async () => {
    const terminal = await busy(size);
    await terminal.type('two', '\r', 'three\nlines', '\r');
    terminal.editor.holdQueued('hi');
    terminal.editor.restoreHeld();
    expect(await terminal.screen()).toEqual([
      ...['> hi', 'held: two', 'held: three ⏎ lines', '', '> hi▏'],
    ]);
    const read = terminal.editor.read();
    await terminal.type('\r');
    expect(await read).toEqual({ type: 'text', text: 'hi' });
    terminal.editor.restoreHeld();
    expect(await terminal.screen()).toEqual([
      ...['> hi', '', '> hi', 'held: three ⏎ lines', '', '> two▏'],
    ]);
  });

  it('leave a draft alone, and what is queued after them comes first', async () => {
    const terminal = await busy(size);
    await terminal.type('held', '\r');
    terminal.editor.holdQueued();
    await terminal.type('draft');
    terminal.editor.restoreHeld();
    expect(await terminal.screen()).toEqual(['> hi', 'held: held', '', '> draft▏']);
    await terminal.type('\r');
    terminal.editor.restoreHeld();
    expect(await terminal.screen()).toEqual(['> hi', 'held: held', 'queued: draft', '', '> ▏']);
    expect(await terminal.editor.read()).toEqual({ type: 'text', text: 'draft' });
    terminal.editor.restoreHeld();
    expect(await terminal.screen()).toEqual(['> hi', '', '> draft', '', '> held▏']);
  });

  it('are counted when they are many, and the next one shows', async () => {
    const terminal = await busy(size);
    for (const text of ['a', 'b', 'c', 'd', 'e']) await terminal.type(text, '\r');
    terminal.editor.holdQueued();
    expect(await terminal.screen()).toEqual([
      ...['> hi', 'held: a', 'held: b', 'held: c', 'held: 2 more', '', '> ▏'],
    ]);
  });

  it('are forgotten when they are sent in another way, or stay when they must not be sent', async () => {
    const terminal = await busy(size);
    await terminal.type('a', '\r', 'b', '\r');
    terminal.editor.holdQueued();
    terminal.editor.restoreHeld(() => false);
    expect((await terminal.screen()).at(-1)).toBe('> ▏');
    terminal.editor.restoreHeld((line) => line !== 'a');
    expect(await terminal.screen()).toEqual(['> hi', 'held: a', '', '> b▏']);
    terminal.editor.forgetHeld('a');
    terminal.editor.forgetHeld('nothing');
    expect(await terminal.screen()).toEqual(['> hi', '', '> b▏']);
  });

  /** A terminal whose prompt has a message that came back, with one more behind it. */
  async function returned(): Promise<TestTerminal> {
    const terminal = await busy(size);
    await terminal.type('pay', '\r', 'then', '\r');
    terminal.editor.holdQueued();
    terminal.editor.restoreHeld();
    expect((await terminal.screen()).slice(1)).toEqual(['held: then', '', '> pay▏']);
    return terminal;
  }

  it.each([
    ['typed', ['/', 'x']],
    ['typed in one piece', ['/x']],
    ['pasted', ['\x1b[200~/x\x1b[201~']],
  ])('make room for a command that is %s, and come back when it is done', async (_, keys) => {
    const terminal = await returned();
    const command = terminal.editor.read();
    await terminal.type(...keys);
    expect((await terminal.screen()).slice(1)).toEqual(['held: pay', 'held: then', '', '> /x▏']);
    await terminal.type('\r');
    expect(await command).toEqual({ type: 'text', text: '/x' });
    const next = terminal.editor.read();
    expect((await terminal.screen()).slice(2)).toEqual(['> /x', 'held: then', '', '> pay▏']);
    await terminal.type('!', '\r');
    expect(await next).toEqual({ type: 'text', text: 'pay!' });
  });

  it('make room for a command that is inserted with Ctrl-Y', async () => {
    const terminal = await busy(size);
    await terminal.type('pay', '\r', '/x', '\x15');
    terminal.editor.holdQueued();
    terminal.editor.restoreHeld();
    await terminal.type('\x19');
    expect((await terminal.screen()).slice(1)).toEqual(['held: pay', '', '> /x▏']);
  });

  it('take a slash as any other character once they were touched', async () => {
    const terminal = await returned();
    await terminal.type('\x05', '/x');
    expect((await terminal.screen()).at(-1)).toBe('> pay/x▏');
  });

  it('wait behind a message that is typed after all', async () => {
    const terminal = await returned();
    const message = terminal.editor.read();
    await terminal.type('/', '\x7f', 'hello', '\r');
    expect(await message).toEqual({ type: 'text', text: 'hello' });
    void terminal.editor.read();
    expect((await terminal.screen()).slice(2)).toEqual([
      ...['> hello', 'held: pay', 'held: then', '', '> ▏'],
    ]);
  });

  it('come back only in the mode in which they were typed', async () => {
    const terminal = await busy(size);
    await terminal.type('pay', '\r');
    terminal.editor.holdQueued();
    terminal.editor.setPrompt('taken over> ', 'taken over');
    terminal.editor.restoreHeld();
    expect((await terminal.screen()).slice(1)).toEqual(['held: pay', '', 'taken over> ▏']);
    terminal.editor.setPrompt('> ');
    terminal.editor.restoreHeld();
    expect((await terminal.screen()).slice(1)).toEqual(['', '> pay▏']);
  });

  it('give way for good as a failed command, which Up brings back', async () => {
    const terminal = await busy(size);
    terminal.editor.holdQueued('/trace 2');
    terminal.editor.restoreHeld();
    await terminal.type('/');
    expect((await terminal.screen()).slice(1)).toEqual(['', '> /▏']);
  });

  it('from an editor program wait while a command is being typed', async () => {
    const terminal = await busy(size);
    await terminal.type('/x');
    terminal.editor.restoreDraft('edited');
    expect((await terminal.screen()).slice(1)).toEqual(['held: edited', '', '> /x▏']);
    await terminal.type('\r');
    await terminal.editor.read();
    void terminal.editor.read();
    expect((await terminal.screen()).at(-1)).toBe('> edited▏');
  });

  it('stay on the screen when the chat ends', async () => {
    const terminal = await busy(size);
    await terminal.type('a', '\r');
    terminal.editor.holdQueued();
    await terminal.type('b', '\r', 'draft');
    terminal.editor.close();
    expect(await terminal.screen()).toEqual([
      ...['> hi', 'these 3 messages were not sent:', '', '> a', '', '> b', '', '> draft', '▏'],
    ]);
  });

  it.each([
    ['untouched', []],
    ['edited', ['!', '\x7f']],
  ])('stay in order when the first one is back at the prompt (%s)', async (_, keys) => {
    const terminal = await busy(size);
    await terminal.type('a', '\r', '\x04', 'b', '\r');
    terminal.editor.holdQueued();
    terminal.editor.restoreHeld();
    await terminal.type(...keys);
    expect(await terminal.editor.read()).toEqual({ type: 'end' });
    terminal.editor.close();
    expect(await terminal.screen()).toEqual([
      ...['> hi', 'these 2 messages were not sent:', '', '> a', '', '> b', '▏'],
    ]);
  });

  it('go after what is typed anew in place of the first one', async () => {
    const terminal = await busy(size);
    await terminal.type('a', '\r', 'b', '\r');
    terminal.editor.holdQueued();
    terminal.editor.restoreHeld();
    await terminal.type('\x15', 'new');
    terminal.editor.close();
    expect((await terminal.screen()).slice(3)).toEqual(['> b', '', '> new', '▏']);
  });
});

it('a screen reader is told of messages that are held', async () => {
  const terminal = new TestTerminal([40, 12], { modes: NOT_DRAWN });
  await terminal.type('one', '\r', 'two\nlines', '\r', 'three', '\r');
  terminal.editor.holdQueued();
  terminal.editor.restoreHeld();
  void terminal.editor.read();
  expect(await terminal.screen()).toEqual(['held: two / lines', 'held: three', '> one▏']);
});

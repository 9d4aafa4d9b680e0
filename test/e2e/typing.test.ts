import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openChat, said, SIZES } from '../helpers/chat.js';
import { CTRL, ENTER, LEFT, PASTE, PASTE_END, pasted, UP } from '../helpers/keys.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

/** A line as a window cuts it. */
const rowsOf = (line: string, columns: number): string[] =>
  line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];

const LINES = ['one', 'two', 'three'];

describe.each(SIZES)('a paste at %i×%i', (...size) => {
  it.each([
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
    ['\\r', '\r'],
  ])('with %s in it is one message that can be edited first', async (_, newline) => {
    const { terminal, sandbox, say } = await openChat({ size });
    terminal.type(pasted(LINES.join(newline)));
    await terminal.looks(['> one', '  two', '  three▏']);
    expect(said(sandbox)).toEqual([]);
    await terminal.pause();
    terminal.type(`${UP}!`);
    await terminal.looks(['> one', '  two!▏', '  three']);
    await say('', 'You said: "one');
    expect(said(sandbox)).toEqual(['one\ntwo!\nthree']);
  });

  it('without marks, as older terminals send it, is one message too', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    terminal.type('one\rtwo\rthree');
    await terminal.looks(['> one', '  two', '  three▏']);
    await terminal.pause();
    await say('', 'You said:');
    expect(said(sandbox)).toEqual(['one\ntwo\nthree']);
  });

  it('with its marks split over chunks is one message', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    for (const piece of [
      PASTE.slice(0, 3),
      PASTE.slice(3),
      'one\rtw',
      'o',
      PASTE_END.slice(0, 4),
    ]) {
      terminal.type(piece);
      await terminal.pause();
    }
    terminal.type(PASTE_END.slice(4));
    await terminal.looks(['> one', '  two▏']);
    await terminal.pause();
    await say('', 'You said:');
    expect(said(sandbox)).toEqual(['one\ntwo']);
  });

  it('of many lines is folded, on the screen and when it comes back, and sent whole', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    const text = Array.from({ length: 500 }, (_, index) => `line ${index}`).join('\n');
    terminal.type(pasted(text));
    await terminal.looks(['> [pasted 500 lines]▏']);
    await terminal.pause();
    terminal.type('!');
    await terminal.looks(['> [pasted 500 lines]!▏']);
    terminal.type('\x7f\x7f');
    await terminal.looks(['> ▏']);
    terminal.type('\x1f');
    await terminal.looks(['> [pasted 500 lines]▏']);
    await say('', 'You said:');
    expect(terminal.lines()[0]).toBe('> [pasted 500 lines]');
    terminal.type(UP);
    await terminal.ends(['> [pasted 500 lines]▏']);
    expect(said(sandbox)).toEqual([text]);
  });

  it('with an end mark in it cannot get out of its brackets', async () => {
    const { terminal, sandbox } = await openChat({ size });
    terminal.type(`${PASTE}ls${PASTE_END}\rrm -rf ~\r${PASTE_END}`);
    await terminal.looks(['> ls', '  rm -rf ~', '  ▏']);
    expect(said(sandbox)).toEqual([]);
  });

  it('shows control characters as pictures and obeys none', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    terminal.type(pasted('a\x1b[2Jb\x07c\x7fd\x9bme\0'));
    await terminal.looks(['> a␛[2Jb␇c␡d␛[me␀▏']);
    await terminal.pause();
    await say('', 'You said:');
    expect(said(sandbox)).toEqual(['a␛[2Jb␇c␡d␛[me␀']);
    expect(terminal.output).not.toContain('\x1b[2J');
  });
});

describe.each(SIZES)('a new line at %i×%i', (...size) => {
  it.each([
    ['Ctrl-J', ['one', CTRL('j'), 'two']],
    ['\\ and Enter', ['one\\', ENTER, 'two']],
    ['Alt-Enter', ['one', '\x1b\r', 'two']],
    ['Shift-Enter, where it is told', ['one', '\x1b[13;2u', 'two']],
  ])('comes of %s', async (_, keys) => {
    const { terminal, sandbox, say } = await openChat({ size });
    for (const key of keys) {
      terminal.type(key);
      await terminal.pause();
    }
    await terminal.looks(['> one', '  two▏']);
    await say('', 'You said:');
    expect(said(sandbox)).toEqual(['one\ntwo']);
  });

  it('comes of Enter between """ and """', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    terminal.type(`"""${ENTER}`);
    await terminal.looks(['> """', '  ▏']);
    terminal.type(`one${ENTER}`);
    await terminal.looks(['> """', '  one', '  ▏']);
    terminal.type('  two');
    terminal.type(ENTER);
    await terminal.looks(['> """', '  one', '    two', '  ▏']);
    await say('"""', 'You said:');
    expect(said(sandbox)).toEqual(['one\n  two']);
  });
});

describe.each(SIZES)("the person's editor at %i×%i", (...size) => {
  /** An editor that shows that it has the terminal, adds a line, and ends as it is told. */
  function editor(code = 0): { EDITOR: string } {
    const path = join(temporaryFolder(), 'my editor');
    const script = `#!/bin/sh\necho "editing as $1"\nprintf 'from the editor\\n' >> "$2"\nexit ${code}\n`;
    writeFileSync(path, script);
    chmodSync(path, 0o700);
    return { EDITOR: `'${path}' --flag` };
  }

  it('opens with /edit and what follows it, and what it leaves is the draft', async () => {
    const { terminal, sandbox, say } = await openChat({ size, env: editor() });
    terminal.type(`/edit first${ENTER}`);
    await terminal.looks(['> /edit first', 'editing as --flag', '', '> firstfrom the editor▏']);
    expect(said(sandbox)).toEqual([]);
    await say('', 'You said:');
    expect(said(sandbox)).toEqual(['firstfrom the editor']);
  });

  it('opens with Ctrl-X on the draft', async () => {
    const { terminal } = await openChat({ size, env: editor() });
    terminal.type(pasted('one\ntwo\n'));
    await terminal.looks(['> one', '  two', '  ▏']);
    await terminal.pause();
    terminal.type(CTRL('x'));
    await terminal.shows(/> one\n {2}two\n {2}from the editor$/);
  });

  it('opens with Ctrl-G too, on all that a long paste holds', async () => {
    const { terminal, sandbox, say } = await openChat({ size, env: editor() });
    const long = Array.from({ length: 500 }, (_, index) => `line ${index}`).join('\n');
    terminal.type('Explain: ');
    await terminal.pause();
    terminal.type(pasted(long));
    await terminal.looks(['> Explain: [pasted 500 lines]▏']);
    await terminal.pause();
    terminal.type(CTRL('g'));
    await terminal.looks([
      '> /edit Explain: [pasted 500 lines]',
      'editing as --flag',
      '',
      ...rowsOf('> Explain: [pasted 500 lines]from the editor▏', size[0]),
    ]);
    await say('', 'You said:');
    expect(said(sandbox)).toEqual([`Explain: ${long}from the editor`]);
  });

  it('that fails is told of, and gives back what it saved', async () => {
    const { terminal, say } = await openChat({ size, env: editor(3) });
    await say('/edit first', 'ended with 3');
    await terminal.shows(/hint: set EDITOR[^]*\n> firstfrom the editor$/);
  });

  it('that is not there is told of', async () => {
    const { say } = await openChat({ size, env: { EDITOR: '/no/such/editor' } });
    await say('/edit', 'error: the editor "/no/such/editor" ended with 127');
  });

  it('keeps its own Ctrl-C: the chat goes on', async () => {
    const path = join(temporaryFolder(), 'editor');
    writeFileSync(
      path,
      '#!/bin/sh\ntrap "echo stopped by Ctrl-C; exit 1" INT\necho ready\nread x\n',
    );
    chmodSync(path, 0o700);
    const { terminal, say } = await openChat({ size, env: { EDITOR: path } });
    await say('/edit text', 'ready');
    terminal.type(CTRL('c'));
    await terminal.shows(/stopped by Ctrl-C[^]*> text$/);
  });
});

describe.each(SIZES)('the cursor at %i×%i', (...size) => {
  it.each([
    ['wide characters', '日本語', '日本', '語'],
    ['combining characters', 'cafe\u0301s', 'cafe\u0301', 's'],
    ['an emoji of one code point', 'a😀b', 'a😀', 'b'],
  ])('is right among %s', async (_, text, before, after) => {
    const { terminal, sandbox, say } = await openChat({ size });
    terminal.type(text);
    await terminal.looks([`> ${text}▏`]);
    terminal.type(LEFT);
    await terminal.looks([`> ${before}▏${after}`]);
    terminal.type('x');
    await terminal.looks([`> ${before}x▏${after}`]);
    await say('', 'You said:');
    expect(said(sandbox)).toEqual([`${before}x${after}`]);
  });

  it('deletes a family and a flag as the one character that they are', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    terminal.type('a👩‍👩‍👧🇮🇪b');
    await terminal.shows('b');
    terminal.type(LEFT + '\x7f\x7f');
    await terminal.looks(['> a▏b']);
    await say('', 'You said: "ab"');
    expect(said(sandbox)).toEqual(['ab']);
  });

  it('stays right in a draft that wraps, when the window changes', async () => {
    const { terminal } = await openChat({ size });
    const draft = 'word '.repeat(20).trimEnd();
    const wrapped = (columns: number): string[] =>
      `> ${draft}▏`.match(new RegExp(`.{1,${columns}}`, 'g'))?.map((row) => row.trimEnd()) ?? [];
    terminal.type(draft);
    await terminal.looks(wrapped(size[0]));
    terminal.resize(30, 12);
    await terminal.ends(wrapped(30));
    terminal.resize(...size);
    await terminal.ends(wrapped(size[0]).slice(-2));
  });

  it('stays in a window of ten lines whatever is pasted', async () => {
    const { terminal, sandbox, say } = await openChat({ size });
    const text = Array.from({ length: 40 }, (_, index) => `line ${index}\n`);
    terminal.type(pasted(text.slice(0, 20).join('')));
    await terminal.ends(['  line 19', '  ▏']);
    await terminal.pause();
    terminal.type(pasted(text.slice(20).join('')));
    await terminal.ends(['  line 38', '  line 39', '  ▏']);
    await terminal.pause();
    await say('', 'You said:');
    expect(said(sandbox)).toEqual([text.join('')]);
  });
});

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openChat, type OpenChat } from '../helpers/chat.js';
import { account } from '../helpers/account.js';
import { CTRL } from '../helpers/keys.js';
import { childrenOf, gone } from '../helpers/shell.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { TerminalSession } from '../helpers/terminal.js';

/** A program of the person's: a shell script of that name, and its folder. */
function program(name: string, script: string): { folder: string; path: string } {
  const folder = temporaryFolder();
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return { folder, path };
}

interface Editing extends OpenChat {
  /** The folder that temporary files go to. */
  temporary: string;
}

/** A chat whose editor is that script; it has the file as $1. */
async function chatWithEditor(script: string, env: Record<string, string> = {}): Promise<Editing> {
  const temporary = temporaryFolder();
  const EDITOR = program('editor', script).path;
  return { ...(await openChat({ env: { EDITOR, TMPDIR: temporary, ...env } })), temporary };
}

describe('nothing that a person wrote is lost', () => {
  async function edit({ terminal }: Editing, draft = 'my draft'): Promise<void> {
    terminal.type(draft);
    await terminal.shows(`> ${draft}`);
    await terminal.pause();
    terminal.type(CTRL('x'));
  }

  it('where there can be no temporary file: the draft is as it was', async () => {
    const chat = await chatWithEditor('exit 0', { TMPDIR: '/nowhere/at/all' });
    await edit(chat);
    await chat.terminal.shows(
      /error: there can be no file for the editor: ENOENT[^]*\n> my draft$/,
    );
  });

  it('by an editor that removes its file: the draft is as it was', async () => {
    const chat = await chatWithEditor('rm "$1"');
    await edit(chat);
    await chat.terminal.shows(/error: the editor .* left no file\n.*\n\n> my draft$/);
    expect(readdirSync(chat.temporary)).toEqual([]);
  });

  it('by an editor that saves elsewhere and removes its file: what it saved stays', async () => {
    const chat = await chatWithEditor('echo precious > "$(dirname "$1")/other.md"; rm "$1"');
    await edit(chat);
    await chat.terminal.shows(/left no file[^]*\n> my draft$/);
    const [folder = ''] = readdirSync(chat.temporary);
    expect(readFileSync(join(chat.temporary, folder, 'other.md'), 'utf8')).toBe('precious\n');
  });

  it('by an editor that saves and exits with an error: the draft is what it saved', async () => {
    const chat = await chatWithEditor('echo saved > "$1"; exit 1');
    await edit(chat);
    await chat.terminal.shows(/error: the editor .* ended with 1\n.*\n\n> saved$/);
    expect(readdirSync(chat.temporary)).toEqual([]);
  });

  it('by an editor that exits with an error only: the draft is as it was', async () => {
    const chat = await chatWithEditor('exit 1');
    await edit(chat);
    await chat.terminal.shows(/error: the editor .* ended with 1\n.*\n\n> my draft$/);
  });

  it('by an editor that saves what is not UTF-8: its file stays, and is named', async () => {
    const chat = await chatWithEditor(`printf 'caf\\351' > "$1"`);
    await edit(chat);
    await chat.terminal.shows(/error: what the editor saved is not UTF-8[^]*\n> my draft$/);
    const [folder = ''] = readdirSync(chat.temporary);
    const kept = join(chat.temporary, folder, 'message.md');
    expect(chat.terminal.text().replaceAll('\n', '')).toContain(`hint: it is kept in ${kept}`);
    expect(readFileSync(kept, 'latin1')).toBe('café');
  });

  it('by an editor that begins with a byte order mark', async () => {
    const chat = await chatWithEditor(`printf '\\357\\273\\277text\\n' > "$1"`);
    await edit(chat);
    await chat.terminal.ends(['> text▏']);
    chat.terminal.type('!');
    await chat.say('', 'You said: "text!"');
  });

  it('where the name of the temporary folder has blanks and signs of a shell', async () => {
    const TMPDIR = join(temporaryFolder(), 'a "b" $(touch owned)');
    mkdirSync(TMPDIR);
    const chat = await chatWithEditor('echo saved > "$1"', { TMPDIR });
    await edit(chat);
    await chat.terminal.ends(['> saved▏']);
  });

  it('when the program is ended while the editor is open', async () => {
    const chat = await chatWithEditor('echo unsent > "$1"; echo ready; exec sleep 60');
    const [pid = 0] = childrenOf(chat.terminal.pid);
    await edit(chat);
    await chat.terminal.shows('ready');
    process.kill(pid, 'SIGTERM');
    expect(await chat.terminal.exit).toBe(143);
    const [folder = ''] = readdirSync(chat.temporary);
    expect(chat.terminal.text().replaceAll('\n', '')).toContain(
      `hint: what you wrote is kept in ${join(chat.temporary, folder)}`,
    );
    const kept = join(chat.temporary, folder, 'message.md');
    expect(readFileSync(kept, 'utf8')).toBe('unsent\n');
  });

  it('a draft that was not changed leaves no file when the program is ended', async () => {
    const chat = await chatWithEditor('echo ready; exec sleep 60');
    const [pid = 0] = childrenOf(chat.terminal.pid);
    await edit(chat);
    await chat.terminal.shows('ready');
    process.kill(pid, 'SIGTERM');
    expect(await chat.terminal.exit).toBe(143);
    expect(readdirSync(chat.temporary)).toEqual([]);
  });
});

describe('a clipboard program', () => {
  async function chatWithClipboard(script: string): Promise<OpenChat> {
    const { folder } = program('xclip', script);
    const env = { DISPLAY: ':7', PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const chat = await openChat({ env });
    await chat.say('my name is Ada', 'Nice to meet you');
    return chat;
  }

  it('that hangs is given up with Ctrl-C', async () => {
    const chat = await chatWithClipboard('exec sleep 60');
    await chat.say('/copy', 'copying');
    chat.terminal.type(CTRL('c'));
    await chat.terminal.shows(/\ncancelled\n\n>$/);
    await chat.say('how many turns?', /> how many turns\?\n.*2/);
  });

  it('that hangs is given up after 5 seconds, and the terminal is asked', async () => {
    const chat = await chatWithClipboard('exec sleep 60');
    await chat.say('/copy', 'copying 4s');
    await chat.terminal.shows(
      /copied to the clipboard, if the terminal allows it \(OSC 52\)\n\n>$/,
    );
  });

  it('that takes the text is named', async () => {
    const file = join(temporaryFolder(), 'clipboard');
    const chat = await chatWithClipboard(`cat > ${file}`);
    await chat.say('/copy', 'copied to the clipboard (xclip)');
    expect(readFileSync(file, 'utf8')).toContain('Ada');
  });
});

it('a pager ends with the program', async () => {
  const { sandbox, env } = await account();
  sandbox.store.create('one', { assistant_id: sandbox.assistantId });
  const terminal = new TerminalSession(['conversations', 'list'], {
    env: { ...env, PAGER: 'echo paging; exec sleep 60' },
  });
  await terminal.shows('paging');
  const [pid = 0] = childrenOf(terminal.pid);
  const [pager = 0] = childrenOf(pid);
  process.kill(pid, 'SIGTERM');
  expect(await terminal.exit).toBe(143);
  await gone(pager);
});

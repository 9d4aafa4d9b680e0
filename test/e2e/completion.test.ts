import { describe, expect, it } from 'vitest';
import { SLASH_COMMANDS } from '../../src/chat/slash-commands.js';
import type { Interceptor } from '../../src/sandbox/call.js';
import { account } from '../helpers/account.js';
import { openChat, SIZES } from '../helpers/chat.js';
import { TAB } from '../helpers/keys.js';
import { refusing, deferred } from '../sandbox/start.js';

describe.each(SIZES)('Tab at %i×%i', (...size) => {
  it('completes a command, and lists those that could be meant with what they do', async () => {
    const { terminal } = await openChat({ size });
    terminal.type(`/ass${TAB}`);
    await terminal.looks(['> /assistant ▏']);
    terminal.type(`\x15/e${TAB}`);
    const cut = (line: string): string =>
      line.length > size[0] ? `${line.slice(0, size[0] - 1)}…` : line;
    const listed = SLASH_COMMANDS.filter(({ name }) => name.startsWith('e'));
    const width = Math.max(...listed.map(({ name }) => name.length)) + '/  '.length;
    const lines = listed.map(({ name, summary }) => `/${name}`.padEnd(width) + summary);
    await terminal.looks(['> /e▏', ...lines.map(cut)]);
    terminal.type(`d${TAB}`);
    await terminal.looks(['> /edit ▏']);
    expect(terminal.lines()).toEqual(['> /edit']);
  });

  it('lists all commands after a slash, a page at a time, and takes them away with Esc', async () => {
    const { terminal } = await openChat({ size });
    terminal.type(`/${TAB}`);
    await terminal.shows(/^> \/\n\/new +start a new conversation$/m);
    expect(terminal.rows().every((row) => row.length <= size[0])).toBe(true);
    if (size[1] < 20) {
      await terminal.shows(/^\d+ more: Tab$/m);
      terminal.type(TAB.repeat(3));
      await terminal.shows(/^\/exit /m);
    }
    terminal.type('\x1b');
    await terminal.looks(['> /▏']);
    expect(terminal.lines()).toEqual(['> /']);
  });

  it('completes the names and ids of conversations', async () => {
    const given = await account();
    const metadata = { assistant_id: given.sandbox.assistantId };
    const { conversation } = given.sandbox.store.create('Opening hours', metadata);
    const { terminal } = await openChat({ size, sandbox: given });
    terminal.type(`/resume O${TAB}`);
    await terminal.looks(['> /resume Opening hours▏']);
    terminal.type(`\x15/resume ${conversation.id.slice(0, 6)}${TAB}`);
    const typed = `> /resume ${conversation.id}▏`;
    await terminal.ends([typed.slice(0, size[0]), typed.slice(size[0])].filter(Boolean));
  });

  it('completes the ids of assistants', async () => {
    const { terminal } = await openChat({ size });
    terminal.type(`/assistant a${TAB}`);
    await terminal.looks(['> /assistant assistant-sandbox▏']);
    terminal.type(`-q${TAB}`);
    await terminal.shows('> /assistant assistant-sandbox-quiet');
  });

  it('does nothing in a message, and nothing while Telnyx does not answer', async () => {
    const asked = deferred();
    const intercept: Interceptor = (call, run) => {
      if (call.operation === 'list_conversations') asked.resolve(undefined);
      return refusing(500)(call, run);
    };
    const { terminal } = await openChat({ size, intercept });
    terminal.type(`hello${TAB}`);
    await terminal.looks(['> hello▏']);
    terminal.type(`\x15/resume x${TAB}`);
    await asked.promise;
    await terminal.pause();
    await terminal.looks(['> /resume x▏']);
    expect(terminal.text()).not.toContain('error');
  });
});

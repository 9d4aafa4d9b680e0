import { describe, expect, it } from 'vitest';
import type { Interceptor } from '../../src/sandbox/call.js';
import { account } from '../helpers/account.js';
import { openChat, SIZES } from '../helpers/chat.js';
import { TAB } from '../helpers/keys.js';
import { refusing } from '../sandbox/interceptors.js';
import { deferred } from '../sandbox/start.js';

describe.each(SIZES)('Tab at %i×%i', (...size) => {
  it('completes a command, and lists those that could be meant', async () => {
    const { terminal } = await openChat({ size });
    terminal.type(`/ass${TAB}`);
    await terminal.looks(['> /assistant ▏']);
    terminal.type(`\x15/e${TAB}`);
    await terminal.looks(['> /e▏']);
    terminal.type(TAB);
    await terminal.looks(['/edit', '/export', '/exit', '> /e▏']);
    terminal.type(`d${TAB}`);
    await terminal.ends(['> /edit ▏']);
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

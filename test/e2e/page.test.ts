import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { BIN } from '../helpers/built-program.js';
import { describeInBrowser } from '../helpers/browser.js';
import { chatPage } from '../helpers/chat-page.js';
import { temporaryFolder } from '../helpers/run-cli.js';

/** The built program as a relay before its sandbox; ended with the test. Gives its URL. */
async function builtRelay(): Promise<string> {
  const home = temporaryFolder();
  const child = spawn(process.execPath, [BIN, 'serve', '--sandbox', '--ui', '--port', '0'], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^relay: (\S+)$/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error('serve ended');
}

describeInBrowser('the page of the built program', ({ open }) => {
  test('chats, and is small', async () => {
    const url = await builtRelay();
    const chat = chatPage(await open(url));
    await chat.ask('My name is Ada.');
    await chat.ask('What is my name?');
    expect((await chat.said()).at(-1)).toBe('Sandbox Assistant: Your name is Ada.');
    const script = await chat.page.locator('script').textContent();
    expect(script?.length).toBeLessThan(70_000);
  });
});

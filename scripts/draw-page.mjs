// Chats on the page of `serve --ui` in a headless chromium and takes its picture, for the README:
// page-light.png and page-dark.png, in docs/ or in the folder that is given.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const BIN = fileURLToPath(new URL('../bin/telnyx-chat.js', import.meta.url));
const MESSAGES = ['My name is Ada.', 'What is my name?'];
const WINDOW = { width: 720, height: 500 };
const PATIENCE_MS = 10_000;

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** It asks this machine alone. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs', import.meta.url));
const executablePath = [process.env.CHROMIUM, ...PLACES].find((path) => path && existsSync(path));
if (executablePath === undefined)
  throw new Error('there is no chromium: install it, or set CHROMIUM');

const home = mkdtempSync(join(tmpdir(), 'telnyx-chat-'));
const relay = spawn(process.execPath, [BIN, 'serve', '--sandbox', '--ui', '--port', '0'], {
  env: { HOME: home, PATH: process.env.PATH },
  stdio: ['ignore', 'pipe', 'ignore'],
});
const browser = await chromium.launch({ executablePath, args: FLAGS });
try {
  const [line] = await once(relay.stdout, 'data');
  const [url] = /http:\S+/.exec(String(line)) ?? [];
  for (const colorScheme of ['light', 'dark']) await draw(url, colorScheme);
} finally {
  await browser.close();
  relay.kill();
  rmSync(home, { recursive: true, force: true });
}

async function draw(url, colorScheme) {
  const options = { colorScheme, viewport: WINDOW, deviceScaleFactor: 1.5 };
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  const field = page.getByRole('textbox', { name: 'Message' });
  const spoken = page.getByRole('article');
  for (const [index, message] of MESSAGES.entries()) {
    await field.fill(message);
    await field.press('Enter');
    await spoken
      .nth(2 * index + 1)
      .and(page.locator(':not(.waiting)'))
      .waitFor();
  }
  await page.screenshot({ path: join(folder, `page-${colorScheme}.png`), caret: 'hide' });
  await page.close();
}

import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env['CHROMIUM'], ...PLACES].find(
  (path) => path && existsSync(path),
);

export const hasBrowser = executablePath !== undefined;

/** It asks nobody but this machine, and for nothing of its own accord. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Longer than anything on the page may take, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface BrowserTests {
  /** A page of its own, closed when the test ends, which fails when the page broke its rules or threw. */
  open(url: string, options?: PageOptions): Promise<Page>;
}

export interface PageOptions extends BrowserContextOptions {
  /** What the browser may complain of. */
  complaints?: RegExp;
}

/**
 * Tests in a real headless browser; where there is none they are skipped, and it says so.
 * @param hosts names that stand for this machine, in that browser alone
 */
export function describeInBrowser(
  name: string,
  tests: (browser: BrowserTests) => void,
  hosts: readonly string[] = [],
): void {
  if (executablePath === undefined) {
    console.warn(`skipped, as there is no chromium (or $CHROMIUM): ${name}`);
  }
  describe.skipIf(executablePath === undefined)(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch(hosts);
    });
    afterAll(() => browser.close());
    tests({ open: (url, options) => openPage(browser, url, options) });
  });
}

function launch(hosts: readonly string[]): Promise<Browser> {
  const rules = [
    ...hosts.map((host) => `MAP ${host} 127.0.0.1`),
    'MAP * ~NOTFOUND',
    'EXCLUDE 127.0.0.1',
    'EXCLUDE localhost',
  ];
  const args = [...FLAGS, `--host-resolver-rules=${rules.join(', ')}`];
  return chromium.launch({ executablePath: executablePath ?? '', args });
}

async function openPage(
  browser: Browser,
  url: string,
  // A failed request is told of too; whether it may fail is for the test to say.
  { complaints = /^Failed to load resource/, ...options }: PageOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (!complaints.test(message.text())) problems.push(message.text());
  });
  onTestFinished(() => context.close());
  onTestFinished(() => expect(problems).toEqual([]));
  await page.goto(url);
  return page;
}

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { describeInBrowser } from '../helpers/browser.js';
import { raw, recordingServer } from '../helpers/recording-server.js';
import { eventsIn, serveSandbox } from '../helpers/relay.js';

const STRANGER = 'stranger.example';
const BODY = '{"message":"My name is Ada."}';
const JSON_TYPE = { 'content-type': 'application/json' };
/** What a browser says of what it keeps from a page. */
const complaints = /^Failed to load resource|CORS policy|EventSource|frame-ancestors|Framing/;

/** A page of another origin, which may do what its owner likes. */
async function foreignPage(html = '<p>Hello'): Promise<string> {
  const { url } = await recordingServer(raw(200, { 'content-type': 'text/html' }, html));
  return url;
}

/** What came of a request that a page makes; for what browsers keep from it, `TypeError`. */
async function fetchFrom(page: Page, url: string, init: RequestInit): Promise<unknown> {
  return page.evaluate(
    `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(
      async (response) => [response.type, response.status, await response.text()],
      (error) => error.name,
    )`,
  );
}

function expectNothingStored(sandbox: Sandbox): void {
  const { conversations, requests } = sandbox.stats();
  // The relay's own check of its key.
  const others = Object.keys(requests).filter((name) => name !== 'get_assistant');
  expect([conversations, others]).toEqual([[], []]);
}

describeInBrowser('a page of another origin', ({ open }) => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const unseen: RequestInit = { mode: 'no-cors' };
  test.each<[string, RequestInit]>([
    ['text', {}],
    ['text, whose answer it does not see', unseen],
    ['a form, whose answer it does not see', { ...unseen, headers: form }],
    ['JSON', { headers: JSON_TYPE }],
    ['JSON with cookies', { headers: JSON_TYPE, credentials: 'include' }],
    ['JSON with a key', { headers: { ...JSON_TYPE, 'idempotency-key': 'key-1' } }],
  ])('has no turn taken by posting %s', async (_, options) => {
    const { url, sandbox } = await serveSandbox();
    const page = await open(await foreignPage(), { complaints });
    const init = { method: 'POST', body: BODY, ...options };
    const outcome = await fetchFrom(page, `${url}/chat`, init);
    expect(outcome).toEqual(options.mode ? ['opaque', 0, ''] : 'TypeError');
    expectNothingStored(sandbox);
  });

  test('has no turn taken by a form that goes there', async () => {
    const { url, sandbox } = await serveSandbox();
    const page = await open(
      await foreignPage(
        `<form method="post" enctype="text/plain" action="${url}/chat">
           <input name='{"message":"My name is Ada.","name":"' value='"}'><button>Win</button>`,
      ),
      { complaints },
    );
    const answered = page.waitForResponse(`${url}/chat`);
    await page.getByRole('button').click();
    const response = await answered;
    expect(response.request().postData()).toBe('{"message":"My name is Ada.","name":"="}\r\n');
    expect([response.status(), await response.json()]).toEqual([
      403,
      { error: 'Origin not allowed' },
    ]);
    expectNothingStored(sandbox);
  });

  test('has no turn taken from a frame that has no origin', async () => {
    const { url, sandbox } = await serveSandbox();
    const page = await open(await foreignPage('<iframe sandbox="allow-scripts" srcdoc="<p>">'), {
      complaints,
    });
    const frame = page.frames()[1];
    const init = { method: 'POST', body: BODY, mode: 'no-cors' };
    expect(
      await frame?.evaluate(
        `fetch('${url}/chat', ${JSON.stringify(init)}).then(({ type }) => [self.origin, type])`,
      ),
    ).toEqual(['null', 'opaque']);
    expectNothingStored(sandbox);
  });

  test('has no turn taken by a beacon or a stream of events', async () => {
    const { url, sandbox } = await serveSandbox();
    const page = await open(await foreignPage(), { complaints });
    const statuses: number[] = [];
    page.on('response', (response) => statuses.push(response.status()));
    await page.evaluate(`navigator.sendBeacon('${url}/chat', ${JSON.stringify(BODY)})`);
    await expect.poll(() => statuses).toEqual([403]);
    const state = await page.evaluate(
      `new Promise((resolve) => {
         const source = new EventSource('${url}/chat?message=hello');
         source.onerror = () => resolve(source.readyState);
       })`,
    );
    // Closed for good.
    expect(state).toBe(2);
    expectNothingStored(sandbox);
  });

  test('cannot show the page in a frame, where a click could be stolen', async () => {
    const { url } = await serveSandbox(['--ui']);
    const page = await open(await foreignPage(`<iframe src="${url}/">`), { complaints });
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });

  test('may have turns taken when it is listed, and no other may', async () => {
    const listed = await foreignPage();
    const { url, sandbox } = await serveSandbox(['--origin', listed]);
    const headers = {
      ...JSON_TYPE,
      accept: 'text/event-stream',
      'idempotency-key': 'key-1',
    };
    const init = { method: 'POST', body: BODY, headers };
    const other = await open(await foreignPage(), { complaints });
    expect(await fetchFrom(other, `${url}/chat`, init)).toBe('TypeError');
    expectNothingStored(sandbox);
    const page = await open(listed, { complaints });
    const [type, status, text] = (await fetchFrom(page, `${url}/chat`, init)) as [
      string,
      number,
      string,
    ];
    expect([type, status]).toEqual(['cors', 200]);
    expect(eventsIn(text).at(-1)).toMatchObject([
      'done',
      { reply: 'Nice to meet you, Ada. I will remember your name.' },
    ]);
    expect(sandbox.requestCount('chat')).toBe(1);
  });
});

describeInBrowser(
  "a stranger's name that points at this machine",
  ({ open }) => {
    const init = { method: 'POST', body: BODY, headers: JSON_TYPE };

    test('is of no use: neither the page nor a turn', async () => {
      const { url, sandbox } = await serveSandbox(['--ui']);
      const { port } = new URL(url);
      const page = await open(`http://${STRANGER}:${port}/`, { complaints });
      expect(await page.textContent('body')).toBe('{"error":"Host not allowed"}');
      expect(await fetchFrom(page, '/chat', init)).toEqual([
        'basic',
        403,
        '{"error":"Host not allowed"}',
      ]);
      expectNothingStored(sandbox);
    });

    test('is one of ours when it is allowed', async () => {
      const { url, sandbox } = await serveSandbox(['--ui', '--allow-host', STRANGER]);
      const { port } = new URL(url);
      const page = await open(`http://${STRANGER}:${port}/`, {
        // It is no safe origin, which this header needs.
        complaints: /Cross-Origin-Opener-Policy header has been ignored/,
      });
      expect(await fetchFrom(page, '/chat', init)).toEqual([
        'basic',
        200,
        expect.stringContaining('Nice to meet you, Ada.'),
      ]);
      expect(sandbox.requestCount('chat')).toBe(1);
    });
  },
  [STRANGER],
);

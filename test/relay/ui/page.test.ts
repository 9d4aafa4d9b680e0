import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { answeringServer } from '../../helpers/answering-server.js';
import { describeInBrowser } from '../../helpers/browser.js';
import { chatPage } from '../../helpers/chat-page.js';
import { serve, serveSandbox, upstream } from '../../helpers/relay.js';
import { closedPort } from '../../helpers/socket-server.js';

describe('without --ui', () => {
  test.each(['GET', 'HEAD', 'POST'])('%s / is not found', async (method) => {
    const { url } = await serve(['--sandbox']);
    expect((await fetch(url, { method })).status).toBe(404);
  });
});

describe('the page', () => {
  test('is one document that a browser is told to keep to itself', async () => {
    const { url } = await serve(['--sandbox', '--ui']);
    const { status, headers } = await fetch(url);
    const names = [
      'content-type',
      'cache-control',
      'cross-origin-opener-policy',
      'cross-origin-resource-policy',
      'permissions-policy',
      'referrer-policy',
      'x-content-type-options',
      'set-cookie',
    ];
    expect([status, ...names.map((name) => headers.get(name))]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
      'same-origin',
      'same-origin',
      'camera=(), geolocation=(), microphone=()',
      'no-referrer',
      'nosniff',
      null,
    ]);
  });

  test('may run its own script and style, ask the relay, and do nothing else', async () => {
    const { url } = await serve(['--sandbox', '--ui']);
    const response = await fetch(url);
    const html = await response.text();
    const hashOf = (element: string): string => {
      const [, content = ''] = new RegExp(`<${element}[^>]*>([^]+)</${element}>`).exec(html) ?? [];
      return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
    };
    expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf('script')}`,
      `style-src ${hashOf('style')}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  test('is sent again only when it has changed', async () => {
    const { url } = await serve(['--sandbox', '--ui']);
    const etag = (await fetch(url)).headers.get('etag') ?? '';
    const ask = async (known: string): Promise<[number, number]> => {
      // Left to itself, fetch would answer from what it thinks it has.
      const headers = { 'if-none-match': known, 'cache-control': 'no-store' };
      const response = await fetch(url, { headers });
      return [response.status, (await response.text()).length];
    };
    expect(etag).toMatch(/^"[\w+/=]+"$/);
    expect(await ask(`"other", W/${etag}`)).toEqual([304, 0]);
    expect(await ask('"other"')).toEqual([200, expect.any(Number)]);
  });

  test('has a length but no body for HEAD, and nothing for other methods', async () => {
    const { url } = await serve(['--sandbox', '--ui']);
    const [whole, head] = [await fetch(url), await fetch(url, { method: 'HEAD' })];
    const length = String((await whole.arrayBuffer()).byteLength);
    expect([head.headers.get('content-length'), await head.text()]).toEqual([length, '']);
    const post = await fetch(url, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('is open to anyone, while the chat asks for the token', async () => {
    const relay = await serveSandbox(['--ui', '--token', 's3cret']);
    expect((await fetch(relay.url)).status).toBe(200);
    const refused = await fetch(`${relay.url}/chat`, { method: 'POST', body: '{"message":"hi"}' });
    expect(refused.status).toBe(401);
    expect(await (await fetch(relay.url)).text()).not.toContain('s3cret');
  });
});

const PHONE = { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true };
const AWAY = 'The assistant cannot be reached right now.';

describeInBrowser('the assistant on the page', ({ open }) => {
  test('is there with its name and greeting, which stay', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    const greeting = chat.page.getByText('Say "help" to see what I can do.');
    await greeting.waitFor();
    expect(await chat.page.getByRole('heading', { level: 1 }).innerText()).toBe(
      'Sandbox Assistant',
    );
    expect(await chat.page.title()).toBe('Chat with Sandbox Assistant');
    await chat.ask('My name is Ada.');
    expect([await greeting.isVisible(), await chat.page.getByText('to start').isVisible()]).toEqual(
      [true, false],
    );
  });

  test('is introduced only to who has the token', async () => {
    const relay = await serveSandbox(['--ui', '--token', 's3cret']);
    const chat = chatPage(await open(relay.url));
    const title = (): Promise<string> => chat.page.getByRole('heading', { level: 1 }).innerText();
    expect(await title()).toBe('Chat');
    await chat.token.fill('s3cret');
    await chat.token.press('Tab');
    await expect.poll(title).toBe('Sandbox Assistant');
  });

  test('tells in a quiet line which tools it used, opened all of it', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url));
    await chat.ask('hello');
    await chat.ask('What is the weather in Paris?');
    const line = chat.page.locator('.tool summary');
    await expect
      .poll(() => line.allInnerTexts())
      .toEqual([expect.stringMatching(/^Used get_weather {"city":"Paris"} → {.*"sunny"/)]);
    const height = async (): Promise<number> => (await line.boundingBox())?.height ?? 0;
    expect(await height()).toBeLessThan(30);
    await line.click();
    expect(await chat.page.locator('.tool pre').innerText()).toContain('"degrees_c":21');
  });

  test('that is away is told of within seconds, before a message and after', async () => {
    const silent: ServerResponse[] = [];
    let isAway = true;
    const url = await answeringServer((_, response) => {
      if (isAway) silent.push(response);
      else response.writeHead(400).end();
    });
    const relay = await serve(['--ui'], { env: upstream(url) });
    const chat = chatPage(await open(relay.url));
    await chat.page.getByText(`${AWAY} You can still try to send a message.`).waitFor();
    await chat.send('hello');
    await expect.poll(() => chat.state.innerText()).toBe(`${AWAY} Still trying…`);
    await chat.button('Cancel').click();
    await chat.button('Try again').waitFor();
    // The relay does not end before a turn that can be asked for again.
    isAway = false;
    for (const response of silent) response.writeHead(400).end();
  });

  test('on a phone, Enter starts a line, and nothing is said of other keys', async () => {
    const relay = await serveSandbox(['--ui']);
    const chat = chatPage(await open(relay.url, PHONE));
    await chat.field.fill('one');
    await chat.field.press('Enter');
    expect(await chat.field.inputValue()).toBe('one\n');
    expect(await chat.page.getByText('Shift').count()).toBe(0);
    expect(await chat.field.getAttribute('aria-describedby')).toBeNull();
    await chat.button('Send').tap();
    await expect.poll(() => chat.messages.count()).toBe(2);
  });
});

describe('what the page asks of the relay', () => {
  const ask = async (url: string, init?: RequestInit): Promise<[number, unknown]> => {
    const response = await fetch(url, init);
    return [response.status, await response.json()];
  };
  const lookUp = (fields: object, headers = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(fields),
  });

  test('is there with the page alone', async () => {
    const { url } = await serve(['--sandbox']);
    const gone = [404, { error: 'Not found' }];
    expect(await ask(`${url}/ui/assistant`)).toEqual(gone);
    expect(await ask(`${url}/ui/tool-calls`, lookUp({}))).toEqual(gone);
  });

  test('needs the token, and not a page of another site', async () => {
    const { url } = await serveSandbox(['--ui', '--token', 's3cret']);
    const token = { authorization: 'Bearer s3cret' };
    const foreign = { ...token, origin: 'https://evil.example' };
    const missing = [401, { error: 'Unauthorized' }];
    const refused = [403, { error: 'Origin not allowed' }];
    expect(await ask(`${url}/ui/assistant`)).toEqual(missing);
    expect(await ask(`${url}/ui/tool-calls`, lookUp({}))).toEqual(missing);
    expect(await ask(`${url}/ui/assistant`, { headers: foreign })).toEqual(refused);
    expect(await ask(`${url}/ui/tool-calls`, lookUp({}, foreign))).toEqual(refused);
    expect(await ask(`${url}/ui/assistant`, { headers: token })).toEqual([
      200,
      { name: 'Sandbox Assistant', greeting: expect.stringContaining('Hello!'), has_tools: true },
    ]);
  });

  test.each([
    [{}, [400, { error: 'Invalid request body' }]],
    [{ conversation_id: 'c-1', message: 7, reply: '' }, [400, { error: 'Invalid request body' }]],
    [
      { conversation_id: 'c-1', message: 'hello', reply: 'hi' },
      [502, { error: 'The assistant cannot be reached' }],
    ],
  ])('tool calls: %j', async (fields, answer) => {
    const { url } = await serve(['--ui'], {
      env: upstream(`http://127.0.0.1:${await closedPort()}`),
    });
    expect(await ask(`${url}/ui/tool-calls`, lookUp(fields))).toEqual(answer);
  });

  test('however many ask, Telnyx is asked once or twice', async () => {
    const relay = await serveSandbox(['--ui']);
    await Promise.all(Array.from({ length: 20 }, () => ask(`${relay.url}/ui/assistant`)));
    // The relay may ask for reasons of its own.
    expect([1, 2]).toContain(relay.sandbox.requestCount('get_assistant'));
  });
});

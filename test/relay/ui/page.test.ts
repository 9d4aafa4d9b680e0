import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { serve, serveSandbox } from '../../helpers/relay.js';

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

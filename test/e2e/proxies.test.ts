import { readFileSync } from 'node:fs';
import { request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installedOrSkipped } from '../helpers/installed.js';
import { haproxy, nginx } from '../helpers/proxies.js';
import { chatAnswering } from '../helpers/answering-server.js';
import { eventsIn, post, serve, upstream } from '../helpers/relay.js';
import { closedPort } from '../helpers/socket-server.js';
import { deferred } from '../sandbox/start.js';

const NGINX = installedOrSkipped('nginx');
const HAPROXY = installedOrSkipped('haproxy');
const DEPLOY = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');

/** A block of docs/deploy.md, without its TLS, for these replicas. */
function documented(language: string, [first = '', second = '']: string[]): string {
  const [, block = ''] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(DEPLOY) ?? [];
  return block
    .replace(/listen 443 ssl;/, 'listen $PORT;')
    .replace(/^ *ssl_.*\n/gm, '')
    .replace(/bind :443 .*/, 'bind $PORT')
    .replace('127.0.0.1:8081', first)
    .replace('127.0.0.1:8082', second);
}

/** A relay, and the address of another one that is away. */
async function withOneAway() {
  const seen = deferred();
  const api = await chatAnswering((response) => void answer(response, seen.promise));
  const relay = await serve(['--trust-proxy', '1', '--allow-host', 'chat.example.com'], {
    env: upstream(api),
  });
  const addresses = [`127.0.0.1:${await closedPort()}`, new URL(relay.url).host];
  return { relay, addresses, onSeen: () => seen.resolve(undefined) };
}

/** A stream goes on only when its first piece was seen. */
async function answer(response: ServerResponse, isSeen: Promise<unknown>): Promise<void> {
  if (!response.req.headers.accept?.includes('event-stream')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"content":"hi there"}');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('event: delta\ndata: {"text":"hi "}\n\n');
  await isSeen;
  response.end(
    'event: delta\ndata: {"text":"there"}\n\nevent: done\ndata: {"content":"hi there"}\n\n',
  );
}

type Setting = Awaited<ReturnType<typeof withOneAway>>;

async function expectServed(url: string, { relay, onSeen }: Setting): Promise<void> {
  const keyed = { 'idempotency-key': 'key-1' };
  const first = await post({ url }, { message: 'hello' }, keyed);
  const again = await post({ url }, { message: 'hello' }, keyed);
  expect([first.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
    200,
    first.text,
    'true',
  ]);
  for (let count = 0; count < 4; count++) {
    expect((await post({ url }, { message: 'hello' })).status).toBe(200);
  }
  expect(await statusOfPage(url)).toBe(200);
  await expectUnbuffered(url, onSeen);
  const tooLarge = await post({ url }, 'x'.repeat(2_000_000));
  expect([tooLarge.status, tooLarge.body]).toEqual([413, { error: 'Request body too large' }]);
  const { stderr } = await relay.stop();
  expect(stderr).toContain('"remote":"127.0.0.1"');
}

/** Of a turn that the page of `--ui` asks for, in a browser that knows the proxy by its name. */
function statusOfPage(url: string): Promise<number | undefined> {
  const headers = {
    host: 'chat.example.com',
    origin: 'https://chat.example.com',
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
  };
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/chat`, { method: 'POST', headers, agent: false });
    asking.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    asking.on('error', reject).end('{"message":"hello"}');
  });
}

/** The first piece of a stream comes before the next one is sent. */
async function expectUnbuffered(url: string, onSeen: () => void): Promise<void> {
  const response = await fetch(`${url}/chat`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: '{"message":"hello"}',
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes('hi ')) onSeen();
  }
  expect(eventsIn(text).map(([name]) => name)).toEqual(['delta', 'delta', 'done']);
}

describe('the proxies of docs/deploy.md', () => {
  test.skipIf(NGINX === undefined)('nginx', async () => {
    const setting = await withOneAway();
    const url = await nginx(NGINX ?? '', documented('nginx', setting.addresses));
    await expectServed(url, setting);
  });

  test.skipIf(HAPROXY === undefined)('HAProxy', async () => {
    const setting = await withOneAway();
    const url = await haproxy(HAPROXY ?? '', documented('haproxy', setting.addresses));
    await expectServed(url, setting);
  });
});

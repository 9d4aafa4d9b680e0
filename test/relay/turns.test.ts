import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventsIn, post, serve, serveSandbox, upstream } from '../helpers/relay.js';

const EVENTS = { accept: 'text/event-stream' };
const TOKEN = 's3cret-0123456789';

describe('turns of one conversation', () => {
  test('run one after another; others beside them', async () => {
    const api = await heldApi();
    const relay = await serve([], { env: upstream(api.url) });
    const turn = (message: string, conversation_id: string) =>
      post(relay, { message, conversation_id });
    const first = turn('one', 'c-1');
    await api.asked('one');
    const second = turn('two', 'c-1');
    const other = turn('three', 'c-2');
    await api.asked('three');
    expect(api.open()).toEqual(['one', 'three']);
    api.answer('one');
    await first;
    await api.asked('two');
    api.answer('three');
    api.answer('two');
    expect((await Promise.all([second, other])).map(({ body }) => body)).toEqual([
      { conversation_id: 'c-1', reply: 're: two' },
      { conversation_id: 'c-2', reply: 're: three' },
    ]);
  });

  test('are refused when too many wait', async () => {
    const api = await heldApi();
    const relay = await serve([], { env: upstream(api.url) });
    const turns = Array.from({ length: 18 }, () =>
      post(relay, { message: 'again', conversation_id: 'c-1' }),
    );
    const { status, headers, body } = await Promise.race(turns);
    expect([status, headers.get('retry-after'), body]).toEqual([
      503,
      '1',
      { error: 'Too many turns of this conversation are waiting', conversation_id: 'c-1' },
    ]);
    api.answerAll();
    const statuses = (await Promise.all(turns)).map((each) => each.status);
    expect(statuses.filter((each) => each === 200)).toHaveLength(17);
  });

  test('are in the sandbox as they came, whatever fails on the way', async () => {
    const relay = await serveSandbox(['--token', TOKEN], {
      sandbox: {
        faultSettings: {
          rules: ['chat/reset_after:0.2', 'chat/reset_before:0.2', 'chat/status_503_after:0.2'],
          seed: 7,
        },
      },
    });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const first = await post(relay, { message: 'turn 0' }, headers);
    const { conversation_id } = first.body as { conversation_id: string };
    const turns: Promise<[string, number]>[] = [];
    for (let number = 1; number <= 10; number++) {
      const turn = { message: `turn ${number}`, conversation_id };
      turns.push(post(relay, turn, headers).then(({ status }) => [turn.message, status]));
      while ((await arrivals(relay.url, headers)) <= number);
    }
    const statuses = await Promise.all(turns);
    const said = relay.sandbox.store
      .find(conversation_id)
      ?.messages.filter(({ role }) => role === 'user')
      .map(({ text }) => text);
    expect(said).toEqual([...new Set(said)]);
    expect(said).toEqual(said?.toSorted((a, b) => Number(a?.slice(5)) - Number(b?.slice(5))));
    const answered = statuses.filter(([, status]) => status === 200).map(([text]) => text);
    expect(answered.length).toBeGreaterThan(5);
    expect(said).toEqual(expect.arrayContaining(answered));
  }, 60_000);
});

/** Turns that have come: those that run, wait or are answered. */
async function arrivals(url: string, headers: Record<string, string>): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const values = /^telnyx_chat_(?:turns_in_flight|requests_total\{route="\/chat".*\}) (\d+)$/gm;
  return [...text.matchAll(values)].reduce((sum, [, value]) => sum + Number(value), 0);
}

test('too many turns at once are refused for now', async () => {
  const api = await heldApi();
  const relay = await serve(['--max-turns', '2'], { env: upstream(api.url) });
  const turns = ['one', 'two'].map((message) =>
    post(relay, { message, conversation_id: `c-${message}` }),
  );
  await Promise.all([api.asked('one'), api.asked('two')]);
  const { status, headers, body } = await post(relay, { message: 'three' });
  expect([status, headers.get('retry-after'), body]).toEqual([
    503,
    '1',
    { error: 'Too many requests in flight' },
  ]);
  api.answerAll();
  expect((await Promise.all(turns)).map((each) => each.status)).toEqual([200, 200]);
});

test('a request that does not wait for the answer before it is refused, and holds nothing', async () => {
  const api = await heldApi();
  const relay = await serve(['--max-turns', '2'], { env: upstream(api.url) });
  const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
  const requestOf = (message: string, accept: string): string => {
    const body = JSON.stringify({ message, conversation_id: 'c-1' });
    return `POST /chat HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  let received = '';
  socket.setEncoding('utf8').on('data', (piece: string) => void (received += piece));
  socket.write(requestOf('one', '*/*') + requestOf('two', 'text/event-stream'));
  await api.asked('one');
  api.answer('one');
  await once(socket, 'close');
  const [first, second] = received.split(/(?=HTTP\/1\.1 503)/);
  expect(first).toContain('{"conversation_id":"c-1","reply":"re: one"}');
  expect(second).toMatch(
    /\r\nconnection: close\r\n.*{"error":"One request at a time on a connection"}$/is,
  );
  // Neither its conversation nor a place is taken.
  const next = post(relay, { message: 'three', conversation_id: 'c-1' });
  await api.asked('three');
  expect(api.seen()).toEqual(['one', 'three']);
  api.answerAll();
  expect((await next).status).toBe(200);
});

describe('a caller who leaves', () => {
  test.each([
    ['JSON', {}],
    ['events', EVENTS],
  ])('takes the turn along: %s', async (_, headers) => {
    const api = await heldApi();
    const relay = await serve([], { env: upstream(api.url) });
    const leaving = new AbortController();
    const left = fetch(`${relay.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"message":"hello","conversation_id":"c-1"}',
      signal: leaving.signal,
    });
    left.catch(() => undefined);
    await api.asked('hello');
    leaving.abort();
    await api.left('hello');
    const next = post(relay, { message: 'next', conversation_id: 'c-1' });
    await api.asked('next');
    api.answer('next');
    expect((await next).status).toBe(200);
  });

  test('gives up the place in the queue', async () => {
    const api = await heldApi();
    const relay = await serve(['--token', 'secret'], { env: upstream(api.url) });
    const authorization = 'Bearer secret';
    const turn = (message: string) =>
      post(relay, { message, conversation_id: 'c-1' }, { authorization });
    const inFlight = async (count: number): Promise<void> => {
      await vi.waitFor(async () => {
        const metrics = await fetch(`${relay.url}/metrics`, { headers: { authorization } });
        expect(await metrics.text()).toContain(`telnyx_chat_turns_in_flight ${count}\n`);
      });
    };
    const first = turn('one');
    await api.asked('one');
    const leaving = new AbortController();
    const second = fetch(`${relay.url}/chat`, {
      method: 'POST',
      body: '{"message":"two","conversation_id":"c-1"}',
      headers: { 'content-type': 'application/json', authorization },
      signal: leaving.signal,
    });
    second.catch(() => undefined);
    await inFlight(2);
    leaving.abort();
    await inFlight(1);
    const third = turn('three');
    api.answer('one');
    await first;
    await api.asked('three');
    api.answer('three');
    expect((await third).status).toBe(200);
    expect(api.seen()).toEqual(['one', 'three']);
  });
});

test('a reply is passed on no faster than it is read', async () => {
  let written = 0;
  const url = await streaming((response) => {
    const delta = `event: delta\ndata: ${JSON.stringify({ content: 'x'.repeat(64 * 1024) })}\n\n`;
    const write = (): void => {
      while (written < 10_000_000) {
        written += delta.length;
        if (!response.write(delta)) return void response.once('drain', write);
      }
      response.end('event: done\ndata: {"content":"done"}\n\n');
    };
    write();
  });
  const relay = await serve([], { env: upstream(url) });
  const socket = await asking(relay.url);
  socket.pause();
  // What fits into buffers on the way is taken; the rest waits for the reader.
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = before === written && written > 0;
      before = written;
      if (!isStill) throw new Error('it still flows');
    },
    { interval: 300, timeout: 15_000 },
  );
  expect(written).toBeLessThan(10_000_000);
  let text = '';
  socket
    .setEncoding('latin1')
    .on('data', (piece: string) => (text += piece))
    .resume();
  await vi.waitFor(() => expect(text).toContain('event: done'), { timeout: 15_000 });
});

test('a stream that was cut goes on where it stopped', async () => {
  let turns = 0;
  const url = await streaming(
    (response) => {
      response.write('event: delta\ndata: {"content":"Hel"}\n\n', () => response.destroy());
      turns++;
    },
    {
      data: [
        { role: 'user', text: 'hello', created_at: '2030-01-01T00:00:00Z' },
        { role: 'assistant', text: 'Hello!', created_at: '2030-01-01T00:00:01Z' },
      ],
      meta: { total_pages: 1, total_results: 2, page_number: 1, page_size: 100 },
    },
  );
  const relay = await serve([], { env: upstream(url) });
  const { text } = await post(relay, { message: 'hello' }, EVENTS);
  expect([turns, eventsIn(text)]).toEqual([
    1,
    [
      ['delta', { text: 'Hel' }],
      ['delta', { text: 'lo!' }],
      ['done', { conversation_id: 'c-1', reply: 'Hello!' }],
    ],
  ]);
});

/** An API whose chats are answered when told, known by their messages. */
async function heldApi() {
  const held = new Map<string, ServerResponse>();
  const gone = new Set<string>();
  const seen: string[] = [];
  const url = await listening((text, response, path) => {
    if (!path.endsWith('/chat')) {
      respond(response, { id: 'c-new' });
      return;
    }
    const { content } = JSON.parse(text) as { content: string };
    seen.push(content);
    held.set(content, response);
    response.on('close', () => gone.add(content));
  });
  const answer = (message: string): void => {
    const response = held.get(message);
    if (response) respond(response, { content: `re: ${message}` });
    held.delete(message);
  };
  const answering = { isAll: false };
  return {
    url,
    seen: () => seen,
    open: () => [...held.keys()],
    asked: (message: string) => vi.waitFor(() => expect(seen).toContain(message)),
    left: (message: string) => vi.waitFor(() => expect(gone).toContain(message)),
    answer,
    answerAll() {
      if (answering.isAll) return;
      answering.isAll = true;
      const timer = setInterval(() => {
        for (const message of held.keys()) answer(message);
      }, 5);
      onTestFinished(() => clearInterval(timer));
    },
  };
}

/** An API whose chat streams as told. */
function streaming(chat: (response: ServerResponse) => void, messages: object = {}) {
  return listening((_, response, path) => {
    if (path.endsWith('/chat')) {
      response.setHeader('content-type', 'text/event-stream');
      chat(response);
    } else respond(response, path.includes('/messages') ? messages : { id: 'c-1' });
  });
}

async function listening(
  serveOne: (body: string, response: ServerResponse, path: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => serveOne(text, response, request.url ?? ''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
}

function respond(response: ServerResponse, body: object): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

/** A connection that has asked for a reply as events. */
async function asking(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const body = '{"message":"hello"}';
  socket.write(
    `POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { answeringServer, chatAnswering } from '../helpers/answering-server.js';
import { post, serve, serveSandbox, upstream } from '../helpers/relay.js';
import { temporaryFolder } from '../helpers/run-cli.js';
import { start } from '../sandbox/start.js';
import { realClock } from '../helpers/real-clock.js';

const BIN = join(import.meta.dirname, '../../bin/telnyx-chat.js');

describe('the log', () => {
  test('has a line for each request, without message, reply, token or key', async () => {
    const relay = await serveSandbox(['--token', 'ada:the-token-of-ada']);
    const authorization = 'Bearer the-token-of-ada';
    const { headers, body } = await post(
      relay,
      { message: 'My name is Adalbert.' },
      { authorization, 'x-request-id': 'request-7' },
    );
    await post(relay, { message: 'My name is Adalbert.' });
    await fetch(`${relay.url}/health`);
    const { code, stderr } = await relay.stop();
    const lines = logIn(stderr);
    expect([code, headers.get('x-request-id')]).toEqual([0, 'request-7']);
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        msg: 'request',
        id: 'request-7',
        method: 'POST',
        route: '/chat',
        status: 200,
        ms: expect.any(Number) as number,
        caller: 'ada',
        conversation_id: (body as { conversation_id: string }).conversation_id,
      },
      expect.objectContaining({ status: 401, route: '/chat' }),
    ]);
    expect(stderr).not.toMatch(/Adalbert|the-token|KEY-/);
  });

  test('has what upstream said, without what it repeats of the message', async () => {
    const url = await answeringServer((request, response) => {
      response.statusCode = request.url?.endsWith('/chat') ? 422 : 200;
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-request-id', 'upstream-1');
      response.end(
        request.url?.endsWith('/chat')
          ? '{"errors":[{"code":"10027","title":"No","detail":"cannot say: my secret words"}]}'
          : '{"id":"c-1"}',
      );
    });
    const relay = await serve([], { env: upstream(url) });
    const { status, text } = await post(relay, { message: 'my secret words' });
    const { stderr } = await relay.stop();
    expect([status, text]).toEqual([
      422,
      '{"error":"Failed to chat with assistant","conversation_id":"c-1"}',
    ]);
    expect(logIn(stderr)).toEqual([
      expect.objectContaining({
        status: 422,
        conversation_id: 'c-1',
        error: {
          kind: 'api',
          message: 'No: cannot say: …',
          delivery: 'refused',
          upstream: { status: 422, code: '10027', request_id: 'upstream-1' },
        },
      }),
    ]);
  });

  test.each(['bad id', 'x'.repeat(65), 'a\u00e4'])(
    'does not take %j as a request id',
    async (id) => {
      const relay = await serve([], { env: upstream('http://127.0.0.1:9') });
      const { headers } = await fetch(`${relay.url}/health`, { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toMatch(/^[\da-f]{12}-1$/);
    },
  );

  test('is silent when told', async () => {
    const relay = await serveSandbox(['--log-level', 'silent']);
    await post(relay, { message: 'hello' });
    expect((await relay.stop()).stderr).toBe('');
  });
});

describe('metrics', () => {
  test('count what was answered', async () => {
    const relay = await serveSandbox(['--token', 'secret']);
    const authorization = 'Bearer secret';
    await post(relay, { message: 'hello' }, { authorization });
    await post(relay, { message: 'hello' });
    const metrics = await (
      await fetch(`${relay.url}/metrics`, { headers: { authorization } })
    ).text();
    expect(metrics).toContain('telnyx_chat_requests_total{route="/chat",status="200"} 1\n');
    expect(metrics).toContain('telnyx_chat_requests_total{route="/chat",status="401"} 1\n');
    expect(metrics).toContain('telnyx_chat_request_seconds_count{route="/chat"} 2\n');
    expect(metrics).toContain('telnyx_chat_turns_in_flight 0\n');
  });

  test('are for those who show a token', async () => {
    const guarded = await serve(['--token', 'secret'], { env: upstream('http://127.0.0.1:9') });
    expect((await fetch(`${guarded.url}/metrics`)).status).toBe(401);
    const open = await serve([], { env: upstream('http://127.0.0.1:9') });
    expect((await fetch(`${open.url}/metrics`)).status).toBe(404);
  });
});

test('the end finishes what runs, and takes nothing new', async () => {
  let answer: () => void = () => undefined;
  let isAsked = false;
  const url = await chatAnswering((response) => {
    isAsked = true;
    answer = () => response.setHeader('content-type', 'application/json').end('{"content":"hi"}');
  });
  const relay = await serve([], { env: upstream(url) });
  const turn = post(relay, { message: 'hello' });
  await vi.waitFor(() => expect(isAsked).toBe(true));
  const stopped = relay.stop();
  await expect(fetch(`${relay.url}/health`)).rejects.toThrow();
  answer();
  expect((await turn).body).toEqual({ conversation_id: 'conversation-1', reply: 'hi' });
  expect((await stopped).code).toBe(0);
});

test('ready says whether turns are taken', async () => {
  const relay = await serve([], { env: upstream('http://127.0.0.1:9') });
  const response = await fetch(`${relay.url}/ready`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }]);
});

describe('workers', () => {
  test('serve one port, keep a conversation in order, and count together', async () => {
    const relay = await program(['--workers', '2', '--token', 'secret']);
    const headers = { authorization: 'Bearer secret', connection: 'close' };
    const first = await post(relay, { message: 'turn 0' }, headers);
    const { conversation_id } = first.body as { conversation_id: string };
    const turns = Array.from({ length: 12 }, (_, number) =>
      post(relay, { message: `turn ${number + 1}`, conversation_id }, headers),
    );
    expect((await Promise.all(turns)).map(({ status }) => status)).toEqual(turns.map(() => 200));
    const messages = relay.sandbox.store.find(conversation_id)?.messages ?? [];
    expect(messages.map(({ role }) => role)).toEqual(
      messages.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
    );
    const metrics = await (await fetch(`${relay.url}/metrics`, { headers })).text();
    expect(metrics).toContain('telnyx_chat_requests_total{route="/chat",status="200"} 13\n');
    relay.child.kill('SIGTERM');
    expect(await once(relay.child, 'exit')).toEqual([0, null]);
  });

  test('know a key that another one was given', async () => {
    const relay = await program(['--workers', '2']);
    const headers = { 'idempotency-key': 'key-1', connection: 'close' };
    const answers = [];
    for (let count = 0; count < 6; count++) {
      answers.push((await post(relay, { message: 'hello' }, headers)).text);
    }
    expect(new Set(answers).size).toBe(1);
    expect(relay.sandbox.requestCount('chat')).toBe(1);
  });
});

/** The built program as a relay before a sandbox of the test's own. */
async function program(argv: string[]) {
  const sandbox = await start({ clock: realClock(), latencyMs: 5 });
  const home = temporaryFolder();
  const child: ChildProcess = spawn(process.execPath, [BIN, 'serve', '--port', '0', ...argv], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, ...upstream(sandbox.url, sandbox.assistantId) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const [, found] = /^relay: (\S+)\n/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { url, child, sandbox };
}

function logIn(stderr: string): unknown[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

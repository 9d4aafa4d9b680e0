import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorAnswer } from '../../src/sandbox/call.js';
import { account } from '../helpers/account.js';
import { builtProgram } from '../helpers/built-program.js';
import { temporaryFolder } from '../helpers/run-cli.js';
import { answering, socketServer } from '../helpers/socket-server.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';

const GREETED = 'Nice to meet you, Ada. I will remember your name.\n';
const KEYS = { TELNYX_API_KEY: 'KEY-test', TELNYX_ASSISTANT_ID: 'assistant-1' };

describe('what the built program loads only when it is needed', () => {
  it('reads a .env file', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    const lines = Object.entries(env).map(([name, value]) => `${name}="${value}"`);
    writeFileSync(join(home, '.env'), lines.join('\n'));
    expect(await builtProgram(['send', 'my name is Ada'], { home })).toEqual({
      code: 0,
      stdout: GREETED,
      stderr: '',
    });
  });

  it('talks over TLS to a server whose certificate is trusted, and to no other', async () => {
    const url = await secureServer();
    const home = temporaryFolder();
    const ca = join(home, 'ca.pem');
    writeFileSync(ca, CERTIFICATE);
    const argv = ['send', 'hello', '--base-url', url];
    const trusted = await builtProgram(argv, { home, env: { ...KEYS, NODE_EXTRA_CA_CERTS: ca } });
    expect(trusted).toEqual({ code: 0, stdout: 'over TLS\n', stderr: '' });
    const untrusted = await builtProgram(argv, { home, env: KEYS });
    expect(untrusted).toMatchObject({ code: 7, stdout: '' });
    expect(untrusted.stderr).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('goes through a proxy', async () => {
    const { url } = await socketServer(answering('HTTP/1.1 407 Login First\r\n\r\n'));
    const result = await builtProgram(['send', 'hello', '--timeout', '5'], {
      env: { ...KEYS, HTTPS_PROXY: url },
    });
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('the proxy answered 407');
  });

  it('stores a setting', async () => {
    const home = temporaryFolder();
    await builtProgram(['config', 'set', 'assistant_id', 'assistant-7'], { home });
    const { stdout } = await builtProgram(['config', 'get', 'assistant_id'], { home });
    expect(stdout).toBe('assistant-7\n');
  });
});

it('a chat whose package is replaced meanwhile still tells how a send failed', async () => {
  let turns = 0;
  const { env } = await account({
    intercept: (call, run) =>
      call.operation === 'chat' && ++turns > 1
        ? Promise.resolve(errorAnswer(422, { detail: 'no' }))
        : run(call),
  });
  const home = temporaryFolder();
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(name, join(home, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  const program = join(home, 'bin', 'telnyx-chat.js');
  const chat = spawn(process.execPath, [program, 'chat'], { env: { ...env, HOME: home } });
  let stderr = '';
  chat.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = once(chat, 'exit');
  chat.stdin.write('my name is Ada\n');
  await once(chat.stdout, 'data');
  rmSync(join(home, 'dist'), { recursive: true });
  chat.stdin.end('hello\n');
  expect(await ended).toEqual([1, null]);
  expect(stderr).toContain('error: Unprocessable entity: no');
}, 30_000);

it('a relay whose files were away for a moment loads what it could not load then', async () => {
  const { env } = await account();
  const home = temporaryFolder();
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(name, join(home, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  const program = join(home, 'bin', 'telnyx-chat.js');
  const argv = [program, 'serve', '--port', '0', '--log-level', 'silent'];
  const relay = spawn(process.execPath, argv, { env: { ...env, HOME: home } });
  onTestFinished(() => void relay.kill('SIGKILL'));
  const ended = once(relay, 'exit');
  const [line] = (await once(relay.stdout, 'data')) as [Buffer];
  const url = `${line.toString().replace('relay: ', '').trim()}/openapi.json`;
  const [dist, away] = [join(home, 'dist'), join(home, 'away')];
  renameSync(dist, away);
  expect((await fetch(url)).status).toBe(500);
  renameSync(away, dist);
  expect((await fetch(url)).status).toBe(200);
  relay.kill();
  expect(await ended).toEqual([0, null]);
}, 30_000);

describe('the built program ends', () => {
  it.each([
    ['a bad timeout', ['--timeout', 'abc'], 'bad timeout "abc"'],
    ['a bad assistant', ['-a', 'a b'], '"a b" is not an assistant id'],
  ])('with the sandbox and %s', async (_, flags, message) => {
    const result = await builtProgram(['send', '--sandbox', 'hello', ...flags]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});

/** Answers as the API does, over TLS on loopback. */
async function secureServer(): Promise<string> {
  const server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'c-1', content: 'over TLS' }));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}/v2`;
}

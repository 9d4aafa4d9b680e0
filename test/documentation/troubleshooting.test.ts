import dns from 'node:dns';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { OperationName } from '../../src/sandbox/routes.js';
import { account, accountEnv } from '../helpers/account.js';
import { answeringServer } from '../helpers/answering-server.js';
import { pageNamed } from '../helpers/documentation.js';
import { impatientClock, runCli, temporaryFolder, type CliOptions } from '../helpers/run-cli.js';
import { answering, closedPort, socketServer } from '../helpers/socket-server.js';
import { refusing } from '../sandbox/start.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';

const PAGE = pageNamed('docs/troubleshooting.md').text;

/** What its headings say one sees, `…` for what differs. */
const SEEN = PAGE.split('\n').flatMap((line) => /^### `([^`]+)`/.exec(line)?.slice(1) ?? []);

const MISSING = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });

const failingLookup = ((_: string, __: object, done: (error: Error) => void) =>
  done(MISSING)) as unknown as typeof dns.lookup;

type Run = () => Promise<[string[], CliOptions]> | [string[], CliOptions];

const send = (options: CliOptions, ...argv: string[]): [string[], CliOptions] => [
  ['send', 'hello', ...argv],
  options,
];

const refusedAt =
  (operation: OperationName, status: number): Run =>
  async () =>
    send(await account({ intercept: refusing(status, operation) }));

/** Options with a home that holds this file. */
function at(file: string, text: string, env: Record<string, string> = {}): CliOptions {
  const home = temporaryFolder();
  mkdirSync(join(home, file, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, file), text, { mode: 0o600 });
  return { home, env };
}

/** How each comes about. */
const RUNS: Record<string, Run> = {
  'TELNYX_API_KEY is required': () => send({}),
  'TELNYX_ASSISTANT_ID is required': () => send({ env: { TELNYX_API_KEY: 'KEY1' } }),
  'Authentication failed: …': async () => {
    const { env } = await account();
    return send({ env: { ...env, TELNYX_API_KEY: 'wrong' } });
  },
  'Resource not found: …': async () => send(await account(), '-a', 'assistant-nobody'),
  'AI is disabled on this conversation: a person has taken it over': async () => {
    const { env, sandbox } = await account();
    const { conversation } = sandbox.store.create('', { ai_disabled: 'true' });
    return send({ env }, '--conversation', conversation.id);
  },
  'Bad Request: …': refusedAt('chat', 400),
  'Bad Request: …; this assistant keeps no data (data_retention: false), and chat needs it':
    async () => send(await account(), '-a', 'assistant-sandbox-private'),
  'the reply came as a stream in which no text was understood': async () => {
    const url = await answeringServer((request, response) => {
      const isChat = request.url?.endsWith('/chat') === true;
      if (isChat) response.setHeader('content-type', 'text/event-stream');
      response.end(isChat ? 'data: [DONE]\n\n' : '{"id":"c-1","data":[]}');
    });
    return send({ env: accountEnv(url), clock: impatientClock() });
  },
  'message is required': async () => [['send'], { ...(await account()), input: ' \n' }],
  'Too many requests: …': refusedAt('chat', 429),
  'no answer within … s': async () => {
    const url = await answeringServer(() => undefined);
    return send({ env: accountEnv(url) }, '--timeout', '0.1');
  },
  'could not find the host … (ENOTFOUND)': () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(failingLookup);
    onTestFinished(() => lookup.mockRestore());
    return send({ env: accountEnv('https://localhost/v2') });
  },
  'connection refused by … (ECONNREFUSED)': async () =>
    send({ env: accountEnv(`http://127.0.0.1:${await closedPort()}/v2`) }),
  'the proxy answered 407': async () => {
    const { url } = await socketServer(
      answering('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'),
    );
    return send({ env: { ...accountEnv('https://api.example/v2'), HTTPS_PROXY: url } });
  },
  'no trusted connection to … (DEPTH_ZERO_SELF_SIGNED_CERT)': async () => {
    const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return send({ env: accountEnv(`https://localhost:${port}/v2`) });
  },
  'no TLS connection to … (EPROTO)': async () => {
    const { url } = await socketServer(answering('HTTP/1.1 400 Bad Request\r\n\r\n'));
    return send({ env: accountEnv(url.replace('http:', 'https:')) });
  },
  'the API answered 200 with a web page instead of JSON': async () => {
    const url = await answeringServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html>log in to the network</html>');
    });
    return send({ env: accountEnv(url) });
  },
  'TELNYX_BASE_URL from … is refused: the API key does not come from that file': () =>
    send(at('.env', 'TELNYX_BASE_URL=https://stranger.example', { TELNYX_API_KEY: 'KEY1' })),
  'there is no profile …': () => send({}, '-p', 'elsewhere'),
  'the API key command …': () => {
    const config = { profiles: { default: { api_key_command: 'exit 1', assistant_id: 'a-1' } } };
    return send(at('.config/telnyx-chat/config.json', JSON.stringify(config)));
  },
};

it('each heading has its run here', () => {
  expect(SEEN.toSorted()).toEqual(Object.keys(RUNS).toSorted());
});

it.each(SEEN)('%s', async (seen) => {
  const [argv, options] = await RUNS[seen]!();
  const { code, stdout, stderr } = await runCli(argv, options);
  const [pattern] = [seen.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))];
  expect(stderr.split('\n')[0]).toMatch(new RegExp(`^error: ${pattern.join('.+')}$`));
  expect([stdout, code > 0]).toEqual(['', true]);
});

it('doctor prints what the example shows', async () => {
  const lookup = vi.spyOn(dns.promises, 'lookup').mockRejectedValue(MISSING);
  onTestFinished(() => lookup.mockRestore());
  const config = JSON.stringify({ profiles: { default: { api_key: 'KEY0123456789abcdef' } } });
  const options = at('.config/telnyx-chat/config.json', config, { AI_ASSISTANT_ID: 'assistant-1' });
  const { code, stdout } = await runCli(['doctor'], options);
  const shown = stdout.replaceAll(options.home ?? '', '/home/ada').split('\n');
  const [command, ...example] = PAGE.split(/```(?:text)?\n/)[1]!
    .trimEnd()
    .split('\n');
  expect([command, example.at(-1), code]).toEqual(['$ telnyx-chat doctor', '…', 3]);
  expect(shown.slice(0, example.length - 1)).toEqual(example.slice(0, -1));
});

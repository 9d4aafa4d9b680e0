import dns from 'node:dns';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { RETENTION_FIX } from '../../src/conversations/assistants.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { account as accountAtAnyTime, accountEnv } from '../helpers/account.js';
import { answeringServer } from '../helpers/answering-server.js';
import { impatientClock, runCli, temporaryFolder, type CliOptions } from '../helpers/run-cli.js';
import { answering, closedPort, socketServer } from '../helpers/socket-server.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';
import { refusing } from '../sandbox/start.js';

/** An account whose clock is right. */
const account: typeof accountAtAnyTime = (options) =>
  accountAtAnyTime({ clock: impatientClock(), ...options });

/** What doctor prints when all is well, by check. */
const WELL = {
  node: ['pass', 'Node 20.12.0'],
  config: ['pass', 'none yet: ~/.config/telnyx-chat/config.json'],
  env_file: ['pass', 'none in this folder'],
  profile: ['pass', 'default'],
  api_key: ['pass', '… (environment TELNYX_API_KEY)'],
  assistant_id: ['pass', 'assistant-sandbox (environment TELNYX_ASSISTANT_ID)'],
  base_url: ['pass', 'http://127.0.0.1:PORT/v2 (environment TELNYX_BASE_URL)'],
  proxy: ['pass', 'none for 127.0.0.1'],
  dns: ['pass', '127.0.0.1 is an address'],
  tcp: ['pass', '127.0.0.1:PORT accepts connections'],
  tls: ['pass', 'not needed: plain http on this machine'],
  clock: ['pass', 'agrees with the server’s'],
  account: ['pass', 'the key is accepted; 3 assistants'],
  assistant: ['pass', 'Sandbox Assistant, sandbox/scripted; keeps history'],
  last_conversation: ['pass', 'none yet'],
  turn: ['skip', 'not run: --turn sends a message in a temporary conversation'],
} satisfies Record<string, string[]>;

type Changes = Partial<Record<keyof typeof WELL, string[]>>;

const ANSWERED: [string, string] = [
  'pass',
  'answered in N ms; as a stream in N ms, first words after N ms, in 17 pieces (reply: 1 {content}; stream: 17 delta {content}, 1 done {content, whatsapp_template})',
];

/** The whole output, where these checks find something else; their third word is the fix. */
function report(changes: Changes, end: string): string[] {
  const lines = Object.entries({ ...WELL, ...changes }).flatMap(([name, [status, says, fix]]) => [
    `${status}  ${name.padEnd(17)}  ${says}`,
    ...(fix === undefined ? [] : [`${' '.repeat(25)}fix: ${fix}`]),
  ]);
  return [...lines, '', end, ''];
}

const skips = (...needs: [keyof typeof WELL, string][]): Changes =>
  Object.fromEntries(needs.map(([name, needed]) => [name, ['skip', `needs ${needed}`]]));

const WITHOUT_TLS = skips(
  ['clock', 'tls'],
  ['account', 'tls'],
  ['assistant', 'account'],
  ['last_conversation', 'assistant'],
  ['turn', 'assistant'],
);
const WITHOUT_TCP = { ...WITHOUT_TLS, ...skips(['tls', 'tcp']) };
const WITHOUT_ACCOUNT = skips(
  ['assistant', 'account'],
  ['last_conversation', 'assistant'],
  ['turn', 'assistant'],
);
const WITHOUT_ASSISTANT = skips(['last_conversation', 'assistant'], ['turn', 'assistant']);

async function doctor(options: CliOptions, ...argv: string[]) {
  const home = options.home ?? temporaryFolder();
  const { code, stdout, stderr } = await runCli(['doctor', ...argv], { ...options, home });
  const shown = stdout
    .replaceAll(home, '~')
    .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:PORT')
    .replaceAll(/\d+ ms/g, 'N ms')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID');
  return { code, lines: shown.split('\n'), stderr: stderr.replaceAll(home, '~') };
}

/** Files of a person's, for themselves only. */
function write(home: string, path: string, text: string): void {
  mkdirSync(join(home, path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, path), text, { mode: 0o600 });
}

const CONFIG = '.config/telnyx-chat/config.json';

describe('all is well', () => {
  it('with an account', async () => {
    const { env, sandbox } = await account();
    expect(await doctor({ env })).toEqual({
      code: 0,
      lines: report({}, '15 passed, 1 skipped'),
      stderr: '',
    });
    expect(sandbox.store.list()).toEqual([]);
  });

  it('with a turn, which leaves nothing behind', async () => {
    const { env, sandbox } = await account();
    const home = temporaryFolder();
    expect(await doctor({ env, home }, '--turn')).toEqual({
      code: 0,
      lines: report({ turn: ANSWERED }, '16 passed'),
      stderr: '',
    });
    expect([sandbox.requestCount('chat'), sandbox.store.list()]).toEqual([2, []]);
    expect((await runCli(['send', '-c', 'hello'], { env, home })).stderr).toContain(
      'there is no last conversation',
    );
  });

  it('in the sandbox, whatever else is configured', async () => {
    const home = temporaryFolder();
    const changes = {
      api_key: ['pass', '… (flag --sandbox)'],
      assistant_id: ['pass', 'assistant-sandbox (flag --sandbox)'],
      base_url: ['pass', 'http://127.0.0.1:PORT/v2 (flag --sandbox)'],
      turn: ANSWERED,
    };
    expect(
      await doctor({ env: { TELNYX_API_KEY: 'no key' }, home }, '--sandbox', '--turn'),
    ).toEqual({
      code: 0,
      lines: report(changes, '16 passed'),
      stderr: 'sandbox: a scripted assistant answers, nothing leaves this machine\n',
    });
  });

  it('with stored settings, and a command for the key that is run once', async () => {
    const { sandbox } = await account();
    const home = temporaryFolder();
    const profile = {
      api_key_command: `echo run >> ${home}/count; echo KEY0123456789abcdef`,
      assistant_id: sandbox.assistantId,
      base_url: sandbox.url,
    };
    write(home, CONFIG, JSON.stringify({ profiles: { work: profile } }));
    const changes = {
      config: ['pass', `~/${CONFIG}, private`],
      profile: ['pass', 'work (flag --profile)'],
      api_key: ['pass', 'KEY0…ef (command echo run >> ~/count; echo KEY0123456789abcdef)'],
      assistant_id: ['pass', `assistant-sandbox (profile ~/${CONFIG})`],
      base_url: ['pass', `http://127.0.0.1:PORT/v2 (profile ~/${CONFIG})`],
    };
    const result = await doctor({ home }, '-p', 'work');
    expect(result.lines).toEqual(report(changes, '15 passed, 1 skipped'));
    expect(readFileSync(join(home, 'count'), 'utf8')).toBe('run\n');
  });
});

describe('settings', () => {
  it('no key and no assistant; the id is set under another name', async () => {
    const { env } = await account();
    const changes = {
      api_key: [
        'fail',
        'TELNYX_API_KEY is required',
        'run telnyx-chat login, or set it in the environment or a .env file; to try it without an account, use --sandbox',
      ],
      assistant_id: [
        'fail',
        'TELNYX_ASSISTANT_ID is required',
        'AI_ASSISTANT_ID is set, but telnyx-chat reads TELNYX_ASSISTANT_ID',
      ],
      ...skips(['account', 'api_key'], ['assistant', 'assistant_id']),
      ...WITHOUT_ASSISTANT,
    };
    const given = { TELNYX_BASE_URL: env['TELNYX_BASE_URL'] ?? '', AI_ASSISTANT_ID: 'assistant-1' };
    expect(await doctor({ env: given })).toEqual({
      code: 3,
      lines: report(changes, '10 passed, 2 failed, 4 skipped'),
      stderr: '',
    });
  });

  it('a damaged config fails once', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    write(home, CONFIG, '[]');
    const changes = {
      config: [
        'fail',
        `~/${CONFIG} is damaged: a list instead of an object`,
        'fix it or move it away; it was left unchanged',
      ],
      ...skips(['account', 'config']),
      ...WITHOUT_ACCOUNT,
    };
    expect(await doctor({ env, home })).toMatchObject({
      code: 2,
      lines: report(changes, '11 passed, 1 failed, 4 skipped'),
    });
  });

  it('rights that others had are a warning', async () => {
    const { env } = await account();
    const home = temporaryFolder();
    write(home, CONFIG, '{}');
    chmodSync(join(home, CONFIG), 0o644);
    const config = [
      'warn',
      `~/${CONFIG} was accessible to other users (644); it is now private (600)`,
      'other users may have read the key: replace it in the Telnyx portal',
    ];
    expect(await doctor({ env, home })).toMatchObject({
      code: 0,
      lines: report({ config }, '14 passed, 1 warning, 1 skipped'),
    });
  });

  it('a base URL of a .env that is not to be trusted', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, '.env'), 'TELNYX_BASE_URL=https://stranger.example\n');
    const env = { TELNYX_API_KEY: 'KEY1', TELNYX_ASSISTANT_ID: 'assistant-sandbox' };
    const changes = {
      env_file: ['pass', '~/.env'],
      base_url: [
        'fail',
        'TELNYX_BASE_URL from ~/.env is refused: the API key does not come from that file',
        'a .env could send your key to a stranger; put the key in the same file, or set --base-url or TELNYX_BASE_URL yourself',
      ],
      ...WITHOUT_TCP,
      ...skips(['proxy', 'base_url'], ['dns', 'base_url'], ['tcp', 'dns'], ['account', 'base_url']),
    };
    expect(await doctor({ env, home })).toMatchObject({
      code: 2,
      lines: report(changes, '6 passed, 1 failed, 9 skipped'),
    });
  });

  it('a profile that is not there', async () => {
    const { env } = await account();
    const profile = [
      'fail',
      'there is no profile "wrok"',
      'existing profiles: default; telnyx-chat login --profile wrok creates it',
    ];
    const changes = { profile, ...skips(['account', 'profile']), ...WITHOUT_ACCOUNT };
    expect(await doctor({ env }, '-p', 'wrok')).toMatchObject({
      code: 2,
      lines: report(changes, '11 passed, 1 failed, 4 skipped'),
    });
  });

  it('a profile that is not there, and may have had the base URL: nothing else is asked', async () => {
    const lookup = vi.spyOn(dns.promises, 'lookup');
    onTestFinished(() => lookup.mockRestore());
    const profile = [
      'fail',
      'there is no profile "wrok"',
      'existing profiles: default; telnyx-chat login --profile wrok creates it',
    ];
    const changes = {
      profile,
      ...skips(['api_key', 'profile'], ['assistant_id', 'profile'], ['base_url', 'profile']),
      ...skips(['proxy', 'base_url'], ['dns', 'base_url'], ['tcp', 'dns'], ['tls', 'tcp']),
      ...WITHOUT_TLS,
      ...skips(['account', 'api_key'], ['assistant', 'assistant_id']),
    };
    expect(await doctor({ env: {} }, '-p', 'wrok')).toMatchObject({
      code: 2,
      lines: report(changes, '3 passed, 1 failed, 12 skipped'),
    });
    expect(lookup).not.toHaveBeenCalled();
  });

  it.each([[], ['--json']])(
    'a profile without a key, which the fix names: %j',
    async (...flags) => {
      const { env } = await account();
      const home = temporaryFolder();
      write(home, CONFIG, JSON.stringify({ profiles: { work: {} } }));
      const checked = await doctor(
        { env: { ...env, TELNYX_API_KEY: '' }, home },
        '-p',
        'work',
        ...flags,
      );
      expect(checked.code).toBe(3);
      expect(checked.lines.join('\n')).toContain('run telnyx-chat -p work login, or set it');
      expect(checked.stderr).not.toContain('telnyx-chat login');
    },
  );
});

describe('the network', () => {
  it('no such host', async () => {
    const missing = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    const lookup = vi.spyOn(dns.promises, 'lookup').mockRejectedValue(missing);
    onTestFinished(() => lookup.mockRestore());
    const changes = {
      base_url: ['pass', 'https://api.example/v2 (environment TELNYX_BASE_URL)'],
      proxy: ['pass', 'none for api.example'],
      dns: [
        'fail',
        'could not find the host api.example (ENOTFOUND)',
        'check the network, DNS and the base URL',
      ],
      ...WITHOUT_TCP,
      ...skips(['tcp', 'dns']),
    };
    expect(
      await doctor({ env: accountEnv('https://api.example/v2', 'assistant-sandbox') }),
    ).toMatchObject({ code: 7, lines: report(changes, '8 passed, 1 failed, 7 skipped') });
  });

  it('nothing listens there', async () => {
    const env = accountEnv(`http://127.0.0.1:${await closedPort()}/v2`, 'assistant-sandbox');
    const tcp = [
      'fail',
      'connection refused by 127.0.0.1:PORT (ECONNREFUSED)',
      'check the base URL, and that a server or proxy listens there',
    ];
    expect(await doctor({ env })).toMatchObject({
      code: 7,
      lines: report({ tcp, ...WITHOUT_TCP }, '9 passed, 1 failed, 6 skipped'),
    });
  });

  it('a certificate that nobody trusts', async () => {
    const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const env = accountEnv(`https://localhost:${port}/v2`, 'assistant-sandbox');
    const changes = {
      base_url: ['pass', 'https://localhost:PORT/v2 (environment TELNYX_BASE_URL)'],
      proxy: ['pass', 'none for localhost'],
      dns: ['pass', expect.stringMatching(/^localhost is .*127\.0\.0\.1/) as string],
      tcp: ['pass', 'localhost:PORT accepts connections'],
      tls: [
        'fail',
        'no trusted connection to localhost:PORT (DEPTH_ZERO_SELF_SIGNED_CERT): its certificate is issued by localhost',
        'a company proxy may need its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem; also check the clock',
      ],
      ...WITHOUT_TLS,
    };
    const { code, lines } = await doctor({ env });
    const dnsLine = lines.find((line) => line.includes('  dns  ')) ?? '';
    expect(dnsLine).toMatch(/^pass {2}dns {16}localhost is .*127\.0\.0\.1/);
    const dnsSays = ['pass', dnsLine.slice(25)];
    expect({ code, lines }).toEqual({
      code: 7,
      lines: report({ ...changes, dns: dnsSays }, '10 passed, 1 failed, 5 skipped'),
    });
  });

  it('no TLS where there should be', async () => {
    const { url } = await socketServer(answering('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const env = accountEnv(url.replace('http:', 'https:'), 'assistant-sandbox');
    const { code, lines } = await doctor({ env });
    expect(code).toBe(7);
    expect(lines.slice(10, 12)).toEqual([
      'fail  tls                no TLS connection to 127.0.0.1:PORT (EPROTO)',
      `${' '.repeat(25)}fix: what listens there does not speak TLS: check the base URL and the proxy`,
    ]);
  });

  it('certificates that are not checked, or of a file that is not there', async () => {
    const env = accountEnv('https://localhost:1/v2', 'assistant-sandbox');
    const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    env['TELNYX_BASE_URL'] = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
    const tls = async (more: Record<string, string>): Promise<string[]> =>
      (await doctor({ env: { ...env, ...more } })).lines.slice(10, 12);
    expect(await tls({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([
      'warn  tls                certificates are not checked: NODE_TLS_REJECT_UNAUTHORIZED is 0',
      `${' '.repeat(25)}fix: unset it; for a company’s own certificate set NODE_EXTRA_CA_CERTS=/path/to/ca.pem`,
    ]);
    expect(await tls({ NODE_EXTRA_CA_CERTS: '/none/ca.pem' })).toEqual([
      'warn  tls                NODE_EXTRA_CA_CERTS cannot be read: /none/ca.pem',
      `${' '.repeat(25)}fix: correct the path, or unset it`,
    ]);
  });

  it('a proxy that wants a login', async () => {
    const refusal = 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n';
    const { url } = await socketServer(answering(refusal));
    const env = {
      ...accountEnv('https://api.example/v2', 'assistant-sandbox'),
      HTTPS_PROXY: url,
    };
    const changes = {
      base_url: ['pass', 'https://api.example/v2 (environment TELNYX_BASE_URL)'],
      proxy: ['pass', 'api.example is reached through 127.0.0.1:PORT'],
      tls: [
        'fail',
        'the proxy answered 407',
        'put the login into the proxy URL: http://name:password@host:port',
      ],
      ...WITHOUT_TLS,
    };
    expect(await doctor({ env })).toMatchObject({
      code: 7,
      lines: report(changes, '10 passed, 1 failed, 5 skipped'),
    });
  });

  it.each([
    ['a web server', 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n', 'answered 404'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 'answered something that is not HTTP'],
  ])('a proxy that is none but %s', async (_, answer, said) => {
    const { url } = await socketServer(answering(answer));
    const env = { ...accountEnv('https://api.example/v2', 'assistant-sandbox'), HTTPS_PROXY: url };
    expect((await doctor({ env })).lines.slice(10, 12)).toEqual([
      `fail  tls                the proxy ${said}`,
      `${' '.repeat(25)}fix: check the proxy URL: what listens there may be no proxy, or not let you through`,
    ]);
  });

  it('a proxy URL that is none', async () => {
    const env = {
      ...accountEnv('https://api.example/v2', 'assistant-sandbox'),
      HTTPS_PROXY: 'ftp://proxy.example',
    };
    const { code, lines } = await doctor({ env });
    expect([code, ...lines.slice(7, 10)]).toEqual([
      2,
      'fail  proxy              bad proxy URL in HTTPS_PROXY',
      `${' '.repeat(25)}fix: it looks like http://proxy.example:3128`,
      'skip  dns                needs proxy',
    ]);
  });

  it.each([
    [-3_600_000, '60 min ahead of the server’s clock'],
    [3_600_000, '60 min behind the server’s clock'],
    [-86_400_000, '24 h ahead of the server’s clock'],
    [864_000_000, '10 days behind the server’s clock'],
  ])('a clock that is wrong by %i ms', async (lead, says) => {
    const url = await answeringServer((_, response) => {
      response.setHeader('date', new Date(Date.now() + lead).toUTCString());
      response.setHeader('content-type', 'application/json');
      response.end('{"data":[]}');
    });
    const { lines } = await doctor({ env: accountEnv(url, 'assistant-sandbox') });
    expect(lines.slice(11, 13)).toEqual([
      `warn  clock              ${says}`,
      `${' '.repeat(25)}fix: set the clock of this machine: certificates and lost answers depend on it`,
    ]);
  });
});

describe('the account', () => {
  it('401: the key is not accepted', async () => {
    const { env } = await account();
    const refused = [
      'fail',
      'Authentication failed: The required authentication headers were invalid or missing.',
      'check TELNYX_API_KEY: a key of the Telnyx portal, not expired or deleted',
    ];
    const changes = { account: refused, ...WITHOUT_ACCOUNT };
    expect(await doctor({ env: { ...env, TELNYX_API_KEY: 'wrong' } })).toMatchObject({
      code: 4,
      lines: report(changes, '12 passed, 1 failed, 3 skipped'),
    });
  });

  it('404: no such assistant', async () => {
    const { env } = await account();
    const changes = {
      assistant_id: ['pass', 'assistant-nobody (flag --assistant)'],
      assistant: [
        'fail',
        'no assistant assistant-nobody: Resource not found: There is no assistant assistant-nobody.',
        'this account has assistant-sandbox (Sandbox Assistant), assistant-sandbox-private (Private Sandbox Assistant), assistant-sandbox-quiet (Quiet Sandbox Assistant)',
      ],
      ...WITHOUT_ASSISTANT,
    };
    expect(await doctor({ env }, '-a', 'assistant-nobody')).toMatchObject({
      code: 5,
      lines: report(changes, '13 passed, 1 failed, 2 skipped'),
    });
  });

  it('an assistant that keeps no history', async () => {
    const { env } = await account({ faultSettings: { rules: ['private_answers:1'] } });
    const changes = {
      assistant_id: ['pass', 'assistant-sandbox-private (flag --assistant)'],
      assistant: [
        'warn',
        'Private Sandbox Assistant, sandbox/scripted; keeps no data: Telnyx may refuse to chat with it, and a lost answer cannot be looked up',
        RETENTION_FIX,
      ],
      turn: [
        'warn',
        `${ANSWERED[1]}; the conversation lists no messages`,
        'check data retention in the assistant’s privacy settings: a lost answer cannot be looked up',
      ],
    };
    expect(await doctor({ env }, '-a', 'assistant-sandbox-private', '--turn')).toMatchObject({
      code: 0,
      lines: report(changes, '14 passed, 2 warnings'),
    });
    const refused = await doctor(await account(), '-a', 'assistant-sandbox-private', '--turn');
    const turn = [
      'fail',
      'Bad Request: The assistant stores no conversations; this assistant keeps no data (data_retention: false), and chat needs it',
      RETENTION_FIX,
    ];
    expect(refused).toMatchObject({
      code: 1,
      lines: report({ ...changes, turn }, '14 passed, 1 warning, 1 failed'),
    });
  });

  it.each([
    ['a stream', (body: string) => body.includes('"stream":true')],
    ['a reply', (body: string) => !body.includes('"stream":true')],
  ])('%s that is not understood, though it is stored', async (_, isWrong) => {
    const { env } = await account({
      async intercept(call, run) {
        const answer = await run(call);
        const isChat = call.operation === 'chat' && isWrong(call.body.toString());
        if (!isChat || answer.type === 'reset' || answer.type === 'stall') return answer;
        const headers = { 'content-type': 'text/event-stream' };
        const body = 'event: sentence\ndata: {"words":[{"w":"Hi"}]}\n\ndata: [DONE]\n\n';
        return { type: 'whole', status: 200, headers, body };
      },
    });
    const { code, lines } = await doctor({ env }, '--turn');
    const says = lines.find((each) => each.includes('  turn  '));
    expect([code, says]).toEqual([
      0,
      'warn  turn               a reply had to be looked up in the conversation (stream: 1 sentence {words: [{w}]}, 1 text)',
    ]);
  });

  it('400: AI is disabled on the last conversation; then it is gone', async () => {
    const { env, sandbox } = await account();
    const home = temporaryFolder();
    await runCli(['send', 'hello'], { env, home });
    const enabled = ['pass', 'ID: AI is enabled'];
    expect((await doctor({ env, home })).lines).toEqual(
      report({ last_conversation: enabled }, '15 passed, 1 skipped'),
    );
    const [thread] = sandbox.store.list();
    thread!.conversation.metadata['ai_disabled'] = 'true';
    const disabled = [
      'warn',
      'ID: AI is disabled, a person has taken it over',
      'telnyx-chat conversations release ID, or start another conversation',
    ];
    expect((await doctor({ env, home })).lines).toEqual(
      report({ last_conversation: disabled }, '14 passed, 1 warning, 1 skipped'),
    );
    sandbox.store.delete(thread!.conversation.id);
    const gone = ['warn', 'ID: it no longer exists', 'start a new one: leave out --continue'];
    expect((await doctor({ env, home })).lines).toEqual(
      report({ last_conversation: gone }, '14 passed, 1 warning, 1 skipped'),
    );
  });

  it('429: asked too often', async () => {
    const { env } = await account({
      faultSettings: { rules: ['get_assistant/status_429:1'] },
    });
    const { code, lines } = await doctor({ env });
    expect([code, lines[13]]).toEqual([
      6,
      expect.stringMatching(/^fail {2}assistant {10}Too many requests/),
    ]);
  });

  it('a web page in place of the API', async () => {
    const url = await answeringServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html>welcome</html>');
    });
    const changes = {
      account: [
        'fail',
        'the API answered 200 with a web page instead of JSON',
        'check the base URL, and that no proxy answers in its place',
      ],
      ...WITHOUT_ACCOUNT,
    };
    expect(await doctor({ env: accountEnv(url, 'assistant-sandbox') })).toMatchObject({
      code: 1,
      lines: report(changes, '12 passed, 1 failed, 3 skipped'),
    });
  });

  it.each([
    ['chat', 'fail', 1, []],
    ['delete_conversation', 'warn', 0, ['telnyx-chat doctor']],
  ])('a turn whose %s fails is a %s', async (operation, status, code, left) => {
    const { env, sandbox } = await account({ intercept: refusing(403, operation) });
    const result = await doctor({ env }, '--turn');
    const line = result.lines.find((each) => each.includes('  turn  ')) ?? '';
    expect([result.code, line.slice(0, 4)]).toEqual([code === 1 ? 4 : 0, status]);
    expect(sandbox.store.list().map(({ conversation }) => conversation.name)).toEqual(left);
  });
});

describe('a conversation that a trial leaves behind', () => {
  it.each([
    ['the turn', 'chat'],
    ['the list of its messages', 'list_messages'],
  ])('is told with the way to delete it when %s fails', async (_, operation) => {
    const { env, sandbox } = await account({
      intercept: refusing(403, operation, 'delete_conversation'),
    });
    const { code, lines } = await doctor({ env }, '--turn');
    expect(code).toBe(4);
    const [says = '', fix = ''] = lines.slice(-5);
    expect(says).toMatch(/^fail {2}turn .*[^.]; its conversation was not deleted: \w/);
    expect(fix).toMatch(/^ +fix: .*; and delete it: telnyx-chat conversations delete ID$/);
    expect(sandbox.store.list()).toHaveLength(1);
  });

  it('is deleted when the list of its messages fails', async () => {
    const { env, sandbox } = await account({ intercept: refusing(403, 'list_messages') });
    expect((await doctor({ env }, '--turn')).code).toBe(4);
    expect(sandbox.store.list()).toEqual([]);
  });

  it.each(['chat', 'list_messages', 'delete_conversation'])(
    'is told when %s is interrupted',
    async (operation) => {
      const stop = new AbortController();
      const { env, sandbox } = await account({
        intercept(call, run) {
          if (call.operation !== operation) return run(call);
          stop.abort(new AppError('interrupted', 'interrupted'));
          return refusing(403)(call, run);
        },
      });
      const { code, stderr } = await doctor({ env, signal: stop.signal }, '--turn');
      const id = sandbox.store.list()[0]?.conversation.id;
      expect(code).toBe(130);
      expect(stderr).toContain('error: interrupted; its conversation was not deleted\n');
      expect(stderr).toContain(`hint: delete it: telnyx-chat conversations delete ${id}\n`);
      expect(stderr).toContain(`conversation: ${id}\n`);
    },
  );
});

it('speaks JSON, with each failure as errors are told elsewhere', async () => {
  const { env } = await account();
  const options = { env: { ...env, TELNYX_API_KEY: 'wrong' } };
  const { code, stdout, stderr } = await runCli(['doctor', '--json'], options);
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string }[] };
  expect([code, ok, checks.length]).toEqual([4, false, 16]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'auth', status: 401 } });
  expect(checks.find(({ name }) => name === 'account')).toEqual({
    name: 'account',
    status: 'fail',
    message: 'Authentication failed: The required authentication headers were invalid or missing.',
    fix: 'check TELNYX_API_KEY: a key of the Telnyx portal, not expired or deleted',
    error: {
      kind: 'auth',
      message:
        'Authentication failed: The required authentication headers were invalid or missing.',
      hint: 'check TELNYX_API_KEY: a key of the Telnyx portal, not expired or deleted',
      status: 401,
      code: '10009',
      request_id: expect.any(String),
      conversation_id: null,
      delivery: null,
    },
  });
  expect(checks.at(-1)).toEqual({
    name: 'turn',
    status: 'skip',
    message: 'needs assistant',
    fix: null,
    error: null,
  });
});

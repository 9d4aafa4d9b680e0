import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { account } from '../helpers/account.js';
import { connectProxy, tunnelTo } from '../helpers/connect-proxy.js';
import { blocksOf, pageNamed } from '../helpers/documentation.js';
import { closedPort, socketServer } from '../helpers/socket-server.js';
import { CERTIFICATE, PRIVATE_KEY } from '../helpers/tls-certificate.js';

const ROOT = join(import.meta.dirname, '../..');
const tool = (name: string): string => join(ROOT, 'node_modules/.bin', name);

const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-package-'));
const project = join(folder, 'project');
let tarball = '';

function npm(...args: string[]): void {
  execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: ROOT,
    stdio: 'pipe',
  });
}

beforeAll(() => {
  npm('pack', '--pack-destination', folder);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  npm('install', '--prefix', project, tarball);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program of somebody who has installed the package. */
async function run(
  name: string,
  source: string,
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  writeFileSync(join(project, name), source);
  const child = spawn(process.execPath, [name], { cwd: project, env });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await closed, stdout, stderr };
}

/** TLS before a server of loopback, with a certificate that nobody trusts. */
async function tlsBefore(url: string): Promise<number> {
  const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (socket) => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const USE = `
async function main() {
  const { TELNYX_API_KEY: apiKey, TELNYX_ASSISTANT_ID: assistantId, TELNYX_BASE_URL: baseUrl } = process.env;
  const client = createClient({ apiKey, baseUrl });
  const events = [];
  let conversationId;
  for await (const event of client.takeTurn({ assistantId, text: 'my name is Ada' })) {
    if (event.type === 'start') ({ conversationId } = event);
    events.push(event.type);
  }
  const { reply } = await client.send({ assistantId, conversationId, text: 'what is my name?' });
  console.log(JSON.stringify({ types: [...new Set(events)], reply }));
  client.close();
}
main();
`;

describe('the package', () => {
  it('has entries that every kind of import finds, with types', () => {
    const publint = execFileSync(tool('publint'), ['run', tarball, '--strict', '--pack', 'false'], {
      encoding: 'utf8',
    });
    expect(publint).toContain('All good!');
    const attw = execFileSync(tool('attw'), [tarball, '--no-emoji', '--no-color'], {
      encoding: 'utf8',
    });
    expect(attw).toContain('No problems found');
  });

  it('is below 1 MB, with the guides and all that the README links to', () => {
    expect(statSync(tarball).size).toBeLessThan(1_000_000);
    const installed = join(project, 'node_modules/telnyx-chat');
    const links = [
      ...pageNamed('README.md').text.matchAll(/(?:\]\(|src="|srcset=")([\w./-]+)[)"]/g),
    ];
    expect(links.length).toBeGreaterThan(10);
    const missing = links.filter(([, link = '']) => !existsSync(join(installed, link)));
    expect(missing.map(([, link]) => link)).toEqual([]);
    const bin = join(installed, 'bin/telnyx-chat.js');
    const guide = execFileSync(process.execPath, [bin, 'help', 'relay'], { encoding: 'utf8' });
    expect(guide).toMatch(/^# The relay\n/);
  });

  it('has the schema of the JSON report of `test`, and the examples', async () => {
    const source =
      "console.log(require('telnyx-chat/dist/report.schema.json').required.join());\n" +
      "console.log(require('node:fs').readdirSync('node_modules/telnyx-chat/examples').join());\n";
    const { stdout } = await run('schema.cjs', source, {});
    expect(stdout).toBe('run,started,counts,cases\nmemory.chat,recorded,weather.chat\n');
  });

  it('brings the command and its man page when it is installed for all', () => {
    const prefix = join(folder, 'global');
    npm('install', '--global', '--prefix', prefix, tarball);
    expect(execFileSync(join(prefix, 'bin/telnyx-chat'), ['--version'], { encoding: 'utf8' })).toBe(
      `${(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version}\n`,
    );
    expect(existsSync(join(prefix, 'share/man/man1/telnyx-chat.1'))).toBe(true);
  });
});

describe('the library', () => {
  it.each([
    ['import', 'use.mjs', `import { createClient } from 'telnyx-chat';`],
    ['require', 'use.cjs', `const { createClient } = require('telnyx-chat');`],
  ])('takes turns, by %s', async (_, name, first) => {
    const { env } = await account();
    const { code, stdout, stderr } = await run(name, first + USE, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      types: ['start', 'delta', 'done'],
      reply: 'Your name is Ada.',
    });
  });

  it.each([
    ['import', 'proxy.mjs', `import { createClient } from 'telnyx-chat';`],
    ['require', 'proxy.cjs', `const { createClient } = require('telnyx-chat');`],
  ])('takes turns through a proxy, by %s', async (_, name, first) => {
    const { env, sandbox } = await account();
    const port = await tlsBefore(sandbox.url);
    const proxy = await connectProxy((_head, socket) => tunnelTo(port, socket));
    const source = USE.replace('baseUrl });', 'baseUrl, proxy: process.env.PROXY });');
    const { code, stdout, stderr } = await run(name, first + source, {
      ...env,
      TELNYX_BASE_URL: 'https://telnyx.test/v2',
      PROXY: `http://me:secret@127.0.0.1:${proxy.port}`,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_NO_WARNINGS: '1',
      // Nothing is told of what is sent, the proxy's password among it.
      DEBUG: '*',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ reply: 'Your name is Ada.' });
    expect(proxy.requests[0]).toEqual([
      'CONNECT telnyx.test:443 HTTP/1.1',
      `Proxy-Authorization: Basic ${Buffer.from('me:secret').toString('base64')}`,
      'Host: telnyx.test:443',
      'Proxy-Connection: Keep-Alive',
    ]);
  });

  it('delivers a turn once, and says so', async () => {
    const { sandbox, env } = await account({
      faultSettings: { rules: ['reset_after:1x'], seed: 1 },
    });
    const source = `import { createClient } from 'telnyx-chat';
      const { TELNYX_API_KEY: apiKey, TELNYX_ASSISTANT_ID: assistantId, TELNYX_BASE_URL: baseUrl } = process.env;
      const client = createClient({ apiKey, baseUrl });
      const types = [];
      for await (const event of client.takeTurn({ assistantId, text: 'my name is Ada' })) {
        types.push(event.type);
        if (event.type === 'done') console.log(JSON.stringify({ types, recovered: event.turn.recovered }));
      }
      client.close();`;
    const { stdout, stderr } = await run('once.mjs', source, env);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      types: ['start', 'search', 'delta', 'done'],
      recovered: true,
    });
    const [thread] = sandbox.store.list();
    expect(thread?.messages.filter(({ role }) => role === 'user')).toHaveLength(1);
  });

  it('does what its page shows', async () => {
    const [example] = blocksOf(pageNamed('docs/library.md')).filter(
      ({ language }) => language === 'ts',
    );
    const lines = example?.lines ?? [];
    const imports = lines.findLastIndex((line) => line.startsWith('import ')) + 1;
    const settings = `const { TELNYX_API_KEY: apiKey, TELNYX_ASSISTANT_ID: assistantId, TELNYX_BASE_URL: baseUrl } = process.env;`;
    const program = [...lines.slice(0, imports), settings, ...lines.slice(imports)].join('\n');
    const { env } = await account();
    const source = program.replace('createClient({ apiKey', 'createClient({ apiKey, baseUrl');
    const { code, stdout, stderr } = await run('example.mjs', source, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\S[^]*[\da-f-]{36} false\n$/);
  });

  it('throws errors that say what went wrong', async () => {
    const { env } = await account();
    const source = `import { createClient, TelnyxChatError } from 'telnyx-chat';
      const { TELNYX_ASSISTANT_ID: assistantId, TELNYX_BASE_URL: baseUrl } = process.env;
      const told = [];
      const tell = (error) => told.push([error instanceof TelnyxChatError, error.name, error.kind, error.message]);
      for (const settings of [{}, { apiKey: 'a b' }, { apiKey: 'KEY', timeoutMs: -1 }, { apiKey: 'KEY', baseUrl: 'http://x.test' }]) {
        try { createClient(settings); } catch (error) { tell(error); }
      }
      const client = createClient({ apiKey: 'KEY', baseUrl });
      const stopped = AbortSignal.abort();
      await client.send({ assistantId, text: ' ' }).catch(tell);
      await client.send({ assistantId, text: 'hello', signal: stopped }).catch(tell);
      await client.conversations.get('nowhere').catch(tell);
      await client.assistants.get('../x').catch(tell);
      client.close();
      console.log(JSON.stringify(told));`;
    const { stdout, stderr } = await run('errors.mjs', source, env);
    expect(stderr).toBe('');
    const told = JSON.parse(stdout) as [boolean, string, string, string][];
    expect(told.map(([isOurs, name]) => [isOurs, name])).toEqual(
      Array(8).fill([true, 'TelnyxChatError']),
    );
    expect(told.map(([, , kind, message]) => [kind, message])).toEqual([
      ['not_configured', 'apiKey is required'],
      ['usage', 'apiKey does not look like an API key'],
      ['usage', 'bad timeoutMs -1'],
      ['usage', expect.stringContaining('bad base URL')],
      ['usage', 'message is required'],
      ['interrupted', 'interrupted'],
      ['not_found', expect.any(String)],
      ['not_found', expect.any(String)],
    ]);
  });

  it('gives ways out in its own words, not in those of the program', async () => {
    const refusing = `http://127.0.0.1:${await closedPort()}`;
    const { url: silent } = await socketServer(() => undefined);
    const { url: cut } = await socketServer((socket) => void socket.resetAndDestroy());
    const source = `import { createClient } from 'telnyx-chat';
      for (const baseUrl of ${JSON.stringify([refusing, silent, cut])}) {
        const client = createClient({ apiKey: 'KEY-test', baseUrl, timeoutMs: 100 });
        await client.assistants.list().catch(({ details }) => console.log(details.hint));
        client.close();
      }`;
    const { stdout, stderr } = await run('hints.mjs', source, {});
    expect({ hints: stdout.trimEnd().split('\n'), stderr }).toEqual({
      hints: [
        'check the base URL, and that a server or proxy listens there',
        'allow more time: a larger timeoutMs',
        'check the network and what is on the way: a proxy, a VPN, a firewall',
      ],
      stderr: '',
    });
  });

  it('throws errors of usage for what its types do not allow, before any request', async () => {
    const { env, sandbox } = await account();
    const source = `import { createClient, TelnyxChatError } from 'telnyx-chat';
      const { TELNYX_ASSISTANT_ID: assistantId, TELNYX_BASE_URL: baseUrl } = process.env;
      const told = [];
      const tell = (error) => {
        if (!(error instanceof TelnyxChatError) || !error.details.hint) throw error;
        told.push([error.kind, error.message]);
      };
      const apiKey = 'KEY-test';
      for (const settings of [undefined, null, 'KEY', { apiKey: 7 }, { proxy: 'x' }, { apiKey, proxy: 7 }, { apiKey, timeoutMs: '60' }, { apiKey, baseUrl: 7 }]) {
        try { createClient(settings); } catch (error) { tell(error); }
      }
      const client = createClient({ apiKey, baseUrl, proxy: 'proxy.example:3128' });
      const { assistants, conversations } = client;
      const turn = { assistantId, text: 'hello' };
      const calls = [
        () => client.send(),
        () => client.send({ assistantId }),
        () => client.send({ ...turn, assistantId: undefined }),
        () => client.send({ ...turn, conversationId: 7 }),
        () => client.send({ ...turn, speaker: {} }),
        () => client.send({ ...turn, metadata: { ticket: 7 } }),
        () => client.send({ ...turn, metadata: JSON.parse('{"__proto__":"x"}') }),
        () => client.send({ ...turn, stream: 'yes' }),
        () => client.send({ ...turn, signal: true }),
        () => client.send({ ...turn, timeoutMs: NaN }),
        () => client.takeTurn('hello').next(),
        () => assistants.get(),
        () => assistants.list('all'),
        () => conversations.list({ limit: -1 }),
        () => conversations.list({ limit: '5' }),
        () => conversations.list({ where: ['x'] }),
        () => conversations.get(7),
        () => conversations.create({ name: 7 }),
        () => conversations.create({ metadata: { constructor: 'x' } }),
        () => conversations.update('c'),
        () => conversations.delete(),
        () => conversations.messages().next(),
      ];
      for (const call of calls) await call().catch(tell);
      client.close();
      for (const call of [() => client.send(turn), () => client.takeTurn(turn).next(), () => assistants.list(), () => conversations.messages('c').next()]) {
        await call().catch(tell);
      }
      console.log(JSON.stringify(told));`;
    const { stdout, stderr } = await run('wrong.mjs', source, env);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(
      [
        'the settings of createClient must be an object',
        'the settings of createClient must be an object',
        'the settings of createClient must be an object',
        'apiKey must be a string',
        'bad proxy: not a URL',
        'proxy must be a string',
        'bad timeoutMs string',
        'baseUrl must be a string',
        'the turn must be an object',
        'text must be a string',
        'assistantId must be a string',
        'conversationId must be a string',
        'speaker must be a string',
        'metadata.ticket must be a string',
        'metadata cannot have the key __proto__: programs in JavaScript drop it',
        'stream must be true or false',
        'signal must be an AbortSignal',
        'bad timeoutMs NaN',
        'the turn must be an object',
        'id must be a string',
        'the settings of a call must be an object',
        'limit must be a whole number of 1 or more',
        'limit must be a whole number of 1 or more',
        'where must be an object',
        'id must be a string',
        'name must be a string',
        'metadata cannot have the key constructor: programs in JavaScript drop it',
        'metadata must be an object',
        'id must be a string',
        'id must be a string',
        ...Array<string>(4).fill('the client is closed'),
      ].map((message) => ['usage', message]),
    );
    expect(sandbox.stats().requests).toEqual({});
  });

  it('has the calls for assistants and conversations', async () => {
    const { env } = await account();
    const source = `import { createClient } from 'telnyx-chat';
      const { TELNYX_API_KEY: apiKey, TELNYX_ASSISTANT_ID: assistantId, TELNYX_BASE_URL: baseUrl } = process.env;
      const client = createClient({ apiKey, baseUrl });
      const { assistants, conversations } = client;
      const [first] = await assistants.list();
      const { name } = await assistants.get(first.id);
      const made = await conversations.create({ name: 'Opening hours', metadata: { ticket: '7' } });
      await client.send({ assistantId, conversationId: made.id, text: 'hello' });
      const texts = [];
      for await (const { role } of conversations.messages(made.id)) texts.push(role);
      const updated = await conversations.update(made.id, { ticket: '8' });
      const found = await conversations.list({ where: { 'metadata->ticket': 'eq.8' }, limit: 5 });
      await conversations.delete(made.id);
      const gone = await conversations.get(made.id).catch(({ kind }) => kind);
      client.close();
      console.log(JSON.stringify([first.name === name, made.name, texts, updated.metadata.ticket, found.length, gone]));`;
    const { stdout, stderr } = await run('calls.mjs', source, env);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      ...[true, 'Opening hours', ['assistant', 'user'], '8', 1, 'not_found'],
    ]);
  });

  it('compiles with its types, of Node or not', () => {
    writeFileSync(
      join(project, 'use.ts'),
      `import { createClient, TelnyxChatError, type Turn, type TurnEvent } from 'telnyx-chat';
const client = createClient({ apiKey: 'KEY', timeoutMs: 1000 });
export async function ask(text: string, signal: AbortSignal): Promise<Turn | undefined> {
  try {
    for await (const event of client.takeTurn({ assistantId: 'a', text, signal })) show(event);
    for await (const message of client.conversations.messages('c')) show(message.role);
    const [first] = await client.conversations.list({ limit: 1, order: 'created_at.desc' });
    await client.conversations.update('c', { ...first?.metadata, ai_disabled: 'true' });
    // @ts-expect-error: a turn is for an assistant.
    await client.send({ text });
    return await client.send({ assistantId: 'a', text });
  } catch (error) {
    if (error instanceof TelnyxChatError && error.details.delivery === 'unknown') return undefined;
    throw error;
  }
}
declare function show(what: TurnEvent | string): void;
// @ts-expect-error: there is no client without a key.
createClient({});
`,
    );
    const resolutions = { nodenext: 'nodenext', esnext: 'bundler', commonjs: 'node10' };
    for (const [module, moduleResolution] of Object.entries(resolutions)) {
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'dom'], types: [] },
        ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true },
      };
      const config = { compilerOptions, files: ['use.ts'] };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
      const { stdout } = spawnSync(tool('tsc'), ['-p', project], { encoding: 'utf8' });
      expect(stdout).toBe('');
    }
  }, 60_000);

  it('has errors of one class in a program that both imports and requires it', async () => {
    const source = `import { parseChatFile, TelnyxChatError } from 'telnyx-chat';
      import { createRequire } from 'node:module';
      const required = createRequire(import.meta.url)('telnyx-chat');
      class Own extends TelnyxChatError {}
      const thrown = [parseChatFile, required.parseChatFile].map((parse) => {
        try { parse('x'); } catch (error) { return error; }
      });
      const classes = [TelnyxChatError, required.TelnyxChatError, Own];
      const told = [...thrown, new Own('usage', 'x'), new Error('x'), null, 'x'].map((value) =>
        classes.map((each) => value instanceof each));
      console.log(JSON.stringify(told));
      parseChatFile('x', { path: 'a.chat' });`;
    const { code, stdout, stderr } = await run('both.mjs', source, {});
    expect(JSON.parse(stdout)).toEqual([
      [true, true, false],
      [true, true, false],
      [true, true, true],
      ...Array<boolean[]>(3).fill([false, false, false]),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^TelnyxChatError: a\.chat:1:1: the line has no mark$/m);
  });

  it('leaves out of a bundle what is not used', async () => {
    const bundled = async (contents: string): Promise<{ size: number; code: string }> => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: project },
        bundle: true,
        write: false,
        minify: true,
        platform: 'node',
        format: 'esm',
        logLevel: 'error',
      });
      const code = outputFiles.map((file) => file.text).join('');
      return { size: code.length, code };
    };
    const error = await bundled(`export { TelnyxChatError } from 'telnyx-chat';`);
    expect(error.size).toBeLessThan(1_500);
    const client = await bundled(`export { createClient } from 'telnyx-chat';`);
    expect(client.size).toBeLessThan(73_000);
    expect(client.code).not.toMatch(/commander|readline|node:tty|HISTORY|sandbox:/);
    const nothing = await bundled(`import 'telnyx-chat';`);
    expect(nothing.size).toBe(0);
  });
});

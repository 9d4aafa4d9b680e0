import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { build } from 'esbuild';
import fc from 'fast-check';
import openapiTS, { astToString } from 'openapi-typescript';
import { describe, expect, it, test } from 'vitest';
import { parseChatRequest } from '../../src/relay/chat/contract.js';
import { openApiDocument } from '../../src/relay/openapi.js';
import { answeringServer, chatAnswering } from '../helpers/answering-server.js';
import { json, recordingServer } from '../helpers/recording-server.js';
import { eventsIn, post, serve, serveSandbox, upstream, type Posted } from '../helpers/relay.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const ROOT = join(import.meta.dirname, '../..');

interface Described {
  description: string;
  headers?: Record<string, object>;
  content: Record<string, { schema: object }>;
}

interface Operation {
  parameters?: { name: string; schema: object }[];
  responses: Record<string, Described>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = JSON.parse(openApiDocument(true)) as Document;
const ajv = new Ajv2020({ strict: false });
ajv.addSchema(document, 'relay');
const fits = (schema: string, value: unknown): boolean =>
  ajv.validate({ $ref: `relay#/components/schemas/${schema}` }, value);

describe('GET /openapi.json', () => {
  test.each([
    [['--ui'], ['/chat', '/health', '/ready', '/openapi.json']],
    [
      ['--token', 's3cret-0123456789'],
      ['/chat', '/health', '/ready', '/metrics', '/openapi.json'],
    ],
  ])('%j: is OpenAPI 3.1 without a fault, for everyone', async (argv, paths) => {
    const { url } = await serve(['--sandbox', ...argv]);
    const response = await fetch(`${url}/openapi.json`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json',
    ]);
    const body = (await response.json()) as Document;
    expect(body.openapi).toMatch(/^3\.1\./);
    expect(await new Validator().validate({ ...body })).toEqual({ valid: true });
    expect(Object.keys(body.paths)).toEqual(paths);
  });

  test('has the headers that a turn is asked for with', () => {
    const { parameters } = document.paths['/chat']?.['post'] ?? {};
    const [, , trace] = parameters ?? [];
    expect(parameters?.map(({ name }) => name)).toEqual([
      'Idempotency-Key',
      'X-Request-Id',
      'traceparent',
    ]);
    const [value, other] = ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'nonsense'];
    expect([value, other].map((text) => ajv.validate(trace?.schema ?? false, text))).toEqual([
      true,
      false,
    ]);
  });

  test('has all paths that the relay answers, and no others', async () => {
    const { url } = await serve(['--sandbox', '--token', 's3cret-0123456789']);
    for (const path of Object.keys(document.paths)) {
      const { status } = await fetch(url + path, { method: 'PATCH' });
      expect([path, status]).toEqual([path, 405]);
    }
  });
});

describe('the schema of a request', () => {
  it('is what the relay takes', () => {
    const field = fc.option(
      fc.oneof(fc.string(), fc.constantFrom('', ' ', '\n'), fc.integer(), fc.object()),
      { nil: null },
    );
    const bodies = fc.oneof(
      fc.record({ message: field, conversation_id: field, name: field }, { requiredKeys: [] }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const takes = (): boolean => {
          try {
            return Boolean(parseChatRequest(Buffer.from(JSON.stringify(body))));
          } catch {
            return false;
          }
        };
        expect(takes()).toBe(fits('ChatRequest', JSON.parse(JSON.stringify(body))));
      }),
    );
  });
});

/** Says of an answer that it is as it is described. */
function expectDescribed({ status, headers, body }: Posted): void {
  const { responses } = document.paths['/chat']!['post']!;
  const described = responses[status] ?? responses['default']!;
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  expect(Object.keys(described.content)).toContain(type);
  if (type === 'application/json') {
    const schema = described.content[type]!.schema as { $ref: string };
    expect([status, fits(schema.$ref.split('/').at(-1) ?? '', body), body]).toEqual([
      status,
      true,
      body,
    ]);
  }
  const known = Object.keys(described.headers ?? {}).map((name) => name.toLowerCase());
  const own = ['retry-after', 'idempotent-replayed', 'www-authenticate', 'x-request-id'];
  for (const name of own) if (headers.has(name)) expect([status, ...known]).toContain(name);
}

describe('what the relay answers is as it is described', () => {
  const KEY = { 'idempotency-key': 'key-1' };

  test.each<[number, string[], unknown, Record<string, string>]>([
    [200, [], { message: 'hello' }, {}],
    [200, [], { message: 'hello', conversation_id: null, name: 'Ada' }, KEY],
    [200, [], { message: 'hello' }, { accept: 'text/event-stream' }],
    [400, [], { message: ' ' }, {}],
    [400, [], { message: 'hello' }, { 'idempotency-key': 'a b' }],
    [401, ['--token', 's3cret-0123456789'], { message: 'hello' }, {}],
    [403, [], { message: 'hello' }, { origin: 'https://evil.example' }],
    [413, [], 'x'.repeat(1024 * 1024 + 1), {}],
    [415, [], 'message=hello', { 'sec-fetch-site': 'none', 'content-type': 'text/plain' }],
  ])('%i (case %#)', async (status, argv, body, headers) => {
    const relay = await serve(['--sandbox', ...argv]);
    const answer = await post(relay, body, headers);
    expect(answer.status).toBe(status);
    expectDescribed(answer);
  });

  test('what a key and a limit lead to', async () => {
    const relay = await serve(['--sandbox', '--rate-limit', '4']);
    const answers = [
      await post(relay, { message: 'hello' }, KEY),
      await post(relay, { message: 'hello' }, KEY),
      await post(relay, { message: 'another' }, KEY),
      await post(relay, { message: 'hello', conversation_id: 'missing' }),
      await post(relay, { message: 'hello' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 422, 404, 429]);
    answers.forEach(expectDescribed);
  });

  test('what Telnyx said', async () => {
    for (const status of [402, 502, 503]) {
      const failing = await recordingServer(json({ errors: [{ title: 'no' }] }, status));
      const relay = await serve(['--timeout', '1'], { env: upstream(failing.url) });
      const answer = await post(relay, { message: 'hello' });
      expect(answer.status).toBe(status);
      expectDescribed(answer);
    }
    const silent = await serve(['--timeout', '1'], {
      env: upstream(await answeringServer(() => undefined)),
    });
    const late = await post(silent, { message: 'hello' });
    expect(late.status).toBe(504);
    expectDescribed(late);
  });

  test('a key that is in use', async () => {
    let finish: () => void = () => undefined;
    const url = await chatAnswering((response) => {
      finish = () => response.end(JSON.stringify({ content: 'hi' }));
    });
    const relay = await serve([], { env: upstream(url) });
    const first = post(relay, { message: 'hello' }, KEY);
    await expect.poll(async () => (await post(relay, { message: 'hello' }, KEY)).status).toBe(409);
    expectDescribed(await post(relay, { message: 'hello' }, KEY));
    await expect.poll(() => finish.toString()).toContain('hi');
    finish();
    expectDescribed(await first);
  });

  test('every event of a stream', async () => {
    const relay = await serveSandbox();
    const { text } = await post(relay, { message: 'hello' }, { accept: 'text/event-stream' });
    const schemas: Record<string, string> = { delta: 'ChatDelta', done: 'ChatReply' };
    for (const [name, data] of eventsIn(text)) expect(fits(schemas[name]!, data)).toBe(true);
  });

  test.each(['/health', '/ready'])('%s', async (path) => {
    const relay = await serve(['--sandbox']);
    const response = await fetch(relay.url + path);
    expect([response.status, fits('Status', await response.json())]).toEqual([200, true]);
  });
});

const CLIENT = `import createClient from 'openapi-fetch';
import type { paths } from './relay.js';
export async function chat(baseUrl: string, token: string): Promise<string[]> {
  const client = createClient<paths, 'application/json'>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });
  const first = await client.POST('/chat', {
    params: { header: { 'Idempotency-Key': 'key-1' } },
    body: { message: 'My name is Ada.' },
  });
  const conversation_id: string | undefined = first.data?.conversation_id;
  const later = await client.POST('/chat', { body: { message: 'What is my name?', conversation_id } });
  const refused = await client.POST('/chat', { body: { message: ' ' } });
  // @ts-expect-error: a message is needed.
  const missing = await client.POST('/chat', { body: { name: 'Ada' } });
  const ready = await client.GET('/ready');
  return [first.data?.reply, later.data?.reply, refused.error?.error, missing.error?.error, ready.data?.status].map(String);
}
`;

it('is enough for a generated client, which chats', async () => {
  const relay = await serveSandbox(['--token', 's3cret-0123456789']);
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'relay.ts'), astToString(await openapiTS(JSON.stringify(document))));
  writeFileSync(join(folder, 'client.ts'), CLIENT);
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', 'false'];
  const target = ['--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  const { stdout } = spawnSync(compiler, [...strict, ...target, 'client.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  const outfile = join(folder, 'client.mjs');
  await build({
    ...{ entryPoints: [join(folder, 'client.ts')], outfile, bundle: true },
    ...{ format: 'esm', platform: 'node', logLevel: 'error' },
  });
  const { chat } = (await import(pathToFileURL(outfile).href)) as {
    chat: (url: string, token: string) => Promise<string[]>;
  };
  expect(await chat(relay.url, 's3cret-0123456789')).toEqual([
    'Nice to meet you, Ada. I will remember your name.',
    'Your name is Ada.',
    'message is required',
    'message is required',
    'ready',
  ]);
}, 60_000);

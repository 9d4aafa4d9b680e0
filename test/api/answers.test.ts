import { describe, expect, test } from 'vitest';
import { assistantTests } from '../../src/api/assistant-tests.js';
import { pagesOf } from '../../src/conversations/messages.js';
import { all, apiClient, API_KEY, options, TURN, type ApiClient } from '../helpers/api-client.js';
import { failureOf, type Failure } from '../helpers/failure.js';
import { json, raw, recordingServer, type Answer } from '../helpers/recording-server.js';

async function clientFor(answer: Answer) {
  const server = await recordingServer(answer);
  return { server, client: apiClient(server.url) };
}

const chat = (client: ApiClient) => all(client.chat(TURN, options()));
const stream = (client: ApiClient) => all(client.chat({ ...TURN, stream: true }, options()));
const pagesIn = (client: ApiClient) =>
  pagesOf((number) => client.getMessages('c-1', { ...options(), number }));
const create = (client: ApiClient) => client.conversationCreator({ metadata: {} })(options());

const CONVERSATION = { id: 'c-1', name: '', metadata: {}, createdAt: '', lastMessageAt: '' };
const ASSISTANT = {
  id: 'a-1',
  name: '',
  model: '',
  instructions: '',
  greeting: '',
  createdAt: '',
  dataRetention: true,
  hasTools: false,
};
const MESSAGE = { role: 'user', text: '', createdAt: '', sentAt: '', toolCalls: [] };

test.each<[string, Answer]>([
  ['nothing', raw(200, {})],
  ['204', raw(204, {})],
  ['a web page', raw(202, { 'content-type': 'text/html' }, '<p>gone</p>')],
])('a conversation is deleted whatever the API says to it: %s', async (_, answer) => {
  const server = await recordingServer(answer);
  await apiClient(server.url).deleteConversation('c-1', options());
  expect(server.requests.map(({ method, url }) => [method, url])).toEqual([
    ['DELETE', '/ai/conversations/c-1'],
  ]);
});

test('a conversation that is not there cannot be deleted', async () => {
  const server = await recordingServer(raw(404, {}));
  const failed = await failureOf(apiClient(server.url).deleteConversation('c-1', options()));
  expect(failed).toMatchObject({ kind: 'not_found', status: 404 });
  expect(failed).not.toHaveProperty('delivery');
});

describe('what the API gives of assistant tests', () => {
  const testsOf = ({ caller, clock }: ApiClient) =>
    assistantTests(caller, { clock, randomId: () => 'id-1' });
  const list = (client: ApiClient) => testsOf(client).listTests('orders', options());
  const run = (client: ApiClient) =>
    testsOf(client).getTestRun({ testId: 't-1', runId: 'r-1' }, options());
  const RUN = { id: 'r-1', status: 'passed', items: [], conversationId: undefined, logs: '' };

  test.each<[string, unknown, (client: ApiClient) => Promise<unknown>, unknown]>([
    ['no tests', { data: [] }, list, []],
    [
      'a test with its id alone',
      { data: [{ test_id: 't-1', rubric: null, max_duration_seconds: null }] },
      list,
      [
        {
          id: 't-1',
          body: {
            name: '',
            instructions: '',
            destination: '',
            test_suite: '',
            telnyx_conversation_channel: undefined,
            max_duration_seconds: 0,
            rubric: [],
          },
        },
      ],
    ],
    ['a bare run', { run_id: 'r-1', status: 'passed' }, run, RUN],
    ['a run in data', { data: { run_id: 'r-1', status: 'passed' } }, run, RUN],
    ['a run of no status', { run_id: 'r-1' }, run, { ...RUN, status: 'unknown' }],
    [
      'a run without a conversation and words',
      { run_id: 'r-1', status: 'passed', conversation_id: null, logs: null, detail_status: null },
      run,
      RUN,
    ],
    [
      'a whole run',
      {
        run_id: 'r-1',
        status: 'failed',
        conversation_id: 'c-1',
        detail_status: [{ name: 'polite', status: 'failed', more: 1 }],
        logs: { reason: 'rude' },
        more: 1,
      },
      run,
      {
        id: 'r-1',
        status: 'failed',
        conversationId: 'c-1',
        items: [{ name: 'polite', status: 'failed' }],
        logs: '{"reason":"rude"}',
      },
    ],
  ])('%s', async (_, body, call, expected) => {
    const { client } = await clientFor(json(body));
    expect(await call(client)).toEqual(expected);
  });

  test.each<[string, unknown, (client: ApiClient) => Promise<unknown>]>([
    ['tests without a list', {}, list],
    ['a test without an id', { data: [{ name: 'a' }] }, list],
    ['a run without an id', { status: 'passed' }, run],
  ])('%s are of no use', async (_, body, call) => {
    const { client } = await clientFor(json(body));
    expect(await failureOf(call(client))).toMatchObject({ kind: 'api' });
  });

  test('all pages of a suite are read', async () => {
    const pages = [['t-1', 't-2'], ['t-3'], []].map((ids) => ({
      data: ids.map((test_id) => ({ test_id })),
      meta: { total_pages: 9 },
    }));
    const { server, client } = await clientFor((response, request) => {
      const page = Number(new URL(request.url, 'http://x').searchParams.get('page[number]'));
      json(pages[page - 1])(response, request);
    });
    const tests = (await list(client)) as { id: string }[];
    expect(tests.map(({ id }) => id)).toEqual(['t-1', 't-2', 't-3']);
    expect(server.requests).toHaveLength(3);
  });
});

describe('what the API gives', () => {
  test.each<[string, unknown, (client: ApiClient) => Promise<unknown>, unknown]>([
    ['a bare reply', { content: 'hi' }, chat, [{ type: 'done', reply: 'hi' }]],
    ['a reply in data', { data: { content: 'hi' } }, chat, [{ type: 'done', reply: 'hi' }]],
    ['an empty reply', { content: '' }, chat, [{ type: 'done', reply: '' }]],
    ['a reply in JSON to a stream', { content: 'hi' }, stream, [{ type: 'done', reply: 'hi' }]],
    ['a bare conversation', { id: 'c-1' }, create, CONVERSATION],
    ['a conversation in data', { data: { id: 'c-1' } }, create, CONVERSATION],
    [
      'a whole conversation',
      {
        data: {
          id: 'c-1',
          name: 'Trip',
          metadata: { ai_disabled: true, n: 1, text: 'x', list: ['a'], nothing: null },
          created_at: '2026-01-01',
          last_message_at: '2026-01-02',
          more: 1,
        },
      },
      (client) => client.getConversation('c-1', options()),
      {
        id: 'c-1',
        name: 'Trip',
        metadata: { ai_disabled: 'true', n: '1', text: 'x', list: '["a"]', nothing: 'null' },
        createdAt: '2026-01-01',
        lastMessageAt: '2026-01-02',
      },
    ],
    [
      'conversations',
      { data: [{ id: 'c-1', name: null, metadata: null }] },
      (client) => client.listConversations({}, options()),
      [CONVERSATION],
    ],
    [
      'an assistant',
      {
        id: 'a-1',
        privacy_settings: { data_retention: false },
        name: 'A',
        model: 'm',
        instructions: 'i',
        greeting: 'g',
        created_at: 'c',
        tools: [{ type: 'webhook' }],
      },
      (client) => client.getAssistant('a-1', options()),
      {
        ...ASSISTANT,
        name: 'A',
        model: 'm',
        instructions: 'i',
        greeting: 'g',
        createdAt: 'c',
        dataRetention: false,
        hasTools: true,
      },
    ],
    [
      'an assistant with an MCP server',
      { id: 'a-1', tools: null, mcp_servers: [{}], integrations: 'none' },
      (client) => client.getAssistant('a-1', options()),
      { ...ASSISTANT, hasTools: true },
    ],
    [
      'an assistant in data, with odd settings',
      { data: { id: 'a-1', privacy_settings: { data_retention: null }, greeting: null } },
      (client) => client.getAssistant('a-1', options()),
      ASSISTANT,
    ],
    [
      'assistants',
      { data: [{ id: 'a-1', privacy_settings: null }] },
      (client) => client.listAssistants(options()),
      [ASSISTANT],
    ],
    [
      'messages without their number of pages',
      {
        data: [
          { role: 'user' },
          { role: 'robot', text: null, sent_at: 's', created_at: 'c', tool_calls: null },
          {
            role: 'assistant',
            text: '',
            tool_calls: [{ id: 't-1', function: { name: 'f', arguments: '{}' } }],
          },
        ],
      },
      (client) => all(pagesIn(client)).then((pages) => pages.map(({ messages }) => messages)),
      [
        [
          MESSAGE,
          { ...MESSAGE, role: 'robot', sentAt: 's', createdAt: 'c' },
          {
            ...MESSAGE,
            role: 'assistant',
            toolCalls: [{ id: 't-1', name: 'f', arguments: '{}' }],
          },
        ],
      ],
    ],
  ])('%s', async (_, body, call, expected) => {
    const { client } = await clientFor(json(body));
    expect(await call(client)).toEqual(expected);
  });

  test('messages page by page', async () => {
    const { client, server } = await clientFor((response, { url }) => {
      const page = Number(new URL(url, 'http://x').searchParams.get('page[number]'));
      json({ data: [{ role: 'user', text: `${page}` }], meta: { total_pages: 3 } })(
        response,
        server.requests[0]!,
      );
    });
    const pages = await all(pagesIn(client));
    expect(pages.map(({ messages }) => messages.map(({ text }) => text))).toEqual([
      ['1'],
      ['2'],
      ['3'],
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual(
      [1, 2, 3].map(
        (page) => `/ai/conversations/c-1/messages?page%5Bsize%5D=100&page%5Bnumber%5D=${page}`,
      ),
    );
  });

  test('no messages, whatever number of pages is claimed', async () => {
    const { client, server } = await clientFor(json({ data: [], meta: { total_pages: 1e9 } }));
    expect(await all(pagesIn(client))).toMatchObject([{ messages: [] }]);
    expect(server.requests).toHaveLength(1);
  });

  test('a stream that was not asked for', async () => {
    const { client } = await clientFor(
      raw(
        200,
        { 'content-type': 'Text/Event-Stream; charset=utf-8' },
        'data: hi\n\ndata: [DONE]\n\n',
      ),
    );
    expect(await chat(client)).toEqual([
      { type: 'delta', text: 'hi' },
      { type: 'done', reply: 'hi' },
    ]);
  });

  test('JSON that says that it is not encoded', async () => {
    const { client } = await clientFor(
      raw(200, { 'content-encoding': 'identity' }, '{"content":"h\uFEFFi"}'),
    );
    expect(await chat(client)).toEqual([{ type: 'done', reply: 'h\uFEFFi' }]);
  });

  test('JSON of a type that only names event streams', async () => {
    const type = { 'content-type': 'application/json; not=text/event-stream' };
    const { client } = await clientFor(raw(200, type, '{"content":"hi"}'));
    expect(await chat(client)).toEqual([{ type: 'done', reply: 'hi' }]);
  });

  test('JSON with a byte order mark and no type', async () => {
    const { client } = await clientFor(raw(200, {}, '\uFEFF{"content":"hi"}'));
    expect(await chat(client)).toEqual([{ type: 'done', reply: 'hi' }]);
  });
});

const AUTH_HINT = 'check the key: a key of the Telnyx portal, not expired or deleted';
const FORBIDDEN_HINT = 'this key may not do that: check its permissions in the Telnyx portal';
const MISSING_HINT =
  'check the assistant id and the conversation id, and that the key is of the same account';
const FUNDS_HINT = 'the account has no funds left: add some in the Telnyx portal';
const OVERLOAD_HINT = 'the API is overloaded: wait a little and try again';
const OUTAGE_HINT = 'the API failed; see https://status.telnyx.com for outages';

/** Of a server error without Telnyx's own words. */
const BY_GATEWAY = { delivery: 'unknown', fromGateway: true } as const;

describe('every refusal by its status', () => {
  test.each<[number, Omit<Failure, 'message'>]>([
    [300, { kind: 'api', hint: 'check the base URL', delivery: 'refused' }],
    [301, { kind: 'api', hint: 'check the base URL', delivery: 'refused' }],
    [304, { kind: 'api', hint: 'check the base URL', delivery: 'refused' }],
    [400, { kind: 'api', delivery: 'refused' }],
    [401, { kind: 'auth', hint: AUTH_HINT, delivery: 'refused' }],
    [402, { kind: 'api', hint: FUNDS_HINT, delivery: 'refused' }],
    [403, { kind: 'auth', hint: FORBIDDEN_HINT, delivery: 'refused' }],
    [404, { kind: 'not_found', hint: MISSING_HINT, delivery: 'refused' }],
    [408, { kind: 'api', delivery: 'unknown' }],
    [409, { kind: 'api', delivery: 'refused' }],
    [413, { kind: 'api', delivery: 'refused' }],
    [418, { kind: 'api', delivery: 'refused' }],
    [422, { kind: 'api', delivery: 'refused' }],
    [429, { kind: 'rate_limited', hint: 'wait a little and try again', delivery: 'refused' }],
    [500, { kind: 'api', hint: OUTAGE_HINT, ...BY_GATEWAY }],
    [502, { kind: 'api', hint: OUTAGE_HINT, ...BY_GATEWAY }],
    [503, { kind: 'api', hint: OUTAGE_HINT, ...BY_GATEWAY }],
    [529, { kind: 'api', hint: OVERLOAD_HINT, ...BY_GATEWAY }],
    [504, { kind: 'api', hint: OUTAGE_HINT, ...BY_GATEWAY }],
  ])('%i', async (status, expected) => {
    const { client } = await clientFor(
      raw(status, { 'x-request-id': 'r-1', location: 'https://example.com/' }),
    );
    const redirect = status < 400 ? ': a redirect, which is not followed' : '';
    expect(await failureOf(chat(client))).toEqual({
      ...expected,
      message:
        status === 404
          ? 'Resource not found: the API says no more'
          : `the API answered ${status}${redirect}`,
      status,
      requestId: 'r-1',
    });
  });
});

describe('a server error', () => {
  const own = { errors: [{ code: '10007', title: 'Unexpected error' }] };
  const isOwn = { delivery: 'unknown', fromGateway: undefined };
  const isPutOff = { delivery: 'refused', fromGateway: undefined, retryAfterMs: 2_000 };
  const soon = { 'retry-after': '2' };
  type Row = [name: string, answer: [number, Record<string, string>, string], expected: object];
  test.each<Row>([
    ['in the shape of Telnyx', [500, {}, JSON.stringify(own)], isOwn],
    ['with a number as code', [502, {}, '{"errors":[{"code":502}]}'], isOwn],
    ['in the other shape', [500, {}, '{"detail":[{"loc":[],"msg":"x"}]}'], isOwn],
    ['of a framework', [500, {}, '{"detail":"Internal Server Error"}'], BY_GATEWAY],
    ['of another API', [502, {}, '{"message":"Bad gateway"}'], BY_GATEWAY],
    ['with an empty list', [503, {}, '{"errors":[]}'], BY_GATEWAY],
    ['as a web page', [502, {}, '<html></html>'], BY_GATEWAY],
    ['without a body', [503, {}, ''], BY_GATEWAY],
    ['503 that says when to come back', [503, soon, JSON.stringify(own)], isPutOff],
    ['503 of a gateway that says so', [503, soon, '<html></html>'], BY_GATEWAY],
    ['500 that says so', [500, soon, JSON.stringify(own)], isOwn],
  ])('%s', async (_, answer, expected) => {
    const { client } = await clientFor(raw(...answer));
    const { delivery, fromGateway, retryAfterMs } = await failureOf(chat(client));
    expect({ delivery, fromGateway, retryAfterMs }).toMatchObject(expected);
  });
});

describe('what a refusal says', () => {
  test.each<[string, unknown, { message: string; code?: string }]>([
    [
      'the envelope',
      {
        errors: [{ code: '10015', title: 'Bad request', detail: 'No.', meta: {} }, { title: 'b' }],
      },
      { message: 'Bad request: No.', code: '10015' },
    ],
    [
      'a number as its code',
      { errors: [{ code: 10015, title: 'No' }] },
      { message: 'No', code: '10015' },
    ],
    [
      'no detail',
      { errors: [{ code: '1', title: 'No', detail: null }] },
      { message: 'No', code: '1' },
    ],
    [
      'a detail that is an object',
      { errors: [{ title: 'No', detail: { a: 1 } }] },
      { message: 'No: {"a":1}' },
    ],
    ['an empty title', { errors: [{ title: '', detail: 'No.' }] }, { message: 'No.' }],
    ['a detail alone', { errors: [{ detail: 'No.' }] }, { message: 'No.' }],
    ['nothing in it', { errors: [{ code: '7' }] }, { message: 'the API answered 400', code: '7' }],
    [
      'validation',
      { detail: [{ loc: ['body', 'metadata', 0], msg: 'Field required', type: 'missing' }] },
      { message: 'body.metadata.0: Field required' },
    ],
    ['validation without a place', { detail: [{ msg: 'No' }] }, { message: 'No' }],
    ['validation without words', { detail: [{ loc: ['body'] }] }, { message: 'body: not valid' }],
    ['detail as text', { detail: 'No.' }, { message: 'No.' }],
    ['no list', { errors: 'no' }, { message: 'the API answered 400' }],
    ['empty lists', { errors: [], detail: [] }, { message: 'the API answered 400' }],
    ['a list of nothing', { errors: [null] }, { message: 'the API answered 400' }],
    ['no object', ['no'], { message: 'the API answered 400' }],
  ])('%s', async (_, body, expected) => {
    const { client } = await clientFor(json(body, 400));
    expect(await failureOf(chat(client))).toEqual({
      kind: 'api',
      status: 400,
      delivery: 'refused',
      ...expected,
    });
  });

  test.each([
    [
      'a web page',
      { 'content-type': 'text/html' },
      '<html>',
      'the API answered 400 with a web page',
    ],
    ['a page without a type', {}, '\n<!DOCTYPE html>', 'the API answered 400 with a web page'],
    [
      'a page by its type',
      { 'content-type': 'text/html' },
      'No',
      'the API answered 400 with a web page',
    ],
    ['a page by its look', {}, '<p>', 'the API answered 400 with a web page'],
    ['text with a tag in it', {}, 'no <p>', 'the API answered 400'],
    ['half a JSON', {}, '{"errors":[{"title":"N', 'the API answered 400'],
    ['a coded body', { 'content-encoding': 'gzip' }, 'xx', 'the API answered 400'],
  ])('%s', async (_, headers, body, message) => {
    const { client } = await clientFor(raw(400, headers, body));
    expect(await failureOf(chat(client))).toEqual({
      kind: 'api',
      message,
      status: 400,
      delivery: 'refused',
    });
  });

  test.each(['ai_disabled is set', 'AI is disabled on this conversation'])(
    'that a person has taken over: %s',
    async (detail) => {
      const { client } = await clientFor(json({ errors: [{ title: 'Bad', detail }] }, 400));
      expect((await failureOf(chat(client))).kind).toBe('ai_disabled');
    },
  );

  test('a take-over only when the status fits', async () => {
    const { client } = await clientFor(json({ detail: 'AI is disabled' }, 422));
    expect(await failureOf(chat(client))).toMatchObject({ kind: 'api', message: 'AI is disabled' });
  });

  test('never the key', async () => {
    const { client } = await clientFor(
      json({ errors: [{ title: 'Bad key', detail: `${API_KEY} is unknown` }] }, 401),
    );
    const refused = await failureOf(chat(client));
    expect(refused.message).toBe('Bad key: … is unknown');
    expect(JSON.stringify([refused, client.reports])).not.toContain(API_KEY);
  });

  const ESCAPED = API_KEY.replace('K', '\\u004b');
  const EVENTS = { 'content-type': 'text/event-stream' };
  test.each<[string, Answer, string]>([
    ['escaped', raw(500, {}, `{"detail":"no ${ESCAPED}","errors":0}`), 'no …'],
    ['as a code', json({ errors: [{ code: API_KEY, title: 'No' }] }, 500), 'No'],
    [
      'in a stream',
      raw(200, EVENTS, `event: error\ndata: {"message":"no ${ESCAPED}"}\n\n`),
      'the assistant failed during its reply: no …',
    ],
    [
      'as an encoding',
      raw(200, { 'content-encoding': API_KEY }, '{}'),
      'the API answered in an encoding nobody asked for: …',
    ],
  ])('nor the key %s', async (_, answer, message) => {
    const { client } = await clientFor(answer);
    const failed = await failureOf(chat(client));
    expect(failed.message).toBe(message);
    expect(JSON.stringify([failed, client.reports])).not.toContain(API_KEY);
  });

  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  test.each([
    ['a detail', `{"errors":[{"title":"No","detail":${nested(20_000)}}]}`, 'No'],
    ['a place', `{"detail":[{"loc":["body",${nested(20_000)}],"msg":"bad"}]}`, 'body: bad'],
  ])('nothing of %s that is nested without end', async (_, body, message) => {
    const { client } = await clientFor(raw(500, {}, body));
    expect(await failureOf(chat(client))).toMatchObject({ message, delivery: 'unknown' });
  });
});

describe('how long it asks to wait', () => {
  // The clock stands at 2026-01-01T00:00:00Z.
  test.each<[string, Record<string, string>, number | undefined]>([
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    ['milliseconds that are none', { 'retry-after-ms': 'soon', 'retry-after': '9' }, 9_000],
    ['seconds', { 'retry-after': '2' }, 2_000],
    ['parts of a second', { 'retry-after': '0.5' }, 500],
    ['no wait', { 'retry-after': '0' }, 0],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7_000],
    ['a date that is over', { 'retry-after': 'Wed, 31 Dec 2025 23:59:59 GMT' }, 0],
    ['seconds before the reset', { 'retry-after': '2', 'x-ratelimit-reset': '9' }, 2_000],
    ['the reset of the limit', { 'x-ratelimit-reset': '9' }, 9_000],
    ['the reset as a time of day', { 'x-ratelimit-reset': '1767225630' }, 30_000],
    ['the same in milliseconds', { 'x-ratelimit-reset': '1767225630500' }, 30_500],
    ['a time of day that is over', { 'x-ratelimit-reset': '1767225599' }, 0],
    ['a time of day where seconds belong', { 'retry-after': '1767225602' }, 2_000],
    ['the reset as a date', { 'x-ratelimit-reset': '2026-01-01T00:00:05Z' }, 5_000],
    ['less than nothing', { 'retry-after': '-5' }, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a blank', { 'retry-after': ' ', 'retry-after-ms': ' ' }, undefined],
    ['nothing', {}, undefined],
  ])('%s', async (_, headers, retryAfterMs) => {
    const { client } = await clientFor(raw(429, headers));
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    const asked = `wait ${Math.ceil((retryAfterMs ?? 0) / 1000)} s, as the API asks, and try again`;
    expect(await failureOf(chat(client))).toEqual({
      kind: 'rate_limited',
      message: 'the API answered 429',
      hint: retryAfterMs ? asked : 'wait a little and try again',
      status: 429,
      delivery: 'refused',
      ...wait,
    });
  });

  test.each([
    ['milliseconds without end', { 'retry-after-ms': '1e99' }],
    ['a year', { 'retry-after': '31536000' }],
    ['a time of day next year', { 'x-ratelimit-reset': '1798761600' }],
  ])('%s is for later', async (_, headers) => {
    const { client } = await clientFor(raw(429, headers));
    expect(await failureOf(chat(client))).toMatchObject({
      hint: 'try again much later, as the API asks',
      retryAfterMs: 86_400_000,
    });
  });

  test('the reset of the limit is no reason to wait after another failure', async () => {
    const { client } = await clientFor(raw(503, { 'x-ratelimit-reset': '60' }));
    expect(await failureOf(chat(client))).not.toHaveProperty('retryAfterMs');
  });
});

describe('a success that is none', () => {
  const hint = 'check the base URL, and that no proxy answers in its place';
  test.each<[string, Answer, string]>([
    [
      'a web page',
      raw(200, { 'content-type': 'text/html' }, '<html></html>'),
      '200 with a web page instead of JSON',
    ],
    ['a page after a line', raw(200, {}, '\n<p>'), '200 with a web page instead of JSON'],
    ['text with a tag in it', raw(200, {}, 'no <p>'), '200 with something that is not JSON'],
    ['a blank', raw(200, {}, ' \n'), '200 with nothing'],
    ['nothing', raw(200, {}), '200 with nothing'],
    ['no content', raw(204, {}), '204 with nothing'],
    ['half a JSON', raw(200, {}, '{"content":"h'), '200 with something that is not JSON'],
    ['JSON of another kind', json(['hi']), '200 with something that is not JSON'],
    ['JSON of another shape', json({ words: 'hi' }), '200 with JSON of another shape'],
    ['the wrong type', json({ content: 7 }), '200 with JSON of another shape'],
    ['null', json(null), '200 with something that is not JSON'],
  ])('%s', async (_, answer, what) => {
    const { client } = await clientFor(answer);
    const expected = {
      kind: 'api',
      message: `the API answered ${what}`,
      hint,
      delivery: 'unknown',
    };
    const status = Number(what.slice(0, 3));
    expect(await failureOf(chat(client))).toEqual({ ...expected, status });
    expect(await failureOf(stream(client))).toEqual({ ...expected, status });
  });

  test.each<[string, unknown, (client: ApiClient) => Promise<unknown>]>([
    ['a conversation without an id', { name: 'x' }, create],
    ['a conversation with an empty id', { id: '' }, create],
    ['an assistant without an id', { data: {} }, (client) => client.getAssistant('a', options())],
    ['no list', { data: {} }, (client) => client.listAssistants(options())],
    ['a bare list', [], (client) => client.listConversations({}, options())],
    [
      'a message without a role',
      { data: [{ text: 'x' }] },
      (client) => client.getMessages('c', { ...options(), number: 1 }),
    ],
  ])('%s', async (_, body, call) => {
    const { client } = await clientFor(json(body));
    expect(await failureOf(call(client))).toMatchObject({ kind: 'api', hint });
  });

  test('an encoding that nobody asked for', async () => {
    const { client } = await clientFor(raw(200, { 'content-encoding': 'br' }, 'xx'));
    expect(await failureOf(chat(client))).toEqual({
      kind: 'api',
      message: 'the API answered in an encoding nobody asked for: br',
      hint,
      status: 200,
      delivery: 'unknown',
    });
  });
});

test('creating again sends the same key and the same bytes', async () => {
  const { client, server } = await clientFor(json({ id: 'c-1' }));
  const again = client.conversationCreator({ name: 'Trip', metadata: { a: 'b' } });
  await again(options());
  await again(options());
  const [first, second] = server.requests.map(({ headers, body }) => [
    headers['idempotency-key'],
    body,
  ]);
  expect(second).toEqual(first);
  expect(first).toEqual(['id-1', '{"name":"Trip","metadata":{"a":"b"}}']);
});

test('a report of each request holds no query, key or message', async () => {
  const { client } = await clientFor(
    raw(200, { 'x-request-id': 'r-1', 'content-type': 'application/json' }, '{"data":[]}'),
  );
  await client.listConversations({ where: { 'metadata->phone': 'eq.+1312' } }, options());
  expect(client.reports).toEqual([
    {
      method: 'GET',
      path: '/ai/conversations',
      outcome: '200',
      status: '200',
      requestId: 'r-1',
      connectMs: 0,
      firstByteMs: 0,
      totalMs: 0,
    },
  ]);
});

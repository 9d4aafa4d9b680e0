import Telnyx from 'telnyx';
import { expect, test } from 'vitest';
import { assistantTests } from '../../src/api/assistant-tests.js';
import type { Client } from '../../src/api/client.js';
import type { AssistantTestBody } from '../../src/conversations/assistants.js';
import { failureOf } from '../helpers/failure.js';
import { all, apiClient, API_KEY, options, TURN, type ApiClient } from '../helpers/api-client.js';
import {
  json,
  raw,
  recordingServer,
  type Answer,
  type RecordedRequest,
} from '../helpers/recording-server.js';

/** The parts of a request that both clients must send alike; bodies by value, as key order is free. */
function essence({ method, url, headers, body }: RecordedRequest) {
  return {
    method,
    url,
    query: [...new URL(url, 'http://localhost').searchParams].sort(),
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
    authorization: headers.authorization,
    contentType: headers['content-type'],
    contentLength:
      headers['content-length'] === undefined ? undefined : Number(headers['content-length']),
    idempotencyKey: headers['idempotency-key'],
  };
}

/** The intended differences between the two clients. */
function differences({ headers }: RecordedRequest) {
  return {
    userAgent: headers['user-agent']?.replace(/\/.*/, ''),
    stainless: Object.keys(headers).some((name) => name.startsWith('x-stainless-')),
    accept: headers.accept,
  };
}

const ASSISTANT = { id: 'a-1', name: 'A', created_at: '', model: '', instructions: '' };
const CONVERSATION = { id: 'c-1', name: '', created_at: '', last_message_at: '', metadata: {} };
const PAGE = {
  data: [{ role: 'user', text: 'hello' }],
  meta: { page_number: 1, page_size: 100, total_pages: 1, total_results: 1 },
};
const testsOf = ({ caller, clock }: Client) =>
  assistantTests(caller, { clock, randomId: () => 'id-1' });
const TEST_BODY: AssistantTestBody = {
  name: 'Naïve ☕',
  instructions: 'Be Ana.',
  rubric: [{ name: 'polite', criteria: 'Is polite' }],
  destination: 'a-1',
  telnyx_conversation_channel: 'web_chat',
  max_duration_seconds: 300,
  test_suite: 'a/b é',
};
const ASSISTANT_TEST = { test_id: 't-1', created_at: '', ...TEST_BODY };
const TEST_RUN = {
  run_id: 'r-1',
  test_id: 't-1',
  status: 'pending',
  created_at: '',
  triggered_by: '',
};
const STREAM: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end('event: done\ndata: {"content":"hi"}\n\n');
};

/** The key derived from the bytes of that body: every version of the program must derive the same. */
const SHARED_KEY = 'shared-0-RW_KpcIFVDNZ3tpXG1e8A9-H6-5P3TXuO_2F2VVhhKc';

interface Operation {
  name: string;
  answer: Answer;
  ours: (client: ApiClient) => Promise<unknown>;
  official: (client: Telnyx) => Promise<unknown>;
  /** Our `accept` header where it is not `application/json`. */
  accept?: string;
  /** The official client's, likewise. */
  officialAccept?: string;
}

const FILTERS = {
  name: 'like.Voice%',
  created_at: 'gte.2025-01-01T00:00:00+01:00',
  or: '(created_at.gte.2025-04-01,last_message_at.gte.2025-04-01)',
  'metadata->assistant_id': 'eq.a-1',
  'metadata->telnyx_end_user_target': 'eq.+13125550100',
  'metadata->telnyx_conversation_channel': "eq.sms chat & more=é (it!*s) '~",
};

const OPERATIONS: Operation[] = [
  {
    name: 'create a conversation',
    answer: json(CONVERSATION),
    ours: (client) =>
      client.conversationCreator({ name: 'Trip', metadata: { assistant_id: 'a-1', é: '☕' } })(
        options(),
      ),
    official: (client) =>
      client.ai.conversations.create({
        name: 'Trip',
        metadata: { assistant_id: 'a-1', é: '☕' },
        'Idempotency-Key': 'id-1',
      }),
  },
  {
    name: 'create a conversation without a name',
    answer: json(CONVERSATION),
    ours: (client) => client.conversationCreator({ metadata: {} })(options()),
    official: (client) =>
      client.ai.conversations.create({ metadata: {}, 'Idempotency-Key': 'id-1' }),
  },
  {
    name: 'chat',
    answer: json({ content: 'hi' }),
    ours: (client) => all(client.chat({ ...TURN, text: 'naïve "☕"\n\u2028' }, options())),
    official: (client) =>
      client.ai.assistants.chat('a-1', {
        content: 'naïve "☕"\n\u2028',
        conversation_id: 'c-1',
      }),
  },
  {
    name: 'chat as somebody',
    answer: json({ content: 'hi' }),
    ours: (client) => all(client.chat({ ...TURN, speaker: 'Ada' }, options())),
    official: (client) =>
      client.ai.assistants.chat('a-1', { content: 'hello', conversation_id: 'c-1', name: 'Ada' }),
  },
  {
    name: 'chat as a stream',
    answer: STREAM,
    ours: (client) => all(client.chat({ ...TURN, stream: true }, options())),
    official: (client) =>
      client.ai.assistants
        .chat('a-1', { content: 'hello', conversation_id: 'c-1', stream: true })
        .asResponse()
        .then((response) => response.text()),
    accept: 'text/event-stream, application/json',
  },
  {
    name: 'list messages',
    answer: json(PAGE),
    ours: (client) => client.getMessages('c-1', { ...options(), number: 1 }),
    official: (client) =>
      client.ai.conversations.messages.list('c-1', { 'page[size]': 100, 'page[number]': 1 }),
  },
  {
    name: 'get a conversation',
    answer: json({ data: CONVERSATION }),
    ours: (client) => client.getConversation('c-1', options()),
    official: (client) => client.ai.conversations.retrieve('c-1'),
  },
  {
    name: 'list conversations',
    answer: json({ data: [CONVERSATION] }),
    ours: (client) => client.listConversations({}, options()),
    official: (client) => client.ai.conversations.list(),
  },
  {
    name: 'list conversations by filter, order and limit',
    answer: json({ data: [CONVERSATION] }),
    ours: (client) =>
      client.listConversations(
        { where: FILTERS, limit: 2, order: 'last_message_at.desc' },
        options(),
      ),
    official: (client) =>
      client.ai.conversations.list({ ...FILTERS, limit: 2, order: 'last_message_at.desc' }),
  },
  {
    name: 'update a conversation',
    answer: json({ data: CONVERSATION }),
    ours: (client) =>
      client.updateConversation(
        'c-1',
        { telnyx_chat_name: 'Trip ☕', ai_disabled: 'true' },
        options(),
      ),
    official: (client) =>
      client.ai.conversations.update('c-1', {
        metadata: { telnyx_chat_name: 'Trip ☕', ai_disabled: 'true' },
      }),
  },
  {
    name: 'add a message',
    answer: raw(200, {}),
    ours: (client) =>
      client.messageAdder({
        conversationId: 'c-1',
        role: 'assistant',
        text: 'naïve "☕"\n\u2028',
        speaker: 'Ada',
      })(options()),
    official: (client) =>
      client.ai.conversations.addMessage('c-1', {
        role: 'assistant',
        content: 'naïve "☕"\n\u2028',
        name: 'Ada',
        'Idempotency-Key': 'id-1',
      }),
    accept: '*/*',
    officialAccept: '*/*',
  },
  {
    name: 'list insights',
    answer: json({ data: [], meta: PAGE.meta }),
    ours: (client) => client.listInsights('c-1', options()),
    official: (client) => client.ai.conversations.retrieveConversationsInsights('c-1'),
  },
  {
    name: 'get a page of messages',
    answer: json(PAGE),
    ours: (client) => client.getMessages('c-1', { ...options(), number: 3 }),
    official: (client) =>
      client.ai.conversations.messages.list('c-1', { 'page[size]': 100, 'page[number]': 3 }),
  },
  {
    name: 'create a shared conversation',
    answer: json(CONVERSATION),
    ours: (client) =>
      client.createShared(
        { metadata: { ticket: '4711', assistant_id: 'a-1' }, generation: 0 },
        options(),
      ),
    official: (client) =>
      client.ai.conversations.create({
        metadata: { assistant_id: 'a-1', ticket: '4711' },
        'Idempotency-Key': SHARED_KEY,
      }),
  },
  {
    name: 'list assistants',
    answer: json({ data: [ASSISTANT] }),
    ours: (client) => client.listAssistants(options()),
    official: (client) => client.ai.assistants.list(),
  },
  {
    name: 'get an assistant',
    answer: json(ASSISTANT),
    ours: (client) => client.getAssistant('assistant-1.2:3', options()),
    official: (client) => client.ai.assistants.retrieve('assistant-1.2:3'),
  },
  {
    name: 'list the tests of a suite',
    answer: json({ data: [ASSISTANT_TEST], meta: PAGE.meta }),
    ours: (client) => testsOf(client).listTests('a/b é', options()),
    official: (client) =>
      client.ai.assistants.tests.list({
        test_suite: 'a/b é',
        'page[size]': 100,
        'page[number]': 1,
      }),
  },
  {
    name: 'create a test',
    answer: json(ASSISTANT_TEST, 201),
    ours: (client) => testsOf(client).testCreator(TEST_BODY)(options()),
    official: (client) =>
      client.ai.assistants.tests.create({ ...TEST_BODY, 'Idempotency-Key': 'id-1' }),
  },
  {
    name: 'update a test',
    answer: json(ASSISTANT_TEST),
    ours: (client) => testsOf(client).updateTest('t 1', TEST_BODY, options()),
    official: (client) => client.ai.assistants.tests.update('t 1', TEST_BODY),
  },
  {
    name: 'trigger a test',
    answer: json(TEST_RUN, 201),
    ours: (client) =>
      testsOf(client).triggerTest({ testId: 't-1', versionId: undefined }, options()),
    official: (client) =>
      client.ai.assistants.tests.runs.trigger('t-1', { 'Idempotency-Key': 'id-1' }),
  },
  {
    name: 'trigger a test on another version',
    answer: json(TEST_RUN, 201),
    ours: (client) => testsOf(client).triggerTest({ testId: 't-1', versionId: 'v2' }, options()),
    official: (client) =>
      client.ai.assistants.tests.runs.trigger('t-1', {
        destination_version_id: 'v2',
        'Idempotency-Key': 'id-1',
      }),
  },
  {
    name: 'get a run',
    answer: json(TEST_RUN),
    ours: (client) => testsOf(client).getTestRun({ testId: 't-1', runId: 'r-1' }, options()),
    official: (client) => client.ai.assistants.tests.runs.retrieve('r-1', { test_id: 't-1' }),
  },
  {
    name: 'delete a conversation',
    answer: raw(200, {}),
    ours: (client) => client.deleteConversation('c-1', options()),
    official: (client) =>
      client.ai.conversations
        .delete('c-1')
        .asResponse()
        .then((response) => response.text()),
    accept: '*/*',
    officialAccept: '*/*',
  },
  {
    name: 'an id of other characters',
    answer: json(ASSISTANT),
    ours: (client) => client.getAssistant('a/../b c?d#e%é\n', options()),
    official: (client) => client.ai.assistants.retrieve('a/../b c?d#e%é\n'),
  },
];

test.each(OPERATIONS)('$name: the same request as the official client', async (operation) => {
  const { answer, ours, official } = operation;
  const { accept = 'application/json', officialAccept = 'application/json' } = operation;
  const server = await recordingServer(answer);
  await ours(apiClient(`${server.url}/v2`));
  await official(new Telnyx({ apiKey: API_KEY, baseURL: `${server.url}/v2`, maxRetries: 0 }));
  const [mine, theirs] = server.requests as [RecordedRequest, RecordedRequest];
  expect(server.requests).toHaveLength(2);
  expect(essence(mine)).toEqual(essence(theirs));
  expect([mine, theirs].map(differences)).toEqual([
    { userAgent: 'telnyx-chat', stainless: false, accept },
    { userAgent: 'Telnyx', stainless: true, accept: officialAccept },
  ]);
});

test.each(['.', '..', ''])(
  'the id %j is refused by both clients, and nothing is sent',
  async (id) => {
    const server = await recordingServer(json(ASSISTANT));
    const official = new Telnyx({ apiKey: API_KEY, baseURL: server.url, maxRetries: 0 });
    expect(await failureOf(apiClient(server.url).getAssistant(id, options()))).toEqual({
      kind: 'usage',
      message: `"${id}" is not an id`,
      delivery: 'not_sent',
    });
    if (id !== '') expect(() => official.ai.assistants.retrieve(id)).toThrow();
    expect(server.requests).toEqual([]);
  },
);

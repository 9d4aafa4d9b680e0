import nock from 'nock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../helpers/run-cli.js';

const env = { TELNYX_API_KEY: 'KEY-real', TELNYX_ASSISTANT_ID: 'assistant-1' };

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
  nock.enableNetConnect();
});

it('talks to api.telnyx.com over TLS unless told otherwise', async () => {
  nock('https://api.telnyx.com', { reqheaders: { authorization: 'Bearer KEY-real' } })
    .post('/v2/ai/conversations', { name: 'hello', metadata: { assistant_id: 'assistant-1' } })
    .matchHeader('idempotency-key', /^[\w-]{36}$/)
    .reply(200, { id: 'c-1', created_at: '', last_message_at: '', metadata: {} })
    .post('/v2/ai/assistants/assistant-1/chat', { content: 'hello', conversation_id: 'c-1' })
    .reply(200, { content: 'Hi there.' });
  expect(await runCli(['send', 'hello'], { env })).toEqual({
    code: 0,
    stdout: 'Hi there.\n',
    stderr: '',
  });
});

import { expect, test } from 'vitest';
import { createClient } from '../../src/library/create-client.js';
import { answeringServer } from '../helpers/answering-server.js';
import { realClock } from '../helpers/real-clock.js';
import { start } from '../sandbox/start.js';

/** What one who prints the deltas has in the end, and the reply. */
async function printed(baseUrl: string, assistantId: string, stream = true) {
  const client = createClient({ apiKey: 'KEY0123456789', baseUrl });
  let text = '';
  try {
    for await (const event of client.takeTurn({ assistantId, text: 'hello', stream })) {
      if (event.type === 'delta') text += event.text;
      if (event.type === 'done') return { text, reply: event.turn.reply, at: event.turn.recovered };
    }
  } finally {
    client.close();
  }
  throw new Error('no reply');
}

test.each([
  ['a stream that was cut', ['cut@150'], true, true],
  ['an answer that was lost before its first word', ['cut@0'], true, true],
  ['a reply that is not streamed', ['none'], false, false],
  ['a stream', ['none'], true, false],
])('the deltas are the whole reply: %s', async (_, script, stream, recovered) => {
  const sandbox = await start({ clock: realClock(), faultSettings: { script } });
  const { text, reply, at } = await printed(sandbox.url, sandbox.assistantId, stream);
  expect([text, at]).toEqual([reply, recovered]);
});

test('the deltas have it too when the end of a stream says more', async () => {
  const events = (end: string): string =>
    `event: delta\ndata: {"content":"Hi"}\n\nevent: done\ndata: {"content":"${end}"}\n\n`;
  const server = (end: string) =>
    answeringServer((request, response) => {
      const isChat = request.url?.endsWith('/chat') === true;
      if (isChat) response.setHeader('content-type', 'text/event-stream');
      response.end(isChat ? events(end) : '{"id":"c-1"}');
    });
  expect((await printed(await server('Hi there'), 'a')).text).toBe('Hi there');
  expect((await printed(await server('Hello'), 'a')).text).toBe('Hi\nHello');
});

import { describe, expect, it, test } from 'vitest';
import { createClient } from '../../src/library/create-client.js';
import { parseChatFile, runChatFile, TelnyxChatError } from '../../src/library/index.js';
import { answeringServer } from '../helpers/answering-server.js';
import { realClock } from '../helpers/real-clock.js';
import { start } from '../sandbox/start.js';

const TEXT = `== Weather #smoke
> What is the weather in {{city}}?
< It rains in Rome.
? says {{city}}

== Fails
> hello
< Hello!
? says goodbye
`;
const file = parseChatFile(TEXT, { path: 'a.chat', variables: { city: 'Rome' } });

async function settings() {
  const { url: baseUrl, assistantId } = await start({ clock: realClock() });
  return { apiKey: 'KEY0123456789', baseUrl, assistantId };
}

describe('parseChatFile', () => {
  it('gives the cases, of a text or of bytes', () => {
    const cases = [
      { title: 'Weather', tags: ['smoke'], line: 1 },
      { title: 'Fails', tags: [], line: 6 },
    ];
    expect(file).toEqual({ path: 'a.chat', cases });
    const variables = { city: 'Rome' };
    expect(parseChatFile(Buffer.from(TEXT), { variables })).toEqual({ path: 'file.chat', cases });
  });

  it('names the place of the first mistake', () => {
    const parse = (): unknown => parseChatFile('== a\n> x\n? sings\n', { path: 'b.chat' });
    expect(parse).toThrow(TelnyxChatError);
    expect(parse).toThrow(/^b\.chat:3:3: /);
  });

  it.each([
    [4, undefined],
    ['', { path: 4 }],
    ['', { variables: { a: 4 } }],
  ] as const)('refuses %j, %j', (source, options) => {
    expect(() => parseChatFile(source as never, options as never)).toThrow(/must be a string/);
  });
});

describe('runChatFile', () => {
  it('gives the report that test --json prints', async () => {
    const report = await runChatFile(file, await settings());
    expect(report).toMatchObject({
      counts: { passed: 1, flaky: 0, failed: 1, errors: 0, skipped: 0 },
      cases: [
        { file: 'a.chat', title: 'Weather', verdict: 'passed', assistant: 'assistant-sandbox' },
        { title: 'Fails', verdict: 'failed', runs: [{ turns: [{ said: 'hello' }] }] },
      ],
    });
  });

  it('runs some cases, or replays them all', async () => {
    const only = ({ tags }: { tags: readonly string[] }): boolean => tags.includes('smoke');
    const some = await runChatFile(file, { ...(await settings()), only, keep: true });
    expect(some.cases.map(({ title }) => title)).toEqual(['Weather']);
    const replay = await runChatFile(file, { replay: true });
    expect(replay.cases.map(({ verdict }) => verdict)).toEqual(['passed', 'failed']);
  });

  it.each([
    [{}, 'not_configured'],
    [{ apiKey: 'KEY0123456789' }, 'not_configured'],
    [{ replay: 'yes' }, 'usage'],
    [{ replay: true, only: 'smoke' }, 'usage'],
    [{ replay: true, concurrency: 0 }, 'usage'],
  ])('refuses %j', async (given, kind) => {
    await expect(runChatFile(file, given as never)).rejects.toMatchObject({ kind });
  });

  it('names its own settings where something is missing', async () => {
    await expect(runChatFile(file, {})).rejects.toMatchObject({
      message: 'assistantId is required',
      details: { hint: 'pass it to runChatFile, or begin the file with assistant: <id>' },
    });
    const simulated = parseChatFile('== a\ncaller: You are Ana.\n? judge Is polite\n');
    const { cases } = await runChatFile(simulated, await settings());
    expect(cases.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['skipped', 'runChatFile runs no simulated callers: telnyx-chat test does'],
    ]);
  });

  it('takes only what parseChatFile gave', async () => {
    await expect(runChatFile({ ...file }, { replay: true })).rejects.toThrow(/not made by parse/);
  });
});

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

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReplyParser, readReply } from '../../src/api/reply-stream.js';
import type { ChatEvent } from '../../src/turn/events.js';
import { AppError } from '../../src/base/errors.js';
import { failure, type Failure } from '../helpers/failure.js';

type Outcome = { events: ChatEvent[]; failure?: Failure };

/** What a stream of these bytes gives until it ends or fails. */
async function read(...chunks: (Buffer | string)[]): Promise<Outcome> {
  const events: ChatEvent[] = [];
  try {
    for await (const event of readReply(source(chunks))) events.push(event);
    return { events };
  } catch (error) {
    return { events, failure: failure(error) };
  }
}

async function* source(chunks: (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk as string));
}

const delta = (text: string): ChatEvent => ({ type: 'delta', text });
const done = (reply: string): ChatEvent => ({ type: 'done', reply });
const CUT: Failure = {
  kind: 'network',
  message: 'the reply was cut off',
  hint: 'check the network and what is on the way: a proxy, a VPN, a firewall',
  delivery: 'unknown',
};
const failed = (detail?: string, code?: string): Failure => ({
  kind: 'api',
  message: `the assistant failed during its reply${detail === undefined ? '' : `: ${detail}`}`,
  ...(code === undefined ? {} : { code }),
  delivery: 'unknown',
  hasEnded: true,
});

const NOT_UNDERSTOOD: Failure = {
  kind: 'api',
  message: 'the reply came as a stream in which no text was understood',
  hint: '--debug tells which events came; TELNYX_CHAT_STREAM=0 asks for replies that are not streamed',
  delivery: 'unknown',
  hasEnded: true,
};

describe('the streams of other APIs', () => {
  const lines = (...values: unknown[]): string =>
    values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');
  const named = (...events: [name: string, value: unknown][]): string =>
    events.map(([name, value]) => `event: ${name}\n${lines(value)}`).join('');
  const typed = (...values: { type: string; [name: string]: unknown }[]): string =>
    named(...values.map((value): [string, unknown] => [value.type, value]));
  const END = 'data: [DONE]\n\n';
  const choice = (delta: object, finish_reason: string | null = null): object => ({
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });

  test.each<[string, string]>([
    [
      'choices',
      lines(choice({ role: 'assistant', content: '' }), choice({ content: 'Hi' })) +
        lines(choice({ content: ' there' }), choice({}, 'stop')) +
        END,
    ],
    [
      'choices, without a mark of the end',
      lines(choice({ content: 'Hi' }), choice({ content: ' there' }, 'stop')),
    ],
    [
      'choices, after thoughts and a tool',
      lines(choice({ reasoning_content: 'Hm' }), choice({ tool_calls: [{ id: 'x' }] })) +
        lines(choice({ content: 'Hi there' })) +
        END,
    ],
    [
      'choices of text',
      lines({ choices: [{ text: 'Hi' }] }, { choices: [{ text: ' there' }] }) + END,
    ],
    [
      'a list of contents',
      lines(
        { content: [{ type: 'text', text: 'Hi' }] },
        { content: [{ type: 'text', text: ' there' }] },
      ) + END,
    ],
    [
      'one list of contents',
      lines({ content: [{ text: 'Hi' }, { type: 'text', text: ' there' }] }) + END,
    ],
    [
      'content blocks',
      typed(
        { type: 'message_start', message: { role: 'assistant', content: [] } },
        { type: 'content_block_start', content_block: { type: 'text', text: '' } },
        { type: 'ping' },
        { type: 'content_block_delta', delta: { type: 'thinking_delta', text: 'Hm' } },
        { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'content_block_delta', delta: { type: 'text_delta', text: ' there' } },
        { type: 'content_block_stop' },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
        { type: 'message_stop' },
      ),
    ],
    [
      'responses',
      typed(
        { type: 'response.created', response: { output: [] } },
        { type: 'response.function_call_arguments.delta', delta: '{"a":' },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.output_text.delta', delta: ' there' },
        { type: 'response.output_text.done', text: 'Hi there' },
        { type: 'response.completed', response: { output: [{ content: [{ text: 'Hi there' }] }] } },
      ),
    ],
    [
      'runs of a thread',
      named(
        ['thread.run.created', { id: 'r' }],
        ['thread.message.delta', { delta: { content: [{ type: 'text', text: { value: 'Hi' } }] } }],
        [
          'thread.message.delta',
          { delta: { content: [{ type: 'text', text: { value: ' there' } }] } },
        ],
        ['thread.message.completed', { content: [{ type: 'text', text: { value: 'Hi there' } }] }],
        ['thread.run.completed', { id: 'r' }],
      ),
    ],
    [
      'candidates',
      lines(
        { candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] } }] },
        { candidates: [{ content: { parts: [{ text: ' there' }] }, finishReason: 'STOP' }] },
      ),
    ],
    [
      'messages that are done',
      lines(
        { message: { role: 'assistant', content: 'Hi' }, done: false },
        { message: { role: 'assistant', content: ' there' }, done: false },
        { message: { role: 'assistant', content: '' }, done: true },
      ),
    ],
    [
      'responses that are done',
      lines({ response: 'Hi', done: false }, { response: ' there', done: true }),
    ],
    ['the whole text at the end', lines({ content: 'Hi' }, { content: 'Hi there', stop: true })],
    [
      'parts of a text',
      lines(
        { type: 'start' },
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'Hi' },
        { type: 'text-delta', id: '0', delta: ' there' },
        { type: 'text-end', id: '0' },
        { type: 'finish-step' },
        { type: 'finish' },
      ),
    ],
    [
      'tokens',
      lines(
        { token: { text: 'Hi' }, generated_text: null },
        { token: { text: ' there' }, generated_text: 'Hi there', finish_reason: 'stop' },
      ),
    ],
    [
      'text generation',
      lines({ event_type: 'text-generation', text: 'Hi there' }, { event_type: 'stream-end' }),
    ],
  ])('%s', async (_, bytes) => {
    const { events, failure: why } = await read(bytes);
    const deltas = events.flatMap((event) => (event.type === 'delta' ? event.text : []));
    expect([deltas.join(''), events.at(-1), why]).toEqual([
      'Hi there',
      done('Hi there'),
      undefined,
    ]);
  });
});

describe('halves of surrogate pairs', () => {
  const pieces = (...texts: string[]): string =>
    texts.map((text) => `data: {"content":"${text}"}\n\n`).join('');
  const END = 'data: [DONE]\n\n';
  const HI = '\\ud83d';
  const LO = '\\ude00';
  test.each<[string, string, ChatEvent[]]>([
    ['are joined', pieces(`a${HI}`, `${LO}b`) + END, [delta('a'), delta('😀b'), done('a😀b')]],
    ['over an empty piece', pieces(HI, '', LO) + END, [delta('😀'), done('😀')]],
    [
      'alone, the first',
      pieces(`a${HI}`, 'b') + END,
      [delta('a'), delta('\ufffdb'), done('a\ufffdb')],
    ],
    [
      'alone, the second',
      pieces(`a${LO}`, 'b') + END,
      [delta('a\ufffd'), delta('b'), done('a\ufffdb')],
    ],
    ['alone, at the end', pieces(`a${HI}`) + END, [delta('a'), delta('\ufffd'), done('a\ufffd')]],
    ['twice the first', pieces(HI, HI, LO) + END, [delta('\ufffd'), delta('😀'), done('\ufffd😀')]],
    [
      'alone, but not in the whole text',
      `${pieces(`a${HI}`)}event: done\ndata: {"content":"a${HI}${LO}"}\n\n`,
      [delta('a'), done('a😀')],
    ],
    [
      'in the whole text',
      `event: done\ndata: {"content":"${LO}a${HI}"}\n\n`,
      [done('\ufffda\ufffd')],
    ],
  ])('%s', async (_, bytes, events) => {
    expect(await read(bytes)).toEqual({ events });
  });

  test('in an error', async () => {
    const { failure: why } = await read(`event: error\ndata: {"message":"a${HI}"}\n\n`);
    expect(why).toEqual(failed('a\ufffd'));
  });
});

describe('the name and the text of an event', () => {
  test.each<[string, string, ChatEvent[]]>([
    ['in event: and content', 'event: delta\ndata: {"content":"hi"}', [delta('hi')]],
    ['in event: and delta', 'event: delta\ndata: {"delta":"hi"}', [delta('hi')]],
    ['in event: and text', 'event: delta\ndata: {"text":"hi"}', [delta('hi')]],
    ['content before delta and text', 'data: {"text":"c","delta":"b","content":"a"}', [delta('a')]],
    ['one level down', 'event: delta\ndata: {"delta":{"content":"hi"}}', [delta('hi')]],
    ['in data', 'data: {"type":"delta","data":{"text":"hi"}}', [delta('hi')]],
    ['in type', 'data: {"type":"delta","content":"hi"}', [delta('hi')]],
    ['in the property event', 'data: {"event":"delta","content":"hi"}', [delta('hi')]],
    ['event: before type', 'event: delta\ndata: {"type":"done","content":"hi"}', [delta('hi')]],
    ['message is no name', 'event: message\ndata: {"type":"delta","text":"hi"}', [delta('hi')]],
    ['no name at all', 'data: {"content":"hi"}', [delta('hi')]],
    ['plain text', 'event: delta\ndata: hi there', [delta('hi there')]],
    ['plain text of two lines', 'event: delta\ndata: hi\ndata: there', [delta('hi\nthere')]],
    ['a JSON string', 'event: delta\ndata: "hi \\u2615"', [delta('hi ☕')]],
    ['a number is text', 'event: delta\ndata: 42', [delta('42')]],
    ['half a JSON is text', 'event: delta\ndata: {"content', [delta('{"content')]],
    ['an empty piece is nothing', 'event: delta\ndata: {"content":""}', []],
    ['a piece without text is nothing', 'event: delta\ndata: {"index":1}', []],
    ['null is nothing', 'event: delta\ndata: {"content":null}', []],
    ['an unknown event is nothing', 'event: ping\ndata: {"content":"hi"}', []],
    ['an unknown type is nothing', 'data: {"type":"tool","content":"hi"}', []],
    ['a comment is nothing', ': keep-alive', []],
    ['id and retry are nothing', 'id: 7\nretry: 100', []],
    [
      'a template does not end a delta',
      'event: delta\ndata: {"content":"hi","whatsapp_template":null}',
      [delta('hi')],
    ],
    [
      'a template does not end a typed delta',
      'data: {"type":"delta","content":"hi","whatsapp_template":null}',
      [delta('hi')],
    ],
  ])('%s', async (_, event, expected) => {
    const end = 'event: done\ndata: {"content":"end"}\n\n';
    expect(await read(`${event}\n\n${end}`)).toEqual({ events: [...expected, done('end')] });
  });
});

test('text is looked for some levels down, not without end', async () => {
  const nested = (levels: number): string =>
    `data: ${'{"content":'.repeat(levels)}"hi"${'}'.repeat(levels)}\n\ndata: [DONE]\n\n`;
  expect((await read(nested(4))).events[0]).toEqual(delta('hi'));
  expect(await read(nested(20_000))).toEqual({ events: [], failure: NOT_UNDERSTOOD });
});

describe('the end of a reply', () => {
  test.each<[string, string, ChatEvent]>([
    ['the full text of done wins', 'event: done\ndata: {"content":"Hi."}\n\n', done('Hi.')],
    ['in type', 'data: {"type":"done","content":"Hi."}\n\n', done('Hi.')],
    ['with a template', 'data: {"content":"Hi.","whatsapp_template":{}}\n\n', done('Hi.')],
    ['plain text', 'event: done\ndata: Hi.\n\n', done('Hi.')],
    ['without content', 'event: done\ndata: {}\n\n', done('hi')],
    ['with null', 'event: done\ndata: {"content":null}\n\n', done('hi')],
    ['with empty content', 'event: done\ndata: {"content":""}\n\n', done('hi')],
    ['with empty data', 'event: done\ndata:\n\n', done('hi')],
    ['[DONE]', 'data: [DONE]\n\n', done('hi')],
    ['[DONE] in done', 'event: done\ndata: [DONE]\n\n', done('hi')],
    ['no blank line', 'event: done\ndata: {"content":"Hi."}\n', done('Hi.')],
    ['no line end', 'event: done\ndata: {"content":"Hi."}', done('Hi.')],
    ['[DONE] with no line end', 'data: [DONE]', done('hi')],
    ['a last CR', 'event: done\rdata: {"content":"Hi."}\r', done('Hi.')],
    ['what follows is not read', 'data: [DONE]\n\nevent: error\ndata: late\n\n', done('hi')],
  ])('%s', async (_, end, expected) => {
    expect(await read(`event: delta\ndata: {"content":"hi"}\n\n${end}`)).toEqual({
      events: [delta('hi'), expected],
    });
  });

  test('a reply without a word', async () => {
    const empty = 'event: done\ndata: {"content":""}\n\n';
    expect(await read(empty)).toEqual({ events: [done('')] });
    expect(await read(`data: {"content":""}\n\ndata: [DONE]\n\n`)).toEqual({ events: [done('')] });
  });

  test.each([
    ['done alone', 'event: done\ndata: {}\n\n'],
    ['the mark of the end alone', 'data: [DONE]\n\n'],
    ['pieces of another shape', 'data: {"words":["Hi"]}\n\ndata: [DONE]\n\n'],
    ['pieces of another name', 'event: sentence\ndata: {"content":"Hi"}\n\ndata: [DONE]\n\n'],
    ['thoughts and tools', 'data: {"type":"tool_result","text":"42"}\n\ndata: [DONE]\n\n'],
  ])('of which nothing was understood is no empty reply: %s', async (_, bytes) => {
    expect(await read(bytes)).toEqual({ events: [], failure: NOT_UNDERSTOOD });
  });

  test.each([
    ['nothing at all', ''],
    ['a comment alone', ': hello\n\n'],
    ['half of done', 'event: done\ndata: {"content":"Hi'],
    ['done without data', 'event: done\n\n'],
    ['half an end mark', 'data: [DONE'],
    ['half a character', Buffer.concat([Buffer.from('event: done\ndata: H'), Buffer.from([0xe2])])],
  ])('is missing: %s', async (_, end) => {
    expect(await read('event: delta\ndata: {"content":"hi"}\n\n', end)).toEqual({
      events: [delta('hi')],
      failure: CUT,
    });
  });
});

describe('an error event', () => {
  test.each<[string, string, Failure]>([
    ['plain text', 'event: error\ndata: broken', failed('broken')],
    ['nothing', 'event: error\ndata:', failed()],
    ['an empty object', 'event: error\ndata: {}', failed()],
    ['message', 'event: error\ndata: {"message":"broken"}', failed('broken')],
    ['content', 'event: error\ndata: {"content":"broken"}', failed('broken')],
    ['in type', 'data: {"type":"error","message":"broken"}', failed('broken')],
    ['error as text, without a name', 'data: {"error":"broken"}', failed('broken')],
    [
      'error with a message',
      'data: {"error":{"message":"broken","code":7}}',
      failed('broken', '7'),
    ],
    [
      'the envelope of Telnyx',
      'event: error\ndata: {"errors":[{"code":"10007","title":"Unexpected error","detail":"broken"}]}',
      failed('Unexpected error: broken', '10007'),
    ],
    ['the envelope without a name', 'data: {"errors":[{"title":"broken"}]}', failed('broken')],
    [
      'one error of an envelope',
      'event: error\ndata: {"error":{"code":"10007","title":"Unexpected error"}}',
      failed('Unexpected error', '10007'),
    ],
    ['detail as text', 'event: error\ndata: {"detail":"broken"}', failed('broken')],
    [
      'validation',
      'event: error\ndata: {"detail":[{"loc":["body","content"],"msg":"bad"}]}',
      failed('body.content: bad'),
    ],
  ])('%s', async (_, event, expected) => {
    const piece = 'event: delta\ndata: {"content":"hi"}\n\n';
    const whole = { events: [delta('hi')], failure: expected };
    expect(await read(`${piece}${event}\n\n`)).toEqual(whole);
    expect(await read(piece, `${event}\n\n`)).toEqual(whole);
  });
});

describe('the bytes', () => {
  test('may begin with a byte order mark', async () => {
    expect(await read('\uFEFFdata: {"content":"hi"}\n\ndata: [DONE]\n\n')).toEqual({
      events: [delta('hi'), done('hi')],
    });
  });

  test('that are no UTF-8 are shown as such and break nothing', async () => {
    const bytes = Buffer.concat([
      Buffer.from('data: a'),
      Buffer.from([0xff]),
      Buffer.from('b\n\n'),
    ]);
    expect(await read(bytes, 'data: [DONE]\n\n')).toEqual({
      events: [delta('a\uFFFDb'), done('a\uFFFDb')],
    });
  });

  test('mean the same wherever they are cut and however their lines end', async () => {
    await fc.assert(
      fc.asyncProperty(aStream(), fc.array(fc.nat(), { maxLength: 30 }), async (stream, cuts) => {
        const whole = Buffer.from(stream.text);
        expect(await read(...cutAt(whole, cuts))).toEqual(stream.expected);
      }),
      { numRuns: 300 },
    );
  });

  test('can be anything: pieces, then done or a failure that says so', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
    const lines = fc
      .array(
        fc.constantFrom(
          'data:',
          'event:',
          'done',
          'error',
          '{"content":',
          '"x"}',
          ' ',
          '\n',
          '\r',
          '\r\n',
          '[DONE]',
          '\uFEFF',
          ':',
          'null',
          '☕',
        ),
        { maxLength: 60 },
      )
      .map((parts) => Buffer.from(parts.join('')));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(bytes, lines),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (some, cuts) => {
          const { events, failure: why } = await read(...cutAt(some, cuts));
          const ends = events.filter(({ type }) => type === 'done').length + (why ? 1 : 0);
          expect(ends).toBe(1);
          expect(events.findIndex(({ type }) => type === 'done')).toBe(
            why ? -1 : events.length - 1,
          );
          expect(why?.delivery ?? 'unknown').toBe('unknown');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('are read once: a long line in many pieces takes no longer than it must', () => {
    const parser = createReplyParser();
    const text = 'x'.repeat(4_000_000);
    const bytes = Buffer.from(`data: {"content":"${text}"}\n\n`);
    const events: ChatEvent[] = [];
    for (let at = 0; at < bytes.length; at += 1_000) {
      events.push(...parser.push(bytes.subarray(at, at + 1_000)));
    }
    expect(events).toEqual([delta(text)]);
  });
});

test('a reader that leaves early closes the stream', async () => {
  let isClosed = false;
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield await Promise.resolve(Buffer.from('data: {"content":"hi"}\n\n'));
    } finally {
      isClosed = true;
    }
  }
  for await (const event of readReply(endless())) {
    expect(event).toEqual(delta('hi'));
    break;
  }
  expect(isClosed).toBe(true);
});

test('a failure of the connection after done is nothing', async () => {
  async function* breaking(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from('data: hi\n\ndata: [DONE]\n\n'));
    throw new AppError('network', 'cut');
  }
  const events: ChatEvent[] = [];
  for await (const event of readReply(breaking())) events.push(event);
  expect(events).toEqual([delta('hi'), done('hi')]);
});

/** A stream as text and what it must give, in every way to write it that the SSE rules allow. */
function aStream(): fc.Arbitrary<{ text: string; expected: Outcome }> {
  const text = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('☕', '👩‍🚀', 'é\n', '\r\n', 'data: x'),
  );
  const property = fc.constantFrom('content', 'delta', 'text');
  const eol = fc.constantFrom('\n', '\r\n', '\r');
  const isNamed = fc.boolean();
  const noise = fc.constantFrom(
    [],
    [': keep-alive', ''],
    ['event: ping', 'data: {}', ''],
    ['id: 1'],
    [''],
  );
  const piece = fc.record({ text, property, isNamed, noise });
  const end = fc.constantFrom<'done' | 'full' | 'mark' | 'cut' | 'error'>(
    'done',
    'full',
    'mark',
    'cut',
    'error',
  );
  return fc
    .record({ pieces: fc.array(piece, { maxLength: 8 }), end, eol })
    .map(({ pieces, end, eol }) => {
      const lines = pieces.flatMap((one) => [
        ...one.noise,
        ...event(one.isNamed, 'delta', { [one.property]: one.text }),
      ]);
      const joined = pieces.map((one) => one.text).join('');
      const events = pieces.map((one) => delta(one.text));
      const whole: Outcome =
        joined === ''
          ? { events: [], failure: NOT_UNDERSTOOD }
          : { events: [...events, done(joined)] };
      const ends: Record<typeof end, { lines: string[]; expected: Outcome }> = {
        done: { lines: event(true, 'done', {}), expected: whole },
        full: {
          lines: event(false, 'done', { content: 'All.' }),
          expected: { events: [...events, done('All.')] },
        },
        mark: { lines: ['data: [DONE]', ''], expected: whole },
        cut: { lines: [], expected: { events, failure: CUT } },
        error: {
          lines: event(true, 'error', { message: 'no' }),
          expected: { events, failure: failed('no') },
        },
      };
      return {
        text: [...lines, ...ends[end].lines].map((line) => line + eol).join(''),
        expected: ends[end].expected,
      };
    });
}

function event(isNamed: boolean, name: string, data: Record<string, string>): string[] {
  return isNamed
    ? [`event: ${name}`, `data: ${JSON.stringify(data)}`, '']
    : [`data: ${JSON.stringify({ type: name, ...data })}`, ''];
}

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

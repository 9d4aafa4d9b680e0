import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { noteAssistant } from '../../src/chat/tool-calls.js';
import { assistantOf, chatOf, delta, done, play, scene, STARTED, type World } from './scene.js';

const CALL = { id: 't', name: 'get_order', arguments: '{"id":"4711"}' };
const MESSAGES = [
  { text: 'earlier' },
  { role: 'assistant', toolCalls: [{ ...CALL, name: 'other' }] },
  { role: 'assistant', text: 'yes' },
  { text: 'where is it?' },
  { role: 'assistant', toolCalls: [CALL] },
  { role: 'tool', text: '{"state":"shipped"}' },
  { role: 'assistant', text: 'Sent!' },
];
const TURN = [STARTED, delta('Sent!'), done('Sent!')];
const REPLY = ['> where is it?', '[waiting for the assistant]', '[]', 'Sent!', '[]', '⏎', '[]'];

async function shown(world: World): Promise<string[]> {
  const all = { state: { trace: true }, messages: MESSAGES, turns: [TURN], ...world };
  return (await chatOf(['where is it?'], all)).transcript;
}

describe('below a reply', () => {
  test('its tool calls are shown, a dim line each', async () => {
    expect(await shown({})).toEqual([
      ...REPLY,
      ...['[]', '[]', '~get_order {"id":"4711"} → {"state":"shipped"}~'],
    ]);
  });

  test('nothing is shown when there are none', async () => {
    const messages = [{ text: 'where is it?' }, { role: 'assistant', text: 'Sent!' }];
    expect(await shown({ messages })).toEqual([...REPLY, '[]', '[]']);
  });

  test('nothing is asked for when they are not to be shown', async () => {
    const { transcript, asked } = await chatOf(['where is it?'], {
      messages: MESSAGES,
      turns: [TURN],
    });
    expect([transcript, asked]).toEqual([REPLY, []]);
  });

  test('one notice says why they are not known, and the turn is none the worse', async () => {
    const pageFailure = new AppError('api', 'it broke');
    const { transcript, chat } = await chatOf(['where is it?'], {
      ...{ state: { trace: true }, turns: [TURN], pageFailure },
    });
    expect(transcript).toEqual([
      ...REPLY,
      ...['[]', '[]', '~the tool calls are not known: it broke~'],
    ]);
    expect(chat.state.lastFailure).toBeUndefined();
  });

  test('Ctrl-C skips them, and says so', async () => {
    const played = scene({ state: { trace: true }, turns: [TURN] });
    played.chat.ports.api.getMessages = (_, { signal }) => {
      played.interrupt();
      return Promise.reject(signal.reason as Error);
    };
    await play(played, ['where is it?']);
    expect(played.transcript).toEqual([
      ...REPLY,
      ...['[]', '[]', '~cancelled; /trace shows what tools were called, if any~'],
    ]);
  });
});

describe('whether they are shown', () => {
  test.each([
    [undefined, { hasTools: true }, true],
    [undefined, { hasTools: false }, false],
    [true, { hasTools: false }, true],
    [false, { hasTools: true }, false],
    [true, { hasTools: true, dataRetention: false }, false],
  ])('with the setting %s and the assistant %j', (trace, assistant, expected) => {
    const { chat } = scene();
    chat.ports.trace = trace;
    noteAssistant(chat, assistantOf(assistant));
    expect(chat.state.trace).toBe(expected);
  });

  test('follows the assistant', async () => {
    const { chat } = await chatOf(['/assistant a-2'], {
      assistants: [{ id: 'a-2', hasTools: true }],
    });
    expect(chat.state.trace).toBe(true);
  });
});

describe('/trace with a number', () => {
  const state = { conversationId: 'c-1' };
  const ASKING = ['[waiting for Telnyx]', '[]'];

  test.each([
    [
      '/trace 1',
      '~call get_order: {~\n~    "id": "4711"~\n~  }~\n~result: {~\n~    "state": "shipped"~\n~  }~',
    ],
    ['/trace 2', '~call other: {~\n~    "id": "4711"~\n~  }~'],
    ['/trace 3', '!error: the conversation has only 2 turns!'],
  ])('counts turns back from the last: %s', async (line, expected) => {
    const { transcript } = await chatOf([line], { state, messages: MESSAGES });
    expect(transcript.slice(1, 4)).toEqual([...ASKING, expected]);
  });

  test('says that a turn called none', async () => {
    const messages = [{ text: 'a' }, { role: 'assistant', text: 'b' }, { text: 'c' }];
    const { transcript } = await chatOf(['/trace 2'], { state, messages });
    expect(transcript.at(-1)).toBe('~that turn called no tools~');
  });

  test.each(['0', '-1', 'x', '1.5'])('refuses %s', async (number) => {
    const { transcript } = await chatOf([`/trace ${number}`], { state });
    expect(transcript.slice(1)).toEqual([
      `!error: bad number "${number}"!\n~hint: /trace 2 shows the tool calls of the last turn but one~`,
      `draft: /trace ${number}`,
    ]);
  });
});

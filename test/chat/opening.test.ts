import { describe, expect, test } from 'vitest';
import { openRecap } from '../../src/chat/opening.js';
import type { Message } from '../../src/conversations/conversation.js';
import { messageOf, scene, type World } from './scene.js';

/** What a recap shows at midnight on 1 January 2026. */
async function recap(
  messages: Partial<Message>[],
  count?: number,
  world: World = {},
): Promise<string[]> {
  const { chat, transcript } = scene(world);
  const show = await openRecap(chat, messages.map(messageOf), count);
  expect(transcript).toEqual([]);
  show();
  return transcript;
}

const at = (time: string): Pick<Message, 'createdAt' | 'sentAt'> => ({
  createdAt: time,
  sentAt: '',
});

describe('earlier messages', () => {
  test('are the last four, unless more are wanted', async () => {
    const messages = ['one', 'two', 'three', 'four', 'five'].map((text) => ({ text }));
    expect(await recap(messages)).toEqual([
      ...['~… 1 earlier messages: /history 5~', '> two', '> three', '> four', '> five'],
    ]);
    expect(await recap(messages.slice(1))).toHaveLength(4);
    expect(await recap(messages, 5)).toHaveLength(5);
    expect(await recap([])).toEqual(['~no messages are kept of this conversation~']);
  });

  test('look as they did: the prompt before what was typed, the reply as it is printed', async () => {
    const messages = [
      { text: 'hello\x1b[2J' },
      { role: 'assistant', text: '**Hi**' },
      { role: 'system\x07', text: 'be\nbrief' },
    ];
    const world = { state: { speaker: 'Ana', isTakenOver: true } };
    expect(await recap(messages, 5, world)).toEqual([
      ...['> hello', '**Hi**⏎', '~system: be~\n~  brief~'],
    ]);
  });

  test('of a person who took over stand apart from the reply before them', async () => {
    const messages = [
      { text: 'hello' },
      { role: 'assistant', text: 'Hi' },
      { role: 'assistant', text: 'I am a person' },
      { text: 'thanks' },
    ];
    expect(await recap(messages)).toEqual(['> hello', 'Hi⏎', '', 'I am a person⏎', '> thanks']);
  });

  test('of a person who has taken over look as they were typed', async () => {
    const messages = [
      { text: 'hello' },
      { role: 'assistant', text: 'Hi' },
      { role: 'assistant', text: 'I am a person' },
      { role: 'assistant', text: 'One moment\x1b[2J' },
    ];
    expect(await recap(messages, 5, { state: { isTakenOver: true } })).toEqual([
      ...['> hello', 'Hi⏎', 'taken over> I am a person', 'taken over> One moment'],
    ]);
    const added = (conversationId: string, text: string) => ({
      ...{ conversationId, text, prompt: 'Eve, taken over> ' },
    });
    const state = {
      conversationId: 'c-1',
      added: [added('c-1', 'One moment\x1b[2J'), added('c-2', 'Hi')],
    };
    expect(await recap(messages, 5, { state })).toEqual([
      ...['> hello', 'Hi⏎', '', 'I am a person⏎', 'Eve, taken over> One moment'],
    ]);
  });

  test('have tool calls below their reply, a line each', async () => {
    const toolCalls = [
      { id: '1', name: 'get_order', arguments: '{"id":"4711"}' },
      { id: '2', name: 'get\x1b[2J_weather', arguments: '{}' },
    ];
    const messages = [
      { text: 'where is it?' },
      { role: 'assistant', text: '', toolCalls },
      { role: 'tool', text: '{"state":"shipped"}' },
      { role: 'tool', text: 'rain' },
      { role: 'assistant', text: 'On its way.' },
      { text: 'thanks' },
      { role: 'assistant', text: 'Welcome.' },
    ];
    expect(await recap(messages, 10)).toEqual([
      '> where is it?',
      'On its way.⏎',
      '~get_order {"id":"4711"} → {"state":"shipped"}~\n~get_weather {} → rain~',
      ...['> thanks', 'Welcome.⏎'],
    ]);
  });

  test('have their age where a pause follows', async () => {
    expect(
      await recap([
        { text: 'one', ...at('2025-12-30T00:00:00Z') },
        { role: 'assistant', text: 'two', ...at('2025-12-30T00:00:02Z') },
        { text: 'three', ...at('2025-12-31T20:59:00Z') },
        { role: 'assistant', text: 'four', ...at('2025-12-31T21:00:00') },
      ]),
    ).toEqual(['> one', 'two⏎', '~1 d ago~', '> three', 'four⏎', '~3 h ago~']);
  });

  test.each([
    ['2025-12-31T23:31:00Z', ['> one']],
    ['2025-12-31T23:30:00Z', ['> one', '~30 min ago~']],
    ['no time', ['> one']],
  ])('that are recent, or of no known time, have none: %s', async (time, lines) => {
    expect(await recap([{ text: 'one', ...at(time) }])).toEqual(lines);
  });
});

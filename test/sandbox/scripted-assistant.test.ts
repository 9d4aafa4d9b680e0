import { describe, expect, test } from 'vitest';
import { replyIn, replyTo } from '../../src/sandbox/scripted-assistant.js';

/** A conversation of the texts in order: every reply. */
function converse(...texts: string[]): string[] {
  const history: { role: string; text: string }[] = [];
  return texts.map((text) => {
    const reply = replyIn(replyTo({ history: [...history], text }));
    history.push({ role: 'user', text }, { role: 'assistant', text: reply });
    return reply;
  });
}

const last = (...texts: string[]): string | undefined => converse(...texts).at(-1);

describe('the scripted assistant', () => {
  test.each([
    ['my name is Ada', 'Your name is Ada.'],
    ['My name is Ada Lovelace and I need help', 'Your name is Ada Lovelace.'],
    ['Hello, I am Ada!', 'Your name is Ada.'],
    ['I’m Zoë. Are you open?', 'Your name is Zoë.'],
    ['please call me Ada', 'Your name is Ada.'],
    ['my name is ada', 'Your name is ada.'],
  ])('knows the name from "%s" two turns later', (introduction, answer) => {
    expect(last(introduction, 'and on weekends?', 'What is my name?')).toBe(answer);
  });

  test('takes the name given last', () => {
    expect(last('I am Ada', 'call me Grace', 'who am I?')).toBe('Your name is Grace.');
  });

  test.each(['I am looking for your hours', 'call me later', 'hello'])(
    'takes no name from "%s"',
    (text) => {
      expect(last(text, "what's my name?")).toContain('not told me your name');
    },
  );

  test('knows who speaks, but trusts what it was told', () => {
    const ask = { text: 'who am I?', speaker: 'grace' };
    expect(replyIn(replyTo({ ...ask, history: [] }))).toBe('You are speaking as grace.');
    expect(replyIn(replyTo({ ...ask, history: [{ role: 'user', text: 'I am Ada' }] }))).toBe(
      'Your name is Ada.',
    );
    expect(replyIn(replyTo({ text: 'hello', speaker: 'grace', history: [] }))).toMatch(
      /^Hello, grace!/,
    );
  });

  test('counts turns and repeats the first message', () => {
    expect(converse('ping', 'how many turns?', 'what did I say first?').slice(1)).toEqual([
      'This is turn 2 of our conversation.',
      'Your first message was: "ping"',
    ]);
    expect(last('repeat my first message')).toBe('This is your first message.');
  });

  test('calls a tool and says that the answer is made up', () => {
    const turn = replyTo({ history: [], text: 'What is the weather in New York today?' });
    expect(turn[0]).toEqual({
      type: 'call',
      call: {
        name: 'get_weather',
        arguments: '{"city":"New York"}',
        result: expect.stringContaining('made up by the sandbox') as string,
      },
    });
    expect(replyIn(turn)).toContain('in New York. The sandbox made that up.');
  });

  test.each([
    ['long reply', 400],
    ['a long reply of 2,000 words please', 2000],
    ['long reply, 1 word', 1],
    ['long reply of 0 words', 1],
    ['long reply of 999999999 words', 20_000],
  ])('"%s" has %i words', (text, words) => {
    expect(last(text)?.split(/\s+/)).toHaveLength(words);
  });

  test.each([
    ['long reply of 3 KB', 3],
    ['long reply 99999 kb', 256],
  ])('"%s" has %i KB', (text, kilobytes) => {
    expect(Buffer.byteLength(last(text) ?? '')).toBe(kilobytes * 1024);
  });

  test('shows Markdown', () => {
    expect(last('show markdown')).toMatch(/^# Markdown\n[^]*\n```js\n[^]*\| Saturday/);
  });

  test('lists only what works', () => {
    const skills = last('help')?.match(/"[^"]+"/g) ?? [];
    expect(skills).toHaveLength(9);
    for (const skill of skills) expect(last(skill.slice(1, -1))).not.toContain('You said');
  });

  test('otherwise says what it is and quotes, cut where it gets long', () => {
    expect(last('Do you deliver?')).toBe(
      'This is the sandbox: no model is behind it. You said: "Do you deliver?"',
    );
    expect(last('🎉'.repeat(1000))).toContain(`said: "${'🎉'.repeat(200)}…"`);
  });
});

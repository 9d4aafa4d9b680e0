import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { chatOf, delta, done, scene, play, STARTED, type Step, type World } from './scene.js';

const after =
  (ms: number): Step =>
  ({ clock }) =>
    clock.advance(ms);

const announced = async (steps: Step[]): Promise<number> => {
  const { transcript } = await chatOf(['hello'], { turns: [steps] });
  return transcript.filter((line) => line === '(announced)').length;
};

describe('a reply', () => {
  test.each<[string, Step[], number]>([
    ['that took more than 10 s is announced', [STARTED, after(10_001), done('hi')], 1],
    [
      'that was as long underway is announced at its end',
      [STARTED, delta('h'), after(10_001), done('hi')],
      1,
    ],
    ['that took 10 s is not', [STARTED, after(10_000), done('hi')], 0],
    [
      'that fails after long is announced too',
      [STARTED, after(20_000), new AppError('timeout', 'late')],
      1,
    ],
  ])('%s', async (_, steps, expected) => {
    expect(await announced(steps)).toBe(expected);
  });
});

describe('the title of the window', () => {
  const titled = async (lines: string[], world: World = {}): Promise<string[]> => {
    const played = scene({ ...world, state: { names: { assistant: 'Bot', conversation: '' } } });
    await play(played, lines);
    return played.titles;
  };
  const NEW = [[STARTED, done('ok')]];
  const AGAIN = { ...STARTED, newConversation: false } as const;

  test('has the first words of a new conversation, and does not change with the next turn', async () => {
    const turns = [...NEW, [AGAIN, done('ok')]];
    expect(await titled(['When do\nyou open?', 'and on Sunday?'], { turns })).toEqual([
      'When do you open? – Bot',
    ]);
  });

  test.each<[string, string[], World, string[]]>([
    ['/new', ['/new'], {}, ['Bot']],
    ['a title', ['/new Trip', 'hello'], { turns: NEW }, ['Trip – Bot', 'Trip – Bot']],
    [
      '/name',
      ['hello', '/name Trip'],
      { turns: NEW, conversations: [{}] },
      ['hello – Bot', 'Trip – Bot'],
    ],
    ['/resume', ['/resume c-1'], { conversations: [{ name: 'Old' }] }, ['Old – Bot']],
    [
      '/resume of an unnamed one',
      ['/resume c-1'],
      { conversations: [{}], messages: [{ role: 'assistant', text: 'Hello!' }, { text: 'a b' }] },
      ['a b – Bot'],
    ],
    ['/assistant', ['/assistant a-2'], { assistants: [{ id: 'a-2', name: 'Other' }] }, ['Other']],
    [
      'a name that controls the terminal',
      ['/assistant a-2'],
      { assistants: [{ id: 'a-2', name: 'x\x07\x1b]0;y\x07z\u202e' }] },
      ['xz'],
    ],
    ['no names at all', ['/assistant a-2'], { assistants: [{ id: 'a-2' }] }, ['telnyx-chat']],
  ])('follows %s', async (_, lines, world, expected) => {
    expect(await titled(lines, world)).toEqual(expected);
  });
});

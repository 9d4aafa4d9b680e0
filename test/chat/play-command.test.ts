import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { chatOf, delta, done, STARTED, type Scene, type World } from './scene.js';

const FILE = `== Orders
> Where is my order?
< Here.
? keep order=/no. (\\d+)/

> Cancel {{order}},
> please.
? says cancelled

== Thanks
> Thanks.
? says welcome
`;

const FILES = { 'bug.chat': FILE };
const turn = (reply: string) => [STARTED, delta(reply), done(reply)];
const TURNS = [turn('It is no. 4711.'), turn('It is cancelled.'), turn('You are welcome.')];

const played = (world: World = {}, ...lines: string[]): Promise<Scene> =>
  chatOf(lines.length === 0 ? ['/play bug.chat'] : lines, { files: FILES, turns: TURNS, ...world });

const saidIn = ({ sent }: Scene): string[] => sent.map(({ text }) => text);

describe('/play', () => {
  it('says the messages one after another, with what replies gave', async () => {
    const chat = await played();
    expect(chat.transcript.filter((line) => !line.startsWith('['))).toEqual([
      '> /play bug.chat',
      '> Where is my order?',
      'It is no. 4711.',
      '⏎',
      '> Cancel 4711,\nplease.',
      'It is cancelled.',
      '⏎',
      '> Thanks.',
      'You are welcome.',
      '⏎',
      '~played 3 messages~',
    ]);
    expect(saidIn(chat)).toEqual(['Where is my order?', 'Cancel 4711,\nplease.', 'Thanks.']);
    expect(chat.sent.map(({ conversationId }) => conversationId)).toEqual([
      undefined,
      'c-1',
      'c-1',
    ]);
  });

  it('is stopped by Ctrl-C', async () => {
    const stopped = [STARTED, delta('It'), (scene: Scene) => scene.interrupt(), done('never')];
    const chat = await played({ turns: [TURNS[0] ?? [], stopped] });
    expect(saidIn(chat)).toHaveLength(2);
    expect(chat.transcript.slice(-2)).toEqual(['~cancelled~', '~stopped: played 1 of 3 messages~']);
  });

  it('is stopped by Ctrl-C while tool calls are looked for', async () => {
    const interruptReading = (scene: Scene): void => {
      const { api } = scene.chat.ports;
      api.getMessages = () => {
        scene.interrupt();
        return Promise.reject(new AppError('interrupted', 'cancelled'));
      };
    };
    const world = { files: FILES, turns: TURNS, state: { trace: true } };
    const chat = await chatOf([interruptReading, '/play bug.chat'], world);
    expect(saidIn(chat)).toHaveLength(1);
    expect(chat.transcript.at(-1)).toBe('~stopped: played 1 of 3 messages~');
  });

  it('ends with the first message that fails', async () => {
    const failure = new AppError('network', 'no route', { delivery: 'not_sent' });
    const chat = await played({ turns: [TURNS[0] ?? [], [failure]] });
    expect(saidIn(chat)).toHaveLength(2);
    expect(chat.transcript.slice(-3)).toEqual([
      '!error: no route!',
      'draft: Cancel 4711,\nplease.',
      '~stopped: played 1 of 3 messages~',
    ]);
  });

  it('ends where a reply had no value for a later message', async () => {
    const chat = await played({ turns: [turn('I do not know.')] });
    expect(saidIn(chat)).toHaveLength(1);
    expect(chat.transcript.slice(-2)).toEqual([
      '!error: no reply had a value for {{order}}!\n~hint: its keep check did not match~',
      '~stopped: played 1 of 3 messages~',
    ]);
  });

  it.each([
    ['/play', 'file is required'],
    ['/play none.chat', 'there is no file none.chat'],
    ['/play "bug.chat', 'the quote before "bug.chat" has no end'],
    ['/play bad.chat', 'bad.chat:2:1: '],
    ['/play simulated.chat', 'simulated.chat has no message to say'],
  ])('%s: %s', async (line, message) => {
    const files = {
      ...FILES,
      'bad.chat': '== a\n! b\n',
      'simulated.chat': '== a\ncaller: Ana\n? judge Is polite\n',
    };
    const chat = await played({ files }, line);
    expect(saidIn(chat)).toEqual([]);
    expect(chat.transcript[1]).toContain(`!error: ${message}`);
    expect(chat.transcript.at(-1)).toBe(`draft: ${line}`);
  });

  it('takes a name in quotes', async () => {
    const chat = await played({ files: { 'my bug.chat': FILE } }, '/play "my bug.chat"');
    expect(saidIn(chat)).toHaveLength(3);
  });

  it('says nothing in a conversation that a person has taken over', async () => {
    const chat = await played({ state: { isTakenOver: true, conversationId: 'c-1' } });
    expect(saidIn(chat)).toEqual([]);
    expect(chat.transcript[1]).toContain('!error: a person has taken this conversation over!');
  });
});

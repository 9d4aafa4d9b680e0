import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { noteAssistant } from '../../src/chat/opening.js';
import { showTurn } from '../../src/chat/show-turn.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { manualClock, type ManualClock } from '../helpers/manual-clock.js';
import { deferred } from '../sandbox/start.js';
import { TestTerminal } from '../terminal/editor/terminal.js';
import {
  chatOf,
  delta,
  done,
  scene,
  play,
  STARTED,
  type Step,
  type World,
  assistantOf,
} from './scene.js';

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

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

/** A turn on a terminal whose events come when the test gives them. */
function turnOn(size: readonly [number, number], isAnimated = true) {
  const terminal = new TestTerminal(size, { animated: isAnimated });
  const clock: ManualClock = manualClock();
  const { chat } = scene();
  let next = deferred<ReplyEvent | undefined>();
  Object.assign(chat.ports, { editor: terminal.editor, clock, isAnimated });
  Object.assign(chat.ports, {
    openReplyPrinter: () => Promise.resolve({ write: (text: string) => text, end: () => '\n' }),
    async *takeTurn() {
      for (;;) {
        const event = await next.promise;
        next = deferred();
        if (event === undefined) throw new Error('the turn is over');
        yield event;
        if (event.type === 'done') return;
      }
    },
  });
  const turn = showTurn(chat, 'hello');
  return {
    turn,
    terminal,
    async passes(ms: number) {
      await clock.advance(ms);
      terminal.time.pass(ms);
    },
    async comes(...events: ReplyEvent[]) {
      for (const event of events) {
        next.resolve(event);
        await clock.advance(0);
      }
    },
  };
}

const SPINNER = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for the assistant/;

describe.each(SIZES)('the spinner at %i×%i', (...size) => {
  test('leaves at the first word and comes back after two seconds of silence, below it', async () => {
    const { turn, terminal, passes, comes } = turnOn(size);
    await passes(100);
    expect((await terminal.screen())[0]).toMatch(SPINNER);
    await comes(STARTED, delta('Half a sen'));
    expect(await terminal.screen()).toEqual(['Half a sen', '', '> ▏']);
    await passes(1_999);
    expect(await terminal.screen()).toEqual(['Half a sen', '', '> ▏']);
    await passes(1);
    const [first, spinner, ...rest] = await terminal.screen();
    expect([first, ...rest]).toEqual(['Half a sen', '', '> ▏']);
    expect(spinner).toMatch(SPINNER);
    await comes(delta('tence.'));
    expect(await terminal.screen()).toEqual(['Half a sentence.', '', '> ▏']);
    await comes(done('Half a sentence.'));
    await turn;
    expect(await terminal.screen()).toEqual(['Half a sentence.', '', '> ▏']);
    expect(terminal.time.running).toBe(0);
  });

  test('comes and goes after a whole line, and before a new paragraph', async () => {
    const { terminal, passes, comes } = turnOn(size);
    await comes(STARTED, delta('One.\n'));
    await passes(2_000);
    expect((await terminal.screen())[1]).toMatch(SPINNER);
    await comes(delta('\n'));
    expect(await terminal.screen()).toEqual(['One.', '', '> ▏']);
    await passes(2_000);
    expect((await terminal.screen())[2]).toMatch(SPINNER);
    await comes(delta('Two'));
    expect(await terminal.screen()).toEqual(['One.', '', 'Two', '', '> ▏']);
  });

  test('says that a lost reply is looked for, as long as it is', async () => {
    const { terminal, passes, comes } = turnOn(size);
    const error = new Error('cut') as never;
    await comes(STARTED, delta('Half a'), { type: 'search', error });
    const [, status] = await terminal.screen();
    expect(status).toContain('the answer was lost: looking for it');
    await passes(2_000);
    expect((await terminal.screen())[1]).toContain('looking for it 2s');
    await comes(done('Half a sentence.', { recovered: true }));
    expect(await terminal.screen()).toEqual(['Half a sentence.', '', '> ▏']);
  });

  test('never comes back where nothing may move', async () => {
    const { terminal, passes, comes } = turnOn(size, false);
    await comes(STARTED, delta('Half a'));
    await passes(60_000);
    expect(await terminal.screen()).toEqual(['Half a', '', '> ▏']);
  });
});

import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { openIntroduction } from '../../src/chat/opening.js';
import { SLASH_COMMANDS } from '../../src/chat/slash-commands.js';
import { assistantOf, chatOf, done, play, scene, type World } from './scene.js';

const ASKING = ['[waiting for Telnyx]', '[]'];
const WAYS_OUT =
  'what you type is added as a person’s message; /release lets the assistant answer again';
const NO_CONVERSATION =
  '!error: there is no conversation yet!\n~hint: your first message starts one; /resume continues an earlier one~';
const NEXT = '~your next message starts a new conversation~';
const MESSAGES = ['one', 'two', 'three', 'four', 'five'].map((text, index) => ({
  role: index % 2 === 0 ? 'user' : 'assistant',
  text,
}));

/** What is shown after a command. */
async function shown(line: string, world: World = {}): Promise<string[]> {
  const { transcript } = await chatOf([line], world);
  expect(transcript.shift()).toBe(`> ${line}`);
  return transcript;
}

test.each([
  ...['/resume c-1', '/resume Trip', '/history', '/insights', '/export', '/trace'],
  ...['/assistant a-1', '/name Trip', '/takeover'],
])('%s waits as long as a busy API asks', async (line) => {
  const world: World = {
    state: { conversationId: 'c-1' },
    assistants: [{}],
    conversations: [{ metadata: { telnyx_chat_name: 'Trip' } }],
    messages: MESSAGES,
  };
  const busy = scene(world);
  const limited = new AppError('rate_limited', 'too many', { status: 429, retryAfterMs: 2_000 });
  let isBusy = true;
  const refuse = (): Promise<never> => {
    isBusy = false;
    return Promise.reject(limited);
  };
  busy.chat.ports.api = new Proxy(busy.chat.ports.api, {
    get: (api, name): unknown => (isBusy ? refuse : Reflect.get(api, name)),
  });
  await play(busy, [line]);
  expect(busy.clock.sleeps).toEqual([2_000]);
  expect(busy.transcript).toEqual((await chatOf([line], world)).transcript);
});

describe.each(['/name Trip', '/export'])('%s', (line) => {
  const seen = async (isTakenOver: boolean | undefined, ai_disabled: string) => {
    const state = { conversationId: 'c-1', isTakenOver };
    const { transcript, sent } = await chatOf([line, 'hello'], {
      state,
      conversations: [{ metadata: { ai_disabled } }],
    });
    return [transcript, sent.length] as const;
  };

  test('notices that somebody else has released the conversation: the next message is a turn', async () => {
    const [transcript, turns] = await seen(true, 'false');
    expect(transcript).toContain('~released: the assistant answers again~');
    expect(transcript).toContain('prompt: > ');
    expect(turns).toBe(1);
  });

  test.each([false, undefined])('notices that somebody has taken it over: %s', async (before) => {
    const [transcript, turns] = await seen(before, 'true');
    expect(transcript).toContain(
      `~a person has taken it over: the assistant is silent; ${WAYS_OUT}~`,
    );
    expect(turns).toBe(0);
  });

  test.each([
    [false, 'false'],
    [true, 'true'],
  ])('says nothing of what is known: %s', async (before, ai_disabled) => {
    const [transcript] = await seen(before, ai_disabled);
    expect(transcript.join()).not.toMatch(/taken it over|released/);
  });
});

describe('/new', () => {
  test('begins a conversation, with the title that is given', async () => {
    const { transcript, sent } = await chatOf(['/new Trip', 'hello', '/new', 'hello'], {
      state: { conversationId: 'c-0' },
    });
    expect(transcript.filter((line) => line === NEXT)).toHaveLength(2);
    expect(sent.map(({ conversationId, title }) => [conversationId, title])).toEqual([
      [undefined, 'Trip'],
      [undefined, undefined],
    ]);
  });
});

describe.each(['new', 'name'])('/%s', (command) => {
  test.each(['a\tb', 'Op\x07ening hours', 'x'.repeat(501), '6ba7b810-9dad-11d1-80b4-00c04fd430c8'])(
    'refuses a name that could not be found: %j',
    async (name) => {
      const { transcript, chat, asked } = await chatOf([`/${command} ${name}`], {
        state: { conversationId: 'c-0' },
      });
      expect(transcript[1]).toMatch(
        /^!error: (a name (cannot|can have at most)|6ba7b810.* looks like)/,
      );
      expect(chat.state).toMatchObject({ conversationId: 'c-0', title: undefined });
      expect(asked).toEqual([]);
    },
  );
});

describe('/resume', () => {
  const named = { id: 'c-7', name: 'old', metadata: { telnyx_chat_name: 'Trip\x1b[2J' } };

  test('offers the latest conversations of this assistant, whatever they are called', async () => {
    const { transcript, asked, chat } = await chatOf(['/resume'], {
      choose: 'c-7',
      messages: MESSAGES,
      conversations: [
        { ...named, lastMessageAt: '2025-12-31T23:00:00Z', createdAt: '2025-01-01T00:00:00Z' },
        {
          id: 'c-8',
          name: 'x'.repeat(50),
          createdAt: '2025-12-30T00:00:00Z',
          metadata: { telnyx_conversation_channel: 'sms' },
        },
        { id: 'c-9', metadata: { telnyx_conversation_channel: 'y'.repeat(30) } },
      ],
    });
    expect(transcript).toEqual([
      '> /resume',
      ...ASKING,
      '? Which conversation?',
      '  Trip  1 h ago  c-7',
      `  ${'x'.repeat(39)}…  2 d ago  sms  c-8`,
      `  c-9  ${'y'.repeat(19)}…  c-9`,
      ...ASKING,
      '~conversation Trip c-7~',
      ...ASKING,
      ...['~… 1 earlier messages: /history 5~', 'two⏎', '> three', 'four⏎', '> five'],
    ]);
    expect(asked[0]).toEqual([
      'listConversations',
      { limit: 100, order: 'last_message_at.desc', where: { 'metadata->assistant_id': 'eq.a-1' } },
    ]);
    expect(chat.state.conversationId).toBe('c-7');
  });

  test('shows the first words of those without a name', async () => {
    const world = {
      conversations: [named, { id: 'c-9' }],
      firstWords: { 'c-9': 'Any\x1b[2J news?' },
    };
    const { transcript } = await chatOf(['/resume'], world);
    expect(transcript.slice(-2)).toEqual(['  Trip  c-7', '  Any news?  c-9']);
  });

  test('changes nothing when none is chosen, or there are none', async () => {
    const { transcript, chat } = await chatOf(['/resume'], { conversations: [named] });
    expect(transcript.at(-1)).toMatch(/^ {2}Trip/);
    expect(chat.state.conversationId).toBeUndefined();
    expect(await shown('/resume')).toEqual([
      ...ASKING,
      '!error: this assistant has no conversations yet!',
    ]);
  });

  const id = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  test.each([
    ['a name', 'old', { id: 'c-1', name: 'old' }, 'conversation old c-1', ASKING],
    ['an id', id, { id }, `conversation ${id}`, []],
  ])('takes %s', async (...row) => {
    const [, argument, conversation, line, search] = row;
    const world = { conversations: [conversation] };
    expect(await shown(`/resume ${argument}`, world)).toEqual([
      ...search,
      ...ASKING,
      `~${line}~`,
      ...ASKING,
      '~no messages are kept of this conversation~',
    ]);
  });

  test('takes the names of this assistant only, and an id that is no UUID', async () => {
    const { asked, chat } = await chatOf(['/resume c-7'], { conversations: [named] });
    const own = { 'metadata->assistant_id': 'eq.a-1' };
    const filters = (column: string): object => {
      return { limit: 20, order: 'last_message_at.desc', where: { ...own, [column]: 'eq.c-7' } };
    };
    expect(asked).toEqual([
      ['listConversations', filters('metadata->telnyx_chat_name')],
      ['listConversations', filters('name')],
      ['getMessages', 'c-7', 1],
    ]);
    expect(chat.state.conversationId).toBe('c-7');
  });

  test('says that a person has taken the conversation over', async () => {
    const world = { conversations: [{ id, metadata: { ai_disabled: 'true' } }] };
    expect(await shown(`/resume ${id}`, world)).toContain(
      `~a person has taken it over: the assistant is silent; ${WAYS_OUT}~`,
    );
  });

  test('gives a line back that named none', async () => {
    expect(await shown('/resume nobody')).toEqual([
      ...ASKING,
      '!error: no conversation is named "nobody"!\n~hint: telnyx-chat conversations list -a a-1 shows the names; one of another assistant is found by its id~',
      'draft: /resume nobody',
    ]);
  });
});

describe('/history', () => {
  const world = { state: { conversationId: 'c-1' }, messages: MESSAGES };

  test.each([
    ['1', ['~… 4 earlier messages: /history 5~', '> five']],
    ['4', ['~… 1 earlier messages: /history 5~', 'two⏎', '> three', 'four⏎', '> five']],
    ['5', ['> one', 'two⏎', '> three', 'four⏎', '> five']],
  ])('%s', async (count, lines) => {
    expect(await shown(`/history ${count}`, world)).toEqual([...ASKING, ...lines]);
  });

  test('shows twenty unless told', async () => {
    const messages = Array.from({ length: 21 }, (_, index) => ({ text: `${index + 1}` }));
    const lines = (await shown('/history', { ...world, messages })).slice(ASKING.length);
    expect(lines).toHaveLength(21);
    expect(lines.slice(0, 2)).toEqual(['~… 1 earlier messages: /history 21~', '> 2']);
  });

  test.each(['0', '-1', '1.5', 'x'])('refuses %j', async (argument) => {
    expect(await shown(`/history ${argument}`, world)).toEqual([
      `!error: bad number "${argument}"!\n~hint: /history 10~`,
      `draft: /history ${argument}`,
    ]);
  });
});

describe('what needs a conversation', () => {
  test.each(['/history', '/trace', '/export', '/takeover', '/release', '/insights'])(
    'says so before there is one: %s',
    async (line) => {
      expect(await shown(line)).toEqual([NO_CONVERSATION]);
    },
  );
});

describe('/name', () => {
  test('keeps the other metadata', async () => {
    const { transcript, asked } = await chatOf(['/name Opening hours'], {
      state: { conversationId: 'c-1' },
      conversations: [{ metadata: { ticket: '7' } }],
    });
    expect(transcript.slice(1)).toEqual([
      ...ASKING,
      '~named Opening hours; /resume Opening hours continues it later~',
    ]);
    expect(asked).toEqual([
      ['updateConversation', 'c-1', { ticket: '7', telnyx_chat_name: 'Opening hours' }],
    ]);
  });

  test('takes no id for a name: it would mean the other conversation', async () => {
    const id = '22222222-2222-4222-8222-222222222222';
    expect(await shown(`/name ${id}`)).toEqual([
      `!error: ${id} looks like a conversation id and would be taken for one!\n~hint: choose another name~`,
      `draft: /name ${id}`,
    ]);
  });

  test('needs a name', async () => {
    expect(await shown('/name')).toEqual([
      '!error: a name is required!\n~hint: /name Opening hours~',
      'draft: /name',
    ]);
  });
});

describe('/takeover and /release', () => {
  test.each([
    ['/takeover', true, 'taken over> ', `taken over: the assistant is silent; ${WAYS_OUT}`],
    ['/release', false, '> ', 'released: the assistant answers again'],
  ])('%s keeps the other metadata', async (line, on, prompt, said) => {
    const { transcript, asked } = await chatOf([line], {
      state: { conversationId: 'c-1', isTakenOver: !on },
      conversations: [{ metadata: { ticket: '7', ai_disabled: 'before' } }],
    });
    expect(transcript.slice(1)).toEqual([...ASKING, `~${said}~`, `prompt: ${prompt}`]);
    const metadata = { ticket: '7', ai_disabled: String(on) };
    expect(asked).toEqual([['updateConversation', 'c-1', metadata]]);
  });
});

describe('/say', () => {
  const state = { conversationId: 'c-1', speaker: 'Ana' };

  test('adds a message on the side of the assistant, once, however often it is tried', async () => {
    const { transcript, asked, clock, sent } = await chatOf(['/say One moment'], {
      state,
      addFailures: [new AppError('network', 'lost')],
    });
    const message = { conversationId: 'c-1', role: 'assistant', text: 'One moment' };
    expect(asked).toEqual([['messageAdder', { ...message, speaker: 'Ana' }], ['add'], ['add']]);
    expect(clock.sleeps).toEqual([500]);
    expect(transcript.slice(1)).toEqual([...ASKING, '~added to the conversation~']);
    expect(sent).toEqual([]);
  });

  test('says that it may be there when its answers are lost', async () => {
    const lost = new AppError('network', 'lost', { delivery: 'unknown' });
    const { transcript } = await chatOf(['/say One moment'], {
      state,
      addFailures: [lost, lost, lost],
    });
    expect(transcript.slice(3)).toEqual([
      [
        '!error: lost!',
        '~delivery: unknown, the message may have been delivered; at most once~',
        '~hint: it may have been added: check with /history before sending it again~',
      ].join('\n'),
    ]);
  });

  test('gives the message back where there is no conversation yet', async () => {
    expect(await shown('/say hello')).toEqual([NO_CONVERSATION, 'draft: /say hello']);
  });

  test('needs a message', async () => {
    expect(await shown('/say', { state })).toEqual([
      '!error: message is required!\n~hint: /say One moment, please~',
      'draft: /say',
    ]);
  });
});

describe('/insights', () => {
  const state = { conversationId: 'c-1' };

  test('shows what was found, safely', async () => {
    const insights = [
      {
        id: 'i-1',
        status: 'completed',
        createdAt: '2026-01-01T12:00:00',
        results: [
          { insightId: 'mood\x1b[2J', result: 'glad\nor so' },
          { insightId: 'topic', result: '{"city":"Paris"}' },
          { insightId: 'score', result: null },
        ],
      },
      { id: 'i-2', status: 'pending', createdAt: '', results: [] },
    ];
    expect(await shown('/insights', { state, insights })).toEqual([
      ...ASKING,
      [
        '~2026-01-01 12:00:00Z  completed~',
        '~  mood: glad~',
        '~    or so~',
        '~  topic: {~',
        '~      "city": "Paris"~',
        '~    }~',
        '~  score: no result~',
        '~pending~',
      ].join('\n'),
    ]);
  });

  test('says that there are none', async () => {
    expect(await shown('/insights', { state })).toEqual([...ASKING, '~there are no insights yet~']);
  });
});

describe('/assistant', () => {
  const assistants = [
    { id: 'a-2', name: 'Quiet', model: 'm-1', greeting: 'Welcome' },
    { id: 'a-3', name: 'n'.repeat(50), dataRetention: false },
  ];

  test('offers those of the account', async () => {
    const { transcript, asked } = await chatOf(['/assistant'], { assistants });
    expect(transcript.slice(1)).toEqual([
      ...ASKING,
      '? Which assistant?',
      '  Quiet  m-1  a-2',
      `  ${'n'.repeat(39)}…  a-3`,
    ]);
    expect(asked).toEqual([['listAssistants', 30_000]]);
  });

  test('talks to another one, in a conversation of its own', async () => {
    const { transcript, sent } = await chatOf(['/assistant', 'hello'], {
      state: { conversationId: 'c-0', title: 'Trip' },
      assistants,
      choose: 'a-2',
    });
    expect(transcript).toEqual(
      expect.arrayContaining(['~assistant: Quiet (m-1)~\ngreeting: Welcome⏎', NEXT]),
    );
    expect(sent).toMatchObject([
      { assistantId: 'a-2', conversationId: undefined, title: undefined },
    ]);
  });

  test('stays with the one it has when the other is not there', async () => {
    const { transcript, sent } = await chatOf(['/assistant nobody', 'hello'], { assistants });
    expect(transcript.slice(1, 5)).toEqual([
      ...ASKING,
      '!error: no nobody!',
      'draft: /assistant nobody',
    ]);
    expect(sent).toMatchObject([{ assistantId: 'a-1' }]);
    expect(await shown('/assistant')).toEqual([
      ...ASKING,
      '!error: this account has no assistants!',
    ]);
  });

  test('says what is unusual about one, safely', async () => {
    expect(
      await introduced({ name: 'Q\x1b[2J', greeting: 'w'.repeat(2001), dataRetention: false }),
    ).toEqual([
      '~assistant: Q~',
      `greeting: ${'w'.repeat(1999)}…⏎~warning: this assistant keeps no data, and Telnyx may refuse to chat with it: turn on data retention in the assistant’s privacy settings in the Telnyx portal, or choose another assistant~`,
    ]);
    expect(await introduced({ name: 'Q', model: 'm' })).toEqual(['~assistant: Q (m)~']);
  });

  test('greets in Markdown, whose blocks begin on a line of their own', async () => {
    expect(await introduced({ name: 'Q', greeting: 'I can:\n- *help*\n' })).toEqual([
      '~assistant: Q~',
      ...['greeting:', '', 'I can:', '- *help*⏎'],
    ]);
  });
});

async function introduced(assistant: Parameters<typeof assistantOf>[0]): Promise<string[]> {
  const { chat, transcript } = scene();
  (await openIntroduction(chat, assistantOf(assistant)))();
  return transcript.flatMap((printed) => printed.split('\n'));
}

describe('/as', () => {
  test('says who is speaking', async () => {
    const { transcript, sent } = await chatOf(['/as Ana', 'hello', '/as', 'hello']);
    expect(transcript.filter((line) => line.startsWith('~'))).toEqual([
      '~you now speak as Ana~',
      '~you now speak without a name~',
    ]);
    expect(sent.map(({ speaker }) => speaker)).toEqual(['Ana', undefined]);
  });
});

describe('/edit', () => {
  test('/edit puts what the editor leaves on the prompt', async () => {
    expect(await shown('/edit a draft')).toEqual(['draft: a draft, edited']);
  });
});

describe('/copy', () => {
  const CODE = 'Run:\n\n```sh\nnpm ci\n```\n\n- then\n\n  ```\n  npm test\n  ```\n';
  const replies = ['first', 'second', CODE];

  test.each([
    ['/copy', `copied to the clipboard: ${CODE}`],
    ['/copy 1', `copied to the clipboard: ${CODE}`],
    ['/copy 3 ', 'copied to the clipboard: first'],
    ['/copy code', 'copied code block 2 of 2 to the clipboard: npm test'],
    ['/copy code 1', 'copied code block 1 of 2 to the clipboard: npm ci'],
  ])('%s', async (line, expected) => {
    expect(await shown(line, { state: { replies } })).toEqual(['[copying]', '[]', `~${expected}~`]);
  });

  test.each([
    ['/copy', [], 'there is no reply to copy yet'],
    ['/copy code', [], 'there is no reply to copy yet'],
    ['/copy 4', replies, 'there are only 3 replies to copy'],
    ['/copy 2', ['one'], 'there is only 1 reply to copy'],
    ['/copy code', ['`no` block'], 'the last reply has no code block'],
    ['/copy code 3', replies, 'there are only 2 code blocks in the last reply'],
    ['/copy 0', replies, 'cannot copy "0"'],
    ['/copy codes', replies, 'cannot copy "codes"'],
    ['/copy code x', replies, 'cannot copy "code x"'],
  ])('%s of %j is an error', async (line, given, message) => {
    const [error] = await shown(line, { state: { replies: given } });
    expect(error?.split('!')[1]).toBe(`error: ${message}`);
    expect(error).not.toContain('/history');
  });

  test('takes the only code block, and the replies of this chat, the last one first', async () => {
    const { transcript } = await chatOf(['a', 'b', '/copy', '/copy 2', '/copy code'], {
      turns: [[done('first')], [done('```\nsecond\n```')]],
    });
    expect(transcript.filter((line) => line.startsWith('~copied'))).toEqual([
      '~copied to the clipboard: ```\nsecond\n```~',
      '~copied to the clipboard: first~',
      '~copied code block to the clipboard: second~',
    ]);
  });

  test('takes what /history and /resume have shown', async () => {
    const world = { conversations: [{}], messages: MESSAGES };
    for (const line of ['/history', '/resume c-1']) {
      const { transcript } = await chatOf([line, '/copy 2', 'more', '/copy 3'], {
        ...world,
        state: { conversationId: 'c-1', replies: ['of another conversation'] },
      });
      expect(transcript.filter((each) => each.startsWith('~copied'))).toEqual([
        '~copied to the clipboard: two~',
        '~copied to the clipboard: two~',
      ]);
    }
  });
});

describe('/export', () => {
  const world = {
    state: { conversationId: 'c-1' },
    conversations: [{ name: 'Trip' }],
    messages: [{ text: 'hello' }],
  };

  test.each([
    ['/export', 'conversation-c-1.md: # Trip'],
    ['/export notes.MD', 'notes.MD: # Trip'],
    ['/export my notes.md', 'my notes.md: # Trip'],
    ['/export "my notes.txt" ', 'my notes.txt: Trip'],
    ["/export 'it is.md'", 'it is.md: # Trip'],
    ['/export ""', 'conversation-c-1.md: # Trip'],
    ['/export notes.txt', 'notes.txt: Trip\nc-1'],
    ['/export notes.json', 'notes.json: {"id":"c-1","name":"Trip"'],
    ['/export bug.chat', 'bug.chat: == Trip\n> hello'],
  ])('%s', async (line, start) => {
    const [asking, end, saved] = await shown(line, world);
    expect([asking, end]).toEqual(ASKING);
    expect(saved?.replaceAll('~', '')).toMatch(
      new RegExp(`^saved to /home/${start.replace(/[.{]/g, '\\$&')}`),
    );
    expect(saved).toContain('hello');
  });

  test.each(['notes', 'notes.pdf', 'md', 'a.md.x1', 'notes.md~'])(
    'refuses the name %j',
    async (file) => {
      expect(await shown(`/export ${file}`, world)).toEqual([
        `!error: cannot save as ${JSON.stringify(file)}!\n~hint: the name must end with .md, .json, .txt or .chat~`,
        `draft: /export ${file}`,
      ]);
    },
  );
});

test('/export refuses a name whose quote has no end', async () => {
  const state = { conversationId: 'c-1' };
  expect(await shown('/export "my notes.md', { state })).toEqual([
    '!error: the quote before "my notes.md" has no end!\n~hint: /export "my notes.md"~',
    'draft: /export "my notes.md',
  ]);
});

test('/export makes a name of an id that is none', async () => {
  const conversationId = '../../etc/x y';
  const lines = await shown('/export', {
    state: { conversationId },
    conversations: [{ id: conversationId }],
  });
  expect(lines.at(-1)).toContain('conversation-.._.._etc_x_y.md: ');
});

describe('/trace', () => {
  const call = { id: 't', name: 'look\x1b[2J', arguments: '{"city":"Paris"}' };
  const state = { conversationId: 'c-1' };

  test('shows the tool calls of the last turn, with arguments and results', async () => {
    const messages = [
      { text: 'before' },
      { role: 'assistant', toolCalls: [{ ...call, name: 'earlier' }] },
      { text: 'weather?' },
      { role: 'assistant', text: 'looking', toolCalls: [call] },
      { role: 'tool', text: 'not JSON' },
      { role: 'tool', text: '[1]', toolCalls: [call] },
      { role: 'assistant', text: 'sunny' },
    ];
    expect(await shown('/trace', { state, messages })).toEqual([
      ...ASKING,
      [
        '~call look: {~',
        '~    "city": "Paris"~',
        '~  }~',
        '~result: not JSON~',
        '~result: [~',
        '~    1~',
        '~  ]~',
      ].join('\n'),
    ]);
  });

  test('says that there were none', async () => {
    const messages = [{ text: 'hello' }, { role: 'assistant', text: 'hi' }];
    expect(await shown('/trace', { state, messages })).toEqual([
      ...ASKING,
      '~the last turn called no tools~',
    ]);
  });
});

describe('/info', () => {
  test('shows assistant, conversation and settings', async () => {
    expect(await shown('/info')).toEqual([
      [
        '~assistant     a-1~',
        '~conversation  (starts with your first message)~',
        '~api_key       …  environment~',
      ].join('\n'),
    ]);
  });

  test('shows who speaks, timings once there are some, and the request that failed', async () => {
    const lastFailure = new AppError('api', 'no', { requestId: 'r-1\x07' });
    const turns = Array.from({ length: 20 }, (_, index) => {
      const ms = index === 19 ? 7 : (index + 1) * 10;
      return { timing: { firstTokenMs: ms, totalMs: ms * 2 } };
    });
    const state = { conversationId: 'c-1', speaker: 'Ana\x07', turns, lastFailure };
    expect((await shown('/info', { state })).join('').replaceAll('~', '').split('\n')).toEqual([
      'assistant     a-1',
      'conversation  c-1',
      'speaking as   Ana',
      'last turn     first token 7 ms, full reply 14 ms',
      'p50           first token 90 ms, full reply 180 ms',
      'p95           first token 180 ms, full reply 360 ms',
      'last failure  request r-1',
      'api_key       …  environment',
    ]);
  });
});

describe('a line that begins with /', () => {
  test('/help lists every command', async () => {
    expect((await shown('/help')).join('\n')).toMatchInlineSnapshot(`
      "/new [title]       start a new conversation
      /resume [id|name]  continue an earlier conversation
      /search <words>    find conversations by what was said, for /resume <n>
      /follow [id|name]  show messages as they come, until Ctrl-C
      /history [n]       show the last messages of this conversation
      /assistant [id]    switch to another assistant
      /name <name>       name this conversation
      /takeover          silence the assistant in this conversation
      /release           let the assistant answer again
      /say <text>        add a message from a person, without a reply
      /insights          show the insights of this conversation
      /as [name]         set the name you speak as
      /retry             send the last message again
      /edit [text]       write the next message in $EDITOR
      /copy [code] [n]   copy the last reply or the nth last, or its nth code block
      /export [file]     save this conversation (.md, .json, .txt, .chat)
      /play <file>       say the messages of a .chat file, one after another
      /trace [n]         show the tool calls of the last turn, or of the nth last
      /info              show assistant, conversation, settings and timings
      /clear             clear the screen
      /help              show the commands and the keys
      /exit              leave the chat

      Enter              send; during a reply, queue the message
      Ctrl-J             new line; also Alt-Enter, or \\ and Enter
      """                start a message of several lines; """ ends it
      Ctrl-G             edit the message in $VISUAL or $EDITOR; also Ctrl-X
      Tab                complete or list commands, conversations, assistants
      Up, Down           earlier messages that start with what you typed
      Ctrl-R             search earlier messages
      Ctrl-W, Ctrl-U     delete the word, or the line, before the cursor
      Ctrl-Y             insert what was last deleted
      Ctrl-_             undo
      Ctrl-L             clear the screen
      Ctrl-C             cancel the reply; clear the message; twice when empty: exit
      Ctrl-D             exit, when the prompt is empty
      Ctrl-Z             suspend; fg resumes"
    `);
  });

  test.each(['/exit', '/quit', '/q'])('%s leaves', async (line) => {
    const { transcript } = await chatOf([line, 'hello']);
    expect(transcript).toEqual([`> ${line}`]);
  });

  test.each(SLASH_COMMANDS.filter(({ argument }) => argument === '').map(({ name }) => name))(
    'is given back when more follows than /%s takes, as it may be a message',
    async (name) => {
      const line = `/${name} the hounds, how?`;
      const { transcript, asked } = await chatOf([line]);
      expect(asked).toEqual([]);
      expect(transcript).toEqual([
        `> ${line}`,
        `!error: /${name} takes nothing after it!\n~hint: to send it as a message, start with a space~`,
        `draft: ${line}`,
      ]);
    },
  );

  test('is a message when lines follow', async () => {
    const { sent } = await chatOf(['/exit\nsecond', '/takeover\nthe company']);
    expect(sent.map(({ text }) => text)).toEqual(['/exit\nsecond', '/takeover\nthe company']);
  });

  test.each([
    ['/resmue abc', 'unknown command /resmue', 'did you mean /resume? '],
    ['/xyzzy', 'unknown command /xyzzy', '/help shows the commands; '],
  ])('is an error when it is no command, and comes back: %s', async (line, message, near) => {
    expect(await shown(line)).toEqual([
      `!error: ${message}!\n~hint: ${near}to send it as a message, start with a space~`,
      `draft: ${line}`,
    ]);
  });
});

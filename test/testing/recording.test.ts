import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, Message } from '../../src/conversations/conversation.js';
import { replyOf, type RecordEntry } from '../../src/testing/chat-file/chat-file.js';
import { acceptedFile, isChange, recordLines } from '../../src/testing/recording/recording.js';
import { exportedChat } from '../../src/testing/recording/export.js';
import { createScript } from '../../src/testing/recording/playback.js';
import { plannedJobs, REPLAY, selectedCases } from '../../src/testing/run/plan.js';
import { replayTests } from '../../src/testing/run/run-tests.js';
import { chatFile } from './fake-account.js';

const conversation = (name = ''): Conversation => {
  return { id: 'c-1', name, metadata: {}, createdAt: '', lastMessageAt: '' };
};
const message = (role: string, text: string, ...calls: [string, string][]): Message => ({
  role,
  text,
  createdAt: '',
  sentAt: '',
  toolCalls: calls.map(([name, args], index) => ({ id: `t${index}`, name, arguments: args })),
});

const SMS: Message[] = [
  message('assistant', 'Hello, this is Acme.'),
  message('user', 'Where is my order?\nIt is no. 4711.'),
  message('assistant', 'One moment.', ['get_order', '{"id":"4711"}'], ['get_hours', '{}']),
  message('tool', '{\n  "state": "shipped"\n}'),
  message('tool', ''),
  message('assistant', 'It left on Monday.\n\nAnything else?'),
  message('user', 'No, thanks.'),
  message('assistant', 'Bye!'),
];

const SMS_FILE = `assistant: assistant-1

== An order
< Hello, this is Acme.

> Where is my order?
> It is no. 4711.
< One moment.
* get_order {"id":"4711"}
* -> {
* ->   "state": "shipped"
* -> }
* get_hours {}
* ->
< It left on Monday.
<
< Anything else?
? calls get_order {"id":"4711"}
? calls get_hours

> No, thanks.
< Bye!
? calls nothing
`;

const replayed = (text: string): string[] => {
  const file = chatFile(text);
  const cases = selectedCases([file], { lines: new Map(), tags: [], titles: [] });
  const { results } = replayTests(plannedJobs(cases, REPLAY));
  return results.map(({ verdict, reason }) => `${verdict}${reason}`);
};

describe('an exported conversation', () => {
  it('is a case with a check of the tools of each turn', () => {
    const metadata = { assistant_id: 'assistant-1' };
    expect(exportedChat({ ...conversation('An order'), metadata }, SMS)).toBe(SMS_FILE);
    expect(replayed(SMS_FILE)).toEqual(['passed']);
  });

  it('begins with its first message when there is no greeting', () => {
    expect(exportedChat(conversation(), SMS.slice(6))).toBe(
      '== Conversation c-1\n> No, thanks.\n< Bye!\n? calls nothing\n',
    );
  });

  it.each<[string, Message[], string]>([
    ['a name that ends with a tag', [message('user', 'a')], '== Order #skip (recorded)\n> a\n? calls nothing\n'],
    ['braces in a message', [message('user', 'say {{name}}')], '== Order #skip (recorded)\n> say { {name}}\n? calls nothing\n'],
    ['a pattern among arguments', [message('user', 'a'), message('assistant', '', ['f', '{"x":"/a+/"}'], ['g', '{"x":"*"}'])], '== Order #skip (recorded)\n> a\n* f {"x":"/a+/"}\n* g {"x":"*"}\n? calls f\n? calls g\n'],
    ['arguments that are no JSON', [message('user', 'a'), message('assistant', '', ['f', 'two\nlines'], ['g', ''])], '== Order #skip (recorded)\n> a\n* f two\n* lines\n\n* g\n? calls f\n? calls g\n'],
    ['JSON on several lines', [message('user', 'a'), message('assistant', '', ['f', '{\n  "x": 1\n}'])], '== Order #skip (recorded)\n> a\n* f { "x": 1 }\n? calls f { "x": 1 }\n'],
    ['a blank message', [message('user', 'a'), message('user', ' '), message('assistant', 'b')], '== Order #skip (recorded)\n> a\n< b\n? calls nothing\n'],
    ['CRLF', [message('user', 'a\r\nb\n')], '== Order #skip (recorded)\n> a\n> b\n>\n? calls nothing\n'],
  ])('with %s', (_, messages, text) => {
    expect(exportedChat(conversation('Order #skip'), messages)).toBe(text);
    expect(replayed(text)).toEqual(['passed']);
  }); // prettier-ignore

  it('needs a message of a user', () => {
    expect(() => exportedChat(conversation(), SMS.slice(0, 1))).toThrow(
      'the conversation has no message of a user',
    );
  });

  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const lines = fc.array(fc.oneof(text, fc.constantFrom('', '> a', '# b', '? calls x', '== t', '{{x}}', '{', '"')), { maxLength: 4 }).map((each) => each.join('\n')); // prettier-ignore
  const args = fc.oneof(fc.json({ depthSize: 'small' }), lines);
  const said = fc.oneof(
    lines.map((each) => message('user', each)),
    fc.tuple(lines, fc.array(fc.tuple(fc.constantFrom('a', 'b c', 'd,e', 'nothing_'), args), { maxLength: 3 })).map(([each, calls]) => message('assistant', each, ...calls)),
    lines.map((each) => message('tool', each)),
  ); // prettier-ignore

  it('always is a file that passes a replay', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), text, (messages, name) => {
        const all = [message('user', 'hi'), ...messages];
        expect(replayed(exportedChat(conversation(name), all))).toEqual(['passed']);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back as it was', () => {
    const entry = fc.oneof(
      lines.map((each): RecordEntry => ({ type: 'reply', text: each.replace(/\r\n?/g, '\n') })),
      fc.record({ name: fc.constantFrom('a', 'b'), arguments: fc.json(), result: fc.option(lines, { nil: undefined }) }).map((call): RecordEntry => ({ type: 'call', call })),
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (record) => {
        const file = chatFile(`? calls nothing\n== t\n> hi\n${recordLines(record).join('\n')}\n`);
        expect(file.cases[0]?.turns[0]?.record).toEqual(record.map(tidy));
      }),
    );
  });
});

/** Without line ends of other systems, and with results only where there are some. */
function tidy(entry: RecordEntry): RecordEntry {
  if (entry.type === 'reply') return entry;
  const { name, arguments: args, result } = entry.call;
  const call = { name, arguments: args.trim() };
  return {
    type: 'call',
    call: result === undefined ? call : { ...call, result: result.replace(/\r\n?/g, '\n') },
  };
}

describe('accepting a new reply', () => {
  const accept = (text: string, reply?: string, calls: { name: string; arguments: string; result?: string }[] = [], turn = 0) => {
    const file = chatFile(text);
    const acceptance = { turn: file.cases[0]!.turns[turn]!, reply, calls };
    return [isChange(acceptance), Buffer.from(acceptedFile(file, [acceptance])).toString()];
  }; // prettier-ignore

  it.each([
    ['adds a missing one', '== t\n> a\n? speakable\n', '== t\n> a\n< new\n? speakable\n'],
    ['replaces one', '== t\n> a\n> b\n< old\n< more\n? speakable\n', '== t\n> a\n> b\n< new\n? speakable\n'],
    ['replaces one below a check', '== t\n> a\n? speakable\n# note\n< old\n', '== t\n> a\n? speakable\n# note\n< new\n'],
    ['takes tools out that were not called', '== t\n> a\n* x {}\n* -> y\n< new\n? speakable\n', '== t\n> a\n< new\n? speakable\n'],
    ['keeps CRLF', '\ufeff== t\r\n> a\r\n? speakable\r\n', '\ufeff== t\r\n> a\r\n< new\r\n? speakable\r\n'],
    ['keeps a missing line end', '? speakable\n== t\n> a', '? speakable\n== t\n> a\n< new'],
    ['keeps a missing line end after it', '? speakable\r\n== t\r\n> a\r\n< old', '? speakable\r\n== t\r\n> a\r\n< new'],
    ['keeps comments and blanks', '== t  #x\n\n#\n> a\n  \n< old\n\n\n? speakable  \n', '== t  #x\n\n#\n> a\n  \n< new\n\n\n? speakable  \n'],
  ])('%s', (_, before, after) => {
    expect(accept(before, 'new')).toEqual([true, after]);
    expect(accept(after, 'new')).toEqual([false, after]);
  }); // prettier-ignore

  it('has the tools before the reply', () => {
    const calls = [
      { name: 'f', arguments: '{"x": 1}', result: 'a\nb' },
      { name: 'g', arguments: '' },
    ];
    const after = '== t\n> a\n* f {"x": 1}\n* -> a\n* -> b\n* g\n< new\n<\n< end\n? speakable\n';
    expect(accept('== t\n> a\n< old\n* g\n? speakable\n', 'new\n\nend', calls)).toEqual([
      true,
      after,
    ]);
    expect(accept(after, 'new\n\nend', calls)).toEqual([false, after]);
  });

  it('takes the reply out when the assistant was silent', () => {
    expect(accept('== t\n> a\n< old\n? is silent\n')).toEqual([true, '== t\n> a\n? is silent\n']);
  });

  it('changes several turns at once', () => {
    const file = chatFile('? speakable\n== t\n> a\n\n> b\n< old\n');
    const accepted = file.cases[0]!.turns.map((turn, index) => ({ turn, reply: `r${index}`, calls: [] })); // prettier-ignore
    expect(Buffer.from(acceptedFile(file, accepted)).toString()).toBe(
      '? speakable\n== t\n> a\n< r0\n\n> b\n< r1\n',
    );
  });
});

describe('a script', () => {
  const NO_LINE = 'The script has no line for that.';
  const FILE = `? speakable
== Twice
> hi
< first

> hi
< One moment.
* f {"x":1}
* -> y
< second

> no record

== Elsewhere
> good morning
< morning

> hi
< third

== {{no}}
> Order {{order}}, please: the {{color}} one
< Here it is.

== Hello again
> hi
< fourth
`;
  const script = createScript([chatFile(FILE, 'a.chat', { order: '4711', color: 'blue' })]);
  const reply = (text: string, earlier: string[] = [], title?: string): string | undefined =>
    replyOf(script({ text, earlier, title }));

  it.each<[string, string[], string]>([
    ['Hi ', [], 'first'],
    ['hi', ['hi'], 'One moment.\nsecond'],
    ['hi', ['good  morning'], 'third'],
    ['hi', ['something else'], 'One moment.\nsecond'],
    ['hi', ['a', 'b', 'c', 'd'], 'first'],
    ['no record', ['hi', 'hi'], NO_LINE],
    ['other', [], NO_LINE],
    ['order 17, please: the RED one', ['x'], 'Here it is.'],
    ['order , please: the red one', [], NO_LINE],
    ['order 17, please: the one', [], NO_LINE],
  ])('answers %s after %j: %s', (text, earlier, expected) => {
    expect(reply(text, earlier)).toBe(expected);
  });

  it('prefers the case whose title the conversation has', () => {
    expect(reply('hi', [], 'Hello again')).toBe('fourth');
    expect(reply('hi', ['good morning'], 'Hello again')).toBe('third');
  });

  it('gives the tools in their place', () => {
    expect(script({ text: 'hi', earlier: ['hi'] })).toEqual([
      { type: 'reply', text: 'One moment.' },
      { type: 'call', call: { name: 'f', arguments: '{"x":1}', result: 'y' } },
      { type: 'reply', text: 'second' },
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { type ListFinding, findTurn, type SoughtTurn } from '../../src/turn/find-turn.js';
import { recordOffset } from '../../src/turn/list-evidence.js';
import type { Moment } from '../../src/turn/server-clock.js';
import type { DeliveredTurn } from '../../src/turn/turn-memory.js';
import { listOf, SENT, message } from '../helpers/messages.js';

const answered = (reply: string): ListFinding => ({ type: 'answered', reply });
const UNANSWERED: ListFinding = { type: 'unanswered' };
const ABSENT: ListFinding = { type: 'absent' };
const UNCLEAR: ListFinding = { type: 'unclear' };

/** Begun here, and so often said before. */
const begunHere = (atLeast: number) => ({
  earlier: { atLeast, isExact: true, isFirst: false },
});
const first = () => ({ earlier: { atLeast: 0, isExact: true, isFirst: true } });
/** Resumed, or with a turn of unknown fate in it. */
const resumed = (atLeast = 0) => ({
  earlier: { atLeast, isExact: false, isFirst: false },
});
const SHARP = { earliest: SENT - 10, latest: SENT + 120, isSharp: true, isFair: true };
const BLUNT = { earliest: SENT - 900, latest: SENT + 120, isSharp: false, isFair: false };
const BLIND = { earliest: -Infinity, latest: Infinity, isSharp: false, isFair: false };

/** The list is read 2 s after the turn was sent; only the clock of `Date` is known. */
const READ = {
  read: { ...SHARP, earliest: SENT + 1_990, latest: SENT + 2_120 },
  isByRecords: false,
  sentAfter: -Infinity,
};
/** The clock that gave the messages their times is known too. */
const BY_RECORDS = { isByRecords: true };

/** Our own words of the same text were said between these, in milliseconds since the turn was sent. */
const saidFrom = (from: number, until: number): Pick<SoughtTurn, 'earlierTimes'> => {
  const window = (at: number) => ({ ...SHARP, earliest: SENT + at - 10, latest: SENT + at + 120 });
  return { earlierTimes: { from: window(from), until: window(until) } };
};

function find(lines: readonly string[], more: Partial<SoughtTurn> = {}): ListFinding {
  const usual = { text: 'hello', received: '', sent: SHARP, ...READ, ...begunHere(0) };
  return findTurn(listOf(lines), { ...usual, ...more });
}

type Row = [name: string, lines: string[], sought: Partial<SoughtTurn>, finding: ListFinding];

describe('a turn in a conversation that began here', () => {
  test.each<Row>([
    ['nothing is listed', [], {}, ABSENT],
    ['only other texts are', ['u-900 hi', 'a-500 Hi!'], {}, ABSENT],
    ['it is there', ['u+20 hello'], {}, UNANSWERED],
    ['with its reply', ['u+20 hello', 'a+900 Hi!'], {}, answered('Hi!')],
    ['without any clock', ['u+20 hello', 'a+900 Hi!'], { sent: BLIND }, answered('Hi!')],
    ['after a greeting', ['a-50 Welcome', 'u+20 hello', 'a+900 Hi!'], {}, answered('Hi!')],
    ['the greeting is no reply', ['a-50 Welcome', 'u+20 hello'], {}, UNANSWERED],
    [
      'said for the second time',
      ['u-900 hello', 'a-500 Hi!', 'u+20 hello', 'a+900 Again?'],
      begunHere(1),
      answered('Again?'),
    ],
    ['only the first is there', ['u-900 hello', 'a-500 Hi!'], begunHere(1), ABSENT],
    [
      'ours is there in the place of the first',
      ['u+20 hello', 'a+900 Hi!'],
      { ...begunHere(1), ...saidFrom(-900, -101) },
      UNCLEAR,
    ],
    [
      'or the first may be, said just before',
      ['u+20 hello', 'a+900 Hi!'],
      { ...begunHere(1), ...saidFrom(-900, -100) },
      ABSENT,
    ],
    [
      'the second is not answered',
      ['u-90 hello', 'a-50 Hi!', 'u+9 hello'],
      begunHere(1),
      UNANSWERED,
    ],
    ['not even the first is there', ['u-900 hi', 'a-500 Hi!'], begunHere(1), UNCLEAR],
    ['somebody else said it long ago', ['u-9999 hello', 'a-9000 Hi!'], {}, UNCLEAR],
    [
      'somebody else said it too',
      ['u-9999 hello', 'a-9000 Hi!', 'u+20 hello', 'a+900 Again?'],
      {},
      answered('Again?'),
    ],
    ['two of them could be ours', ['u+20 hello', 'u+30 hello', 'a+900 Hi!'], {}, UNCLEAR],
    [
      'white space is changed',
      ['u+20 hello  there\n', 'a+90 Hi!'],
      { text: 'hello there' },
      answered('Hi!'),
    ],
    ['letters are composed', ['u+20 ä', 'a+90 Hi!'], { text: 'a\u0308' }, answered('Hi!')],
    ['a clock of another server is behind', ['u-5010 hello', 'a+90 Hi!'], {}, answered('Hi!')],
    ['but not by more', ['u-5011 hello', 'a+90 Hi!'], {}, UNCLEAR],
    ['a space matters', ['u+20 go on', 'a+90 Hi!'], { text: 'goon' }, ABSENT],
    ['case matters', ['u+20 Hello', 'a+90 Hi!'], {}, ABSENT],
    ["the assistant's words are not the user's", ['a+20 hello'], {}, ABSENT],
  ])('%s', (_, lines, sought, finding) => {
    expect(find(lines, sought)).toEqual(finding);
  });
});

describe('a turn in a conversation of which the past is not known', () => {
  const OLD = ['u-2000 hello', 'a-1500 Hi!'];
  const NEW = ['u+20 hello', 'a+900 Again?'];
  test.each<Row>([
    ['the same text was never said', ['u-900 hi', 'a-500 Hi!'], resumed(), ABSENT],
    ['an older one is not ours', OLD, resumed(), UNCLEAR],
    [
      'nor is one that is old enough to be sure',
      ['u-5100 hello', 'a-4000 Hi!'],
      { ...resumed(), ...BY_RECORDS },
      ABSENT,
    ],
    ['one of them is too near', ['u-5100 hello', ...OLD], { ...resumed(), ...BY_RECORDS }, UNCLEAR],
    ['one is just not old enough', ['u-5010 hello'], resumed(), UNCLEAR],
    ['ours is as early as can be', ['u-10 hello', 'a+9 Hi!'], resumed(), answered('Hi!')],
    ['both are there', [...OLD, ...NEW], resumed(), answered('Again?')],
    [
      'our own earlier word is not ours, however near',
      ['u-5 hello', 'a-4 Hi!'],
      { ...resumed(1), ...saidFrom(-6, -3), ...BY_RECORDS },
      ABSENT,
    ],
    [
      'our own earlier word may be ours, when the clock of the messages may be behind',
      ['u-5 hello', 'a-4 Hi!'],
      { ...resumed(1), ...saidFrom(-6, -3) },
      UNCLEAR,
    ],
    [
      'unless it is old enough',
      ['u-5 hello', 'a-4 Hi!', 'u+5050 x'],
      { ...resumed(1), ...saidFrom(-6, -3), sentAfter: SENT + 5_050 },
      ABSENT,
    ],
    [
      'nor are those that were there before it',
      [...OLD, 'u-5 hello', 'a-4 Hi!', 'u+2 hello', 'a+3 Again?'],
      { ...resumed(1), ...saidFrom(-6, -3) },
      answered('Again?'),
    ],
    ['our own earlier word is not there', OLD, { ...resumed(1), ...saidFrom(-6, -3) }, UNCLEAR],
    ['ours is there alone', NEW, resumed(), answered('Again?')],
    ['ours is not answered', [...OLD, 'u+20 hello'], resumed(), UNANSWERED],
    ['the time is not clear yet', [...OLD, ...NEW], { ...resumed(), sent: BLUNT }, UNCLEAR],
    [
      'it is late enough',
      [...OLD, 'u+150 hello', 'a+900 So?'],
      { ...resumed(), sent: BLUNT },
      answered('So?'),
    ],
    [
      'it is just late enough',
      ['u+120 hello', 'a+900 So?'],
      { ...resumed(), sent: BLUNT },
      answered('So?'),
    ],
    ['there is no clock', NEW, { ...resumed(), sent: BLIND }, UNCLEAR],
    ['after one of unknown fate, which is there', [...OLD, ...NEW], resumed(), answered('Again?')],
    ['after one of unknown fate, alone', OLD, resumed(), UNCLEAR],
    ['after a known one and a doubtful one', [...OLD, 'u-1000 hello'], resumed(1), UNCLEAR],
    ['the list does not have the known one', [], resumed(1), UNCLEAR],
  ])('%s', (_, lines, sought, finding) => {
    expect(find(lines, sought)).toEqual(finding);
  });
});

describe('a server that answers within the millisecond in which a turn is sent', () => {
  const within = (at: number) => ({ ...SHARP, earliest: SENT + at, latest: SENT + at + 0.5 });
  test.each<Row>([
    [
      'cuts the time of ours to one before that',
      ['u+20 hello', 'a+21 Hi!'],
      { ...resumed(), ...BY_RECORDS, sent: within(20.4) },
      answered('Hi!'),
    ],
    [
      'cuts the time of our earlier one as well',
      ['u+0 hello', 'a+1 Hi!', 'u+20 hello', 'a+21 Again?'],
      {
        ...resumed(1),
        ...BY_RECORDS,
        sent: within(20.4),
        earlierTimes: { from: within(0.4), until: within(1.6) },
      },
      answered('Again?'),
    ],
    [
      'gives an older one a time of a millisecond before',
      ['u+19 hello', 'a+19 Hi!'],
      { ...resumed(), ...BY_RECORDS, sent: within(20.4) },
      UNCLEAR,
    ],
  ])('%s', (_, lines, sought, finding) => {
    expect(find(lines, sought)).toEqual(finding);
  });
});

describe('when the times of messages and the Date header need not agree', () => {
  const HOUR = 3_600_000;
  const at = (ms: number, ...parts: [kind: string, after: number, text: string][]): string[] =>
    parts.map(([kind, after, text]) => `${kind}${ms + after < 0 ? '' : '+'}${ms + after} ${text}`);
  const turn = (ms: number): string[] => at(ms, ['u', 20, 'hello'], ['a', 900, 'Hi!']);
  test.each<Row>([
    ['ours may be 10 s behind', turn(-10_000), resumed(), UNCLEAR],
    ['or an hour', turn(-HOUR), resumed(), UNCLEAR],
    ['or twelve, without a zone', turn(-12 * HOUR), resumed(), UNCLEAR],
    ['not a day', turn(-25 * HOUR), resumed(), ABSENT],
    ['or two hours ahead', turn(2 * HOUR), resumed(), UNCLEAR],
    [
      'so much was said after it that it is older',
      turn(-HOUR),
      { ...resumed(), sentAfter: SENT - HOUR + 5_021 },
      ABSENT,
    ],
    [
      'what was said after it does not tell',
      turn(-HOUR),
      { ...resumed(), sentAfter: SENT - HOUR + 5_020 },
      UNCLEAR,
    ],
    ['the first of a conversation is ours', turn(-HOUR), first(), answered('Hi!')],
    ['unless something was said before', ['u-9 x', ...turn(HOUR)], first(), answered('Hi!')],
    ['the clock of the records tells', turn(-6_000), { ...resumed(), ...BY_RECORDS }, ABSENT],
  ])('%s', (_, lines, sought, finding) => {
    expect(find(lines, sought)).toEqual(finding);
  });

  test.each<[string, string[], Partial<SoughtTurn>, ListFinding]>([
    ['its own second', ['u+0 hello', 'a+1000 Hi!'], {}, answered('Hi!')],
    ['its own second, answered in it', ['u+0 hello', 'a+0 Hi!'], {}, UNCLEAR],
    ['the next second', ['u+1000 hello', 'a+1000 Hi!'], {}, answered('Hi!')],
    ['the second before', ['u-1000 hello', 'a-1000 Hi!'], {}, UNCLEAR],
    ['a long time before', ['u-9000 hello', 'a-9000 Hi!'], BY_RECORDS, ABSENT],
  ])('whole seconds: sent half a second into %s', (_, lines, sought, finding) => {
    const sent = { ...SHARP, earliest: SENT + 490, latest: SENT + 620 };
    const usual = { text: 'hello', received: '', sent, ...READ, ...resumed() };
    expect(findTurn(listOf(lines), { ...usual, ...sought })).toEqual(finding);
  });
});

describe('the reply', () => {
  const TOOLS = ['u+20 hello', 'tool+300', 'tool+400 Let me look.', 'result+500 sunny'];
  test.each<Row>([
    ['a tool call is none', TOOLS, {}, UNANSWERED],
    ['it comes after tools', [...TOOLS, 'a+900 Sunny.'], {}, answered('Sunny.')],
    ['an empty message is none', ['u+20 hello', 'a+300'], {}, UNANSWERED],
    ['two messages', ['u+20 hello', 'a+300 One', 'a+400 Two'], {}, answered('One')],
    [
      'the one that began',
      ['u+20 hello', 'a+300 Hold on', 'a+400 Two!'],
      { received: 'Tw' },
      answered('Two!'),
    ],
    ['it goes on', ['u+20 hello', 'a+900 Hi there'], { received: 'Hi' }, answered('Hi there')],
    ['it is another', ['u+20 hello', 'a+900 No.'], { received: 'Hi' }, answered('No.')],
    ['it is still being written', ['u+20 hello', 'a+900 Hi'], { received: 'Hi there' }, UNANSWERED],
    [
      'it lost one of its last newlines',
      ['u+20 hello', 'a+900 Hi\n'],
      { received: 'Hi\n\n' },
      answered('Hi\n'),
    ],
    ['it lost its last newline', ['u+20 hello', 'a+900 Hi'], { received: 'Hi\n' }, answered('Hi')],
  ])('%s', (_, lines, sought, finding) => {
    expect(find(lines, sought)).toEqual(finding);
  });
});

describe('while others write', () => {
  test.each<Row>([
    [
      'they were answered before',
      ['u-90 x', 'a-50 X', 'u+20 hello', 'a+90 Hi!'],
      {},
      answered('Hi!'),
    ],
    [
      'they come after our reply',
      ['u+20 hello', 'a+90 Hi!', 'u+100 x', 'a+200 X'],
      {},
      answered('Hi!'),
    ],
    ['theirs was open, one reply', ['u-90 x', 'u+20 hello', 'a+90 X'], {}, UNANSWERED],
    ['theirs came in between, one reply', ['u+20 hello', 'u+50 x', 'a+90 X'], {}, UNANSWERED],
    [
      'all are answered: whose is whose?',
      ['u+20 hello', 'u+50 x', 'a+90 X', 'a+95 Hi!'],
      {},
      UNCLEAR,
    ],
    [
      'both answers are the same',
      ['u+20 hello', 'u+50 x', 'a+90 Hi!', 'a+95 Hi!'],
      {},
      answered('Hi!'),
    ],
    [
      'ours had begun',
      ['u+20 hello', 'u+50 x', 'a+90 X', 'a+95 Hi!'],
      { received: 'H' },
      answered('Hi!'),
    ],
    [
      'both had begun so',
      ['u+20 hello', 'u+50 x', 'a+90 Ha!', 'a+95 Hi!'],
      { received: 'H' },
      UNCLEAR,
    ],
    [
      'ours had begun, theirs is open and might begin so',
      ['u-9 x', 'u+20 hello', 'a+95 Hi!'],
      { received: 'H' },
      UNANSWERED,
    ],
    [
      'much of ours had begun: theirs may begin with as many words',
      ['u-9 x', 'u+20 hello', 'a+95 Thank you for calling. X is right.'],
      { received: 'Thank you for calling. ' },
      UNANSWERED,
    ],
    [
      'nobody answers theirs any more',
      ['u-150000 x', 'u+20 hello', 'a+90 Hi!'],
      {},
      answered('Hi!'),
    ],
    ['theirs may be answered yet', ['u-119980 x', 'u+20 hello', 'a+90 X'], {}, UNANSWERED],
    ['an operator adds words', ['u+20 hello', 'a+90 Hi!', 'a+99 I am Eva'], {}, answered('Hi!')],
  ])('%s', (_, lines, sought, finding) => {
    expect(find(lines, sought)).toEqual(finding);
  });
});

describe('the list', () => {
  const LINES = [
    'u-900 hello',
    'a-500 Hi!',
    'u+20 hello',
    'tool+40',
    'result+50 x',
    'a+900 Again?',
  ];
  const SAME_TIME = ['u-9 hello', 'a-9 Hi!', 'u+20 hello', 'tool+20', 'result+20 x', 'a+20 Again?'];
  const order = (...places: number[]) => places.map((place) => LINES[place] ?? '');

  test.each<[string, string[]]>([
    ['oldest first', LINES],
    ['newest first', LINES.toReversed()],
    ['in no order', order(3, 5, 1, 0, 4, 2)],
    ['newest first, with equal times', SAME_TIME.toReversed()],
    ['in no order, with equal times', [5, 0, 4, 3, 2, 1].map((place) => SAME_TIME[place] ?? '')],
  ])('%s', (_, lines) => {
    expect(find(lines, begunHere(1))).toEqual(answered('Again?'));
  });

  test('that is not whole tells nothing', () => {
    const sought = { text: 'hello', received: '', sent: SHARP, ...READ, ...begunHere(0) };
    const findings = [[], LINES].map((lines) =>
      findTurn(listOf(lines, { isComplete: false }), sought),
    );
    expect(findings).toEqual([UNCLEAR, UNCLEAR]);
  });

  test('with times without a zone is in UTC', () => {
    const list = listOf(LINES);
    const messages = list.messages.map((each) => {
      return { ...each, createdAt: each.createdAt.slice(0, -1), sentAt: '' };
    });
    const sought = { text: 'hello', received: '', sent: SHARP, ...READ, ...resumed() };
    expect(findTurn({ ...list, messages }, sought)).toEqual(answered('Again?'));
  });
});

const moment = (ms: number): Moment => ({ monotonic: ms, wall: SENT + ms });
const turn = (text: string, from: number, until: number): DeliveredTurn => ({
  text,
  isExact: false,
  from: moment(from),
  until: moment(until),
});

const LIST = ['u+10 one', 'a+20 One', 'u+1010 two', 'a+1020 Two'].map(message);
const TURNS = [turn('one', 0, 30), turn('two', 1_000, 1_030)];

test.each([
  ['just now', 1_030, 0],
  ['an hour ago: good clocks drift by a third of a second meanwhile', 3_601_030, 360],
])('turns that were delivered tell the clock of the records: %s', (_, now, drift) => {
  const { min = NaN, max = NaN } = recordOffset(LIST, TURNS, moment(now)) ?? {};
  expect(min - SENT).toBeCloseTo(-10 - drift, 0);
  expect(max - SENT).toBeCloseTo(11 + drift, 0);
});

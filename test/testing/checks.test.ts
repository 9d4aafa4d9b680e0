import { describe, expect, it } from 'vitest';
import type { Observation, ToolUse } from '../../src/testing/checks/check.js';
import { evaluate } from '../../src/testing/checks/evaluate.js';
import { readCheck } from '../../src/testing/checks/grammar.js';
import { plainText, wordsOf } from '../../src/testing/checks/matching.js';
import { smsCount, unspeakable } from '../../src/testing/checks/text-checks.js';

const REPLY = 'Your order 4711 left our warehouse on Monday.';
const NO_VALUE = { unknown: 'nobody knows' };

const GOOD: Observation = {
  reply: { value: REPLY },
  isSilent: false,
  firstWordMs: { value: 900 },
  totalMs: { value: 2_500 },
  tools: { value: [] },
  metadata: { value: { ticket: '4711' } },
  reference: 'Your order left our warehouse on Tuesday.',
  variables: new Map([['id', '4711'], ['dots', 'a.b'], ['empty', ' '], ['tool', 'get_order'], ['bar', 'x | y'], ['limit', '3s']]), // prettier-ignore
};

const saying = (reply: string): Partial<Observation> => ({ reply: { value: reply } });
const tool = (name: string, args = '', result?: string): ToolUse => ({
  name,
  arguments: args,
  result,
});
const calling = (...value: ToolUse[]): Partial<Observation> => ({ tools: { value } });
const UNKNOWN: Partial<Observation> = {
  reply: NO_VALUE, firstWordMs: NO_VALUE, totalMs: NO_VALUE, tools: NO_VALUE, metadata: NO_VALUE,
}; // prettier-ignore
const SILENT: Partial<Observation> = { ...saying(''), isSilent: true };

const found = (check: string, change: Partial<Observation> = {}) => {
  const { verdict, reason } = evaluate(readCheck(check, GOOD.variables), { ...GOOD, ...change });
  return [verdict, reason];
};

const GET = tool(
  'get_order',
  '{"id": "4711", "items": [1, 2], "deep": {"a": null, "b": true}}',
  '{"state": "shipped"}',
);
const EVIL = 'a'.repeat(5_000);

describe('a check that holds', () => {
  it.each<[string, Partial<Observation>?]>([
    ['says left our warehouse'],
    ['says LEFT   our Warehouse'],
    ['says lost | left our | gone'],
    ['says it’s “fine” – really', saying('Well: it\'s "fine" - REALLY.')],
    ['says ｏｒｄｅｒ　４７１１'],
    ['says two\u00a0lines', saying('two\r\nlines')],
    ['says STRASSE', saying('Straße 1')],
    ['says café', saying('a CAFE\u0301')],
    ['says hyphenated', saying('hy\u00adphenated')],
    ['says /order \\d+/'],
    ['says /ORDER/i'],
    ['says /a | b/', saying('a | b')],
    ['says /^second$/m', saying('first\nsecond')],
    ['says /first.second/s', saying('first\nsecond')],
    ['says /\\p{Lu}rder/u', saying('Order')],
    ['says {{id}}'],
    ['says /order {{id}}/'],
    ['says /^{{dots}}$/', saying('a.b')],
    ['says /^{{dots}}$/u', saying('a.b')],
    ['says {{bar}}', saying('x | y')],
    ['never says lost | gone'],
    ['never says /lost/'],
    ['never says /^{{dots}}$/', saying('axb')],
    ['never says lost', SILENT],
    ['is your order 4711 left our warehouse  on monday.'],
    ['is Yes.', saying(' yes. \n')],
    ['like 80%'],
    ['like 100%', { reference: REPLY }],
    ['like 50%', { reference: 'the the the the', ...saying('the the') }],
    ['calls nothing'],
    ['calls get_order', calling(GET)],
    ['calls {{tool}}', calling(GET)],
    ['calls get_order {"id": "4711"}', calling(GET)],
    ['calls get_order {"id": "{{id}}"}', calling(GET)],
    ['calls get_order {"id": "{{id}}"}', calling(tool('get_order', '{"id": 4711}'))],
    ['calls get_order {"id": "/^47/"}', calling(GET)],
    ['calls get_order {"id": "*"}', calling(GET)],
    ['calls get_order {"deep": {"a": null}}', calling(GET)],
    ['calls get_order {"deep": {"a": "*"}}', calling(GET)],
    ['calls get_order {"items": [1, "*"]}', calling(GET)],
    ['calls get_order {"deep": {"b": true}, "items": [1, 2]}', calling(GET)],
    ['calls get_order {}', calling(GET)],
    ['calls a, then b', calling(tool('a'), tool('x'), tool('b'))],
    ['calls a {"n": 1}, then a {"n": 2}', calling(tool('a', '{"n": 1}'), tool('a', '{"n": 2}'))],
    ['calls a {"t": "x, then y"}, then b', calling(tool('a', '{"t": "x, then y"}'), tool('b'))],
    ['calls a 2 times', calling(tool('a'), tool('b'), tool('a'))],
    ['calls a 1 time', calling(tool('a'))],
    ['calls a 0 times'],
    ['calls a {"n": 1} 1 times', calling(tool('a', '{"n": 1}'), tool('a', '{"n": 2}'))],
    ['never calls get_order'],
    ['never calls get_order {"id": "1"}', calling(GET)],
    ['never calls get_order {"id": "1"}', calling(tool('get_order', 'not json'))],
    ['result of get_order says shipped | lost', calling(GET)],
    ['result of get_order says /"state": ?"shipped"/', calling(GET)],
    ['result of get_order says shipped', calling(tool('get_order', '', 'no'), GET)],
    ['first word in 900ms'],
    ['answers in 2.5s'],
    ['answers in {{limit}}'],
    ['at most 8 words'],
    ['at most 1 word', saying('Yes!')],
    ['fits 1 SMS'],
    ['speakable'],
    ['is silent', SILENT],
    ['metadata ticket=4711'],
    ['metadata ticket = {{id}}'],
    ['never metadata ticket=1'],
    ['never metadata other=1'],
    ['keep order=/order (\\d+)/'],
  ])('%s', (check, change) => {
    expect(found(check, change)).toEqual(['passed', '']);
  });
});

describe('a check that does not hold', () => {
  it.each<[string, Partial<Observation>, string]>([
    ['says lost', {}, `no "lost": the reply is "${REPLY}"`],
    ['says zz | {{id}}x', {}, `no "zz" or "4711x": the reply is "${REPLY}"`],
    ['says /lost/i', {}, `no /lost/i: the reply is "${REPLY}"`],
    ['says lost', saying(''), 'no "lost": the reply is empty'],
    ['never says Monday | lost', {}, `the reply has "monday": "${REPLY}"`],
    ['never says /order \\d+/', {}, `the reply has "order 4711": "${REPLY}"`],
    ['is yes', {}, `not "yes": the reply is "${REPLY}"`],
    ['like 90%', {}, '85% of the words of the accepted reply, not 90%'],
    ['like 60%', { reference: 'the the the', ...saying('the') }, '33% of the words of the accepted reply, not 60%'],
    ['calls nothing', calling(GET), 'the turn called get_order {"id": "4711", "items": [1, 2], "deep": {"a": null, "b": true}}'],
    ['calls get_order', {}, 'get_order was not called: the turn called nothing'],
    ['calls get_order {"id": "1"}', calling(tool('get_order', '{"id":"2"}')), 'get_order {"id":"1"} was not called: the turn called get_order {"id":"2"}'],
    ['calls get_order {"id": 4711}', calling(GET), 'get_order {"id":4711} was not called: the turn called get_order {"id": "4711", "items": [1, 2], "deep": {"a": null, "b": true}}'],
    ['calls a {"x": "*"}', calling(tool('a', '{}')), 'a {"x":"*"} was not called: the turn called a {}'],
    ['calls a {"x": [1]}', calling(tool('a', '{"x":[1,2]}')), 'a {"x":[1]} was not called: the turn called a {"x":[1,2]}'],
    ['calls a {"toString": "*"}', calling(tool('a', '{}')), 'a {"toString":"*"} was not called: the turn called a {}'],
    ['calls a {"n": "4711"}', calling(tool('a', '{"n":4711}')), 'a {"n":"4711"} was not called: the turn called a {"n":4711}'],
    ['calls a, then b', calling(tool('b'), tool('a')), 'b was not called after a: the turn called b, a'],
    ['calls a 2 times', calling(tool('a')), 'a was called 1 time: the turn called a'],
    ['never calls a', calling(tool('a', '{}', 'done')), 'the turn called a {} → done'],
    ['result of a says x', calling(tool('a', '', 'y')), 'no "x": the result of a is "y"'],
    ['result of a says x', {}, 'a was not called: the turn called nothing'],
    ['first word in 899ms', {}, 'it took 900ms'],
    ['answers in 2s', {}, 'it took 2.5s'],
    ['at most 7 words', {}, 'the reply has 8 words'],
    ['fits 1 SMS', saying('x'.repeat(161)), 'the reply takes 2 SMS in GSM 03.38'],
    ['fits 1 SMS', saying(`${'x'.repeat(70)}ş`), 'the reply takes 2 SMS in UCS-2, which "ş" needs'],
    ['speakable', saying('See **this**.'), 'the reply has emphasis: "**this**"'],
    ['is silent', {}, 'the assistant answered'],
    ['is silent', saying(''), 'the assistant answered'],
    ['says x', SILENT, 'no "x": the reply is empty'],
    ['metadata ticket=1', {}, 'the conversation has ticket=4711'],
    ['metadata other=1', {}, 'the conversation has no other'],
    ['metadata toString=1', {}, 'the conversation has no toString'],
    ['never metadata ticket=4711', {}, 'the conversation has ticket=4711'],
    ['keep no=/no\\. (\\d+)/', {}, `no match for no in the reply: "${REPLY}"`],
  ])('%s', (check, change, reason) => {
    expect(found(check, change)).toEqual(['failed', reason]);
  }); // prettier-ignore
});

describe('a check that cannot be made', () => {
  const TOO_LONG = 'the pattern took longer than 500 ms: it backtracks too much';
  it.each<[string, Partial<Observation>, string]>([
    ...['says x', 'never says x', 'is x', 'like 50%', 'at most 5 words', 'fits 1 SMS', 'speakable', 'keep a=/x/', 'is silent', 'calls a', 'calls a 2 times', 'calls nothing', 'never calls a', 'result of a says x', 'first word in 1s', 'answers in 1s', 'metadata a=b', 'never metadata a=b']
      .map((check): [string, Partial<Observation>, string] => [check, UNKNOWN, 'nobody knows']),
    ['judge is polite', {}, 'only a simulated case has a judge'],
    ['like 50%', { reference: '' }, 'there is no accepted reply to compare with'],
    ['says {{empty}}', {}, 'the check looks for an empty text'],
    ['never says {{empty}}', {}, 'the check looks for an empty text'],
    ['result of a says x', calling(tool('a')), 'the conversation has no result of a'],
    ['says /^(a+)+$/', saying(`${EVIL}!`), TOO_LONG],
    ['never says /^(a+)+$/', saying(`${EVIL}!`), TOO_LONG],
    ['keep x=/^(a+)+$/', saying(`${EVIL}!`), TOO_LONG],
    ['calls a {"x": "/^(a+)+$/"}', calling(tool('a', JSON.stringify({ x: `${EVIL}!` }))), TOO_LONG],
  ])('%s', (check, change, reason) => {
    expect(found(check, change)).toEqual(['error', reason]);
  }); // prettier-ignore
});

it.each([
  ['keep order=/order (\\d+)/', { name: 'order', value: '4711' }],
  ['keep day=/monday/i', { name: 'day', value: 'Monday' }],
])('%s gives its value to later turns', (check, kept) => {
  expect(evaluate(readCheck(check, new Map()), GOOD).kept).toEqual(kept);
});

it.each([
  ['  A\t\r\n b ', 'a b'],
  ['“x” ‘y’ «z»', `"x" 'y' "z"`],
  ['a–b—c−d', 'a-b-c-d'],
  ['ＡＢＣ１', 'abc1'],
  ['ΟΔΟΣ', 'οδοσ'],
])('plain text of %j', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

it.each([
  ['', []],
  ['- — !', []],
  ['Well-known, isn’t it?', ['Well-known', 'isn’t', 'it']],
  ['It costs 3.50 €.', ['It', 'costs', '3.50']],
  ['今日は', ['今日', 'は']],
])('words of %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

it.each([
  ['', 0, 'GSM 03.38'],
  ['x'.repeat(160), 1, 'GSM 03.38'],
  ['x'.repeat(161), 2, 'GSM 03.38'],
  ['x'.repeat(306), 2, 'GSM 03.38'],
  ['x'.repeat(307), 3, 'GSM 03.38'],
  ['€'.repeat(80), 1, 'GSM 03.38'],
  ['€'.repeat(81), 2, 'GSM 03.38'],
  // 152 septets, then an escape pair that has no room: 306 septets, and three parts.
  [`${'x'.repeat(152)}€${'x'.repeat(152)}`, 3, 'GSM 03.38'],
  ['周'.repeat(70), 1, 'UCS-2'],
  ['周'.repeat(71), 2, 'UCS-2'],
  ['周'.repeat(134), 2, 'UCS-2'],
  ['周'.repeat(135), 3, 'UCS-2'],
  ['😀'.repeat(35), 1, 'UCS-2'],
  // 33 pairs are 66 units: the 34th has no room in the first part, nor the 67th in the second.
  ['😀'.repeat(66), 2, 'UCS-2'],
  ['😀'.repeat(67), 3, 'UCS-2'],
])('%j takes SMS', (text, parts, encoding) => {
  expect(smsCount(text)).toMatchObject({ parts, encoding });
});

it.each([
  ['See https://telnyx.com now.', 'a link', 'https://telnyx.com'],
  ['See [here](x).', 'a link', '[here](x)'],
  ['See www.telnyx.com', 'a link', 'www.telnyx.com'],
  ['Run `npm ci`.', 'code', '`npm ci`'],
  ['```\nx\n```', 'code', '```\nx\n```'],
  ['| a | b |\n| - | - |', 'a table', '| a | b |'],
  ['You need:\n- milk', 'a list', '- milk'],
  ['You need:\n1. milk', 'a list', '1. milk'],
  ['# Title', 'a heading', '# Title'],
  ['> quoted', 'a quote', '> quoted'],
  ['***', 'a rule', '***'],
  ['It is *fine*.', 'emphasis', '*fine*'],
  ['It is __fine__.', 'emphasis', '__fine__'],
  ['a<br>b', 'a tag', '<br>'],
  ['Done ✅', 'an emoji', '✅'],
  ['Hi 👋🏽', 'an emoji', '👋'],
  ['🇩🇪', 'an emoji', '🇩'],
])('%j is not speakable', (text, name, part) => {
  expect(unspeakable(text)).toEqual({ name, found: part });
});

it.each([
  'It costs $3.50, and 2 * 3 = 6; snake_case_names are fine - really.',
  'Call us: +1 (312) 555-0100, 9–5. 5 > 3 and 3 < 5.',
  'Telnyx® is open 24/7 & ready™. Order #4711 is 100% done.',
  '',
])('%j is speakable', (text) => {
  expect(unspeakable(text)).toBeUndefined();
});

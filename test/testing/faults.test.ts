import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/base/errors.js';
import { parseChatFile, readChatFile } from '../../src/testing/chat-file/parse.js';

/** Where a mistake stands: among the lines of the file, of a case before its first turn, or of a turn. */
type Level = 'file' | 'case' | 'turn';

interface Mistake {
  level: Level;
  line: string;
  column: number;
  what: string;
}

const at = (level: Level, line: string, column: number, what: string): Mistake => {
  return { level, line, column, what };
};

const MISTAKES: readonly Mistake[] = [
  at('turn', 'hello', 1, 'the line has no mark'),
  at('turn', '-- x', 1, 'the line has no mark'),
  at('turn', '! x', 1, 'the line has no mark'),
  at('turn', '>hello', 2, 'a space is missing after >'),
  at('turn', '<hello', 2, 'a space is missing after <'),
  at('turn', '*tool', 2, 'a space is missing after *'),
  at('turn', '?says x', 2, 'a space is missing after ?'),
  at('turn', '==title', 3, 'a space is missing after =='),
  at('turn', '* ->{}', 5, 'a space is missing after * ->'),
  at('turn', '#smoke', 2, 'a space is missing after #'),
  at('turn', ' > x', 1, 'the line begins with a space'),
  at('turn', '\t> x', 1, 'the line begins with a tab'),
  at('turn', '\u00a0> x', 1, 'the line begins with white space'),
  at('turn', '  more', 1, 'nothing to continue'),
  at('turn', '* ', 3, 'the name of a tool is missing'),
  at('turn', '* -> {}', 6, 'a result without a call'),
  at('turn', 'runs: 3', 1, 'a setting after the first message'),
  at('turn', '==', 3, 'the case has no title'),
  at('turn', '== #smoke', 4, 'the case has no title'),
  at('turn', '?', 2, 'the check is missing'),
  at('turn', '? sais x', 3, 'unknown check "sais"'),
  at('turn', '? never keep a=/b/', 3, 'unknown check "never keep"'),
  at('turn', '? first reply in 2s', 3, 'unknown check "first reply"'),
  at('turn', '? 周 x', 3, 'unknown check "周"'),
  at('turn', '? says', 7, 'the check ends too early'),
  at('turn', '? says /x', 8, 'the regular expression has no end'),
  at('turn', '? says /(/', 8, 'bad regular expression: /(/: Unterminated group'),
  at('turn', '? never says /[/', 14, 'bad regular expression: /[/: Unterminated character class'),
  at('turn', '? says /x/gi', 11, 'bad flags gi'),
  at('turn', '? says /x/ii', 11, 'bad flags ii'),
  at('turn', '? says a |  | b', 12, 'a text between | is missing'),
  at('turn', '? says 😀 | /b/', 12, 'a regular expression among texts'),
  at('turn', '? is', 5, 'the check ends too early'),
  at('turn', '? is silent now', 13, '"now" is too much'),
  at('turn', '? like', 7, 'like needs a share'),
  at('turn', '? like 0%', 8, 'like needs a share'),
  at('turn', '? like 101%', 8, 'like needs a share'),
  at('turn', '? like sixty', 8, 'like needs a share'),
  at('turn', '? like 60%', 3, 'like has nothing to compare with: the message of line N has no <'),
  at('turn', '? calls', 8, 'the name of a tool is missing'),
  at('turn', '? calls a {"x": }', 11, 'bad JSON after the tool'),
  at('turn', '? calls a {"x": 1', 11, 'bad JSON after the tool'),
  at('turn', '? calls a, then b {x}', 19, 'bad JSON after the tool'),
  at('turn', '? calls a {"x": "/(/"}', 11, 'bad regular expression: /(/: Unterminated group'),
  at('turn', '? calls a then b', 11, '"then b" is not understood'),
  at('turn', '? calls a two times', 11, '"two times" is not understood'),
  at('turn', '? calls a, then', 10, '", then" is not understood'),
  at('turn', '? never calls nothing', 22, 'never calls takes one tool'),
  at('turn', '? never calls a, then b', 16, 'never calls takes one tool'),
  at('turn', '? result of tool', 13, 'the check is incomplete'),
  at('turn', '? result of tool says /x', 23, 'the regular expression has no end'),
  at('turn', '? first word in 2', 17, '"2" is not a duration'),
  at('turn', '? first word in', 16, '"" is not a duration'),
  at('turn', '? answers in 0s', 14, '"0s" is not a duration'),
  at('turn', '? answers in 2 s', 14, '"2 s" is not a duration'),
  at('turn', '? at most many words', 11, '"many words" is not a number of words'),
  at('turn', '? at most 60', 11, '"60" is not a number of words'),
  at('turn', '? at most 60 wrods', 11, '"60 wrods" is not a number of words'),
  at('turn', '? at most', 10, 'the check ends too early'),
  at('turn', '? fits 0 SMS', 8, '"0 SMS" is not a number of SMS'),
  at('turn', '? fits 2 SMS messages', 8, '"2 SMS messages" is not a number of SMS'),
  at('turn', '? speakable text', 13, '"text" is too much'),
  at('turn', '? metadata ticket', 12, 'metadata needs a key and a value'),
  at('turn', '? keep order', 8, 'keep needs a name and a regular expression'),
  at('turn', '? keep 1x=/a/', 8, 'keep needs a name and a regular expression'),
  at('turn', '? keep order=abc', 14, 'keep needs a regular expression'),
  at('turn', '? keep order=/(/', 14, 'bad regular expression: /(/: Unterminated group'),
  at('turn', '? judge is polite', 3, 'judge without a caller'),
  at('turn', '? says é {{name}}', 10, '{{name}} has no value'),
  at('case', 'run: 3', 1, 'unknown setting "run"'),
  at('case', 'Hello: there', 1, 'unknown setting "Hello"'),
  at('case', 'runs:3', 6, 'a space is missing after runs:'),
  at('case', 'runs: 0', 7, 'a case that does not run tests nothing'),
  at('case', 'runs: x', 7, '"x" is not a number of runs'),
  at('case', 'runs: 2, 3 must pass', 7, '3 of 2 runs cannot pass'),
  at('case', 'runs: 2, 0 must pass', 7, 'a case of which no run must pass tests nothing'),
  at('case', 'timeout: 30', 10, '"30" is not a duration'),
  at('case', 'serial: yes', 9, '"yes" is neither true nor false'),
  at('case', 'meta: ticket', 7, 'bad meta: "ticket"'),
  at('case', 'meta: assistant_id=x', 7, 'meta: cannot set assistant_id: it is always the assistant of the conversation'),
  at('case', 'meta: telnyx_chat_test=x', 7, 'meta cannot set telnyx_chat_test'),
  at('case', 'assistant: a b', 12, '"a b" is not an assistant id'),
  at('case', 'assistant:', 11, 'assistant has no value'),
  at('case', 'channel: phone_call', 10, 'the channel "phone_call" is not supported'),
  at('case', 'as: é {{name}}', 7, '{{name}} has no value'),
  at('case', 'p95: 6s', 1, 'p95 is a setting of the file'),
  at('case', '* -> x', 6, 'a result without a call'),
  at('file', '> hello', 1, 'this line is part of no case'),
  at('file', '< hello', 1, 'this line is part of no case'),
  at('file', '* tool', 1, 'this line is part of no case'),
  at('file', 'hello', 1, 'the line has no mark'),
  at('file', 'runs: 0', 7, 'a case that does not run tests nothing'),
  at('file', 'p95: soon', 6, '"soon" is not a duration'),
  at('file', '? says /x', 8, 'the regular expression has no end'),
  at('file', '? judge is polite', 3, 'judge without a caller'),
]; // prettier-ignore

/** Files of one mistake: the lines before it by its level, and how they are written. */
const SURROUNDINGS: readonly { name: string; file: string[]; write: (lines: string[]) => string }[] = [
  { name: 'a short file', file: [], write: (lines) => lines.join('\n') },
  { name: 'a byte order mark', file: [], write: (lines) => `\ufeff${lines.join('\n')}\n` },
  { name: 'CRLF, after another case', file: ['# 周 😀', '== First', '> hi', '? speakable', ''], write: (lines) => `${lines.join('\r\n')}\r\n` },
  { name: 'CR', file: ['as: 😀', '  more', '# note', ''], write: (lines) => lines.join('\r') },
]; // prettier-ignore

const GOOD_CASE = ['== Good', '> hi', '? speakable'];

function fileWith(mistake: Mistake, before: string[]): { lines: string[]; line: number } {
  const isFileLevel = mistake.level === 'file';
  const outside = isFileLevel ? before.filter((line) => !/^(==|>|\?)/.test(line)) : before;
  const levels: Record<Level, string[]> = { file: [], case: ['== Bad'], turn: ['== Bad', '> hi'] };
  const begin = [...outside, ...levels[mistake.level]];
  const after = mistake.level === 'case' ? ['> hi', '? speakable'] : ['? speakable'];
  const rest = isFileLevel ? [] : after;
  const isHeading = mistake.line.startsWith('==');
  return {
    lines: [...begin, mistake.line, ...(isHeading ? ['> hi'] : []), ...rest, ...GOOD_CASE],
    line: begin.length + 1,
  };
}

function errorOf(bytes: Uint8Array | string): unknown {
  try {
    parseChatFile('a.chat', typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(SURROUNDINGS)('in $name', ({ file, write }) => {
  it.each(MISTAKES)('$level: $line', (mistake) => {
    const { lines, line } = fileWith(mistake, file);
    const what = mistake.what.replace(' N ', ` ${line - 1} `);
    const error = errorOf(write(lines));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      kind: 'usage',
      message: `a.chat:${line}:${mistake.column}: ${what}`,
    });
    expect((error as AppError).details.hint).toMatch(/\w/);
  });
});

it('has two hundred broken files and more', () => {
  expect(MISTAKES.length * SURROUNDINGS.length).toBeGreaterThan(200);
});

it.each([
  ['', 'a.chat:1:1: the file has no case'],
  ['runs: 3\n', 'a.chat:1:1: the file has no case'],
  ['== a\n? speakable\n', 'a.chat:1:1: the case says nothing'],
  ['== a\n> hi\n', 'a.chat:1:1: the case has no check'],
  ['== a\n>\n? speakable\n', 'a.chat:2:1: message is required'],
  ['== a\n>  \n>\n? speakable\n', 'a.chat:2:1: message is required'],
  ['== a\n> a\0b\n? speakable\n', 'a.chat:2:1: the message contains a NUL byte'],
  ['== a\n> hi\n? speakable\n== b\n> hi\n? speakable\n==  a #x\n> hi\n? speakable\n', 'a.chat:7:4: duplicate title, already used in line 1: a'],
  ['runs: 1\nruns: 2\n== a\n> hi\n? speakable\n', 'a.chat:2:7: runs is given twice'],
  ['as: a\nas: b\n== a\n> hi\n? speakable\n', 'a.chat:2:5: as is given twice'],
  ['meta: a=1\nmeta: a=2\n== a\n> hi\n? speakable\n', 'a.chat:2:7: meta gives a twice'],
  ['== a\n> hi\n< x\n? like 50%\n> more\n? like 50%\n', 'a.chat:6:3: like has nothing to compare with: the message of line 5 has no <'],
  ['== a\n? like 50%\n> hi\n< x\n\n> more\n', 'a.chat:2:3: like has nothing to compare with: the message of line 6 has no <'],
  ['== a\n> hi\n< -\n? like 50%\n', 'a.chat:4:3: like has nothing to compare with: the message of line 2 has no <'],
  ['== a\n> hi\n> to 😀 {{who}}\n? speakable\n', 'a.chat:3:8: {{who}} has no value'],
  ['== a\n> hi {{n}}\n? keep n=/x/\n', 'a.chat:2:6: {{n}} has no value'],
  ['== a\n> hi\n? keep n=/x/\n? says {{n}}\n', 'a.chat:4:8: {{n}} has no value'],
  ['== a\n? says {{n}}\n> hi\n? keep n=/x/\n\n> more\n', 'a.chat:2:8: {{n}} has no value'],
  ['== a\nas: one\n  two {{x}}\n> hi\n? speakable\n', 'a.chat:3:7: {{x}} has no value'],
  ['== a\n> hi\n? answers in {{t}}\n', 'a.chat:3:14: "{{t}}" is not a duration'],
  ['== a\ncaller: You are Ana.\n', 'a.chat:2:1: a caller without judge'],
  ['== a\ncaller: You are Ana.\n> hi\n? judge x\n', 'a.chat:3:1: a message beside a caller'],
  [`== a\ncaller: ${'x'.repeat(5001)}\n? judge x\n`, 'a.chat:2:9: the caller has 5001 characters'],
  ['== a\ncaller: Ana\n? judge x\n? answers in 6s\n', 'a.chat:4:3: "answers in 6s" cannot be checked in the simulated case of line 1'],
  ['? speakable\n== a\ncaller: Ana\n? judge x\n', 'a.chat:1:3: "speakable" cannot be checked in the simulated case of line 2'],
  ['== a\ncaller: Ana\n? judge {{x}}\n', 'a.chat:3:9: {{x}} has no value'],
  ['? judge x\n== a\n> hi\n', 'a.chat:1:3: judge without a caller'],
])('%j: %s', (text, message) => {
  expect(errorOf(text)).toMatchObject({ kind: 'usage', message });
}); // prettier-ignore

it.each([
  ['an UTF-16 file', Buffer.from('\ufeff== a\n', 'utf16le'), 'a.chat:1:1: this is not UTF-8'],
  ['Latin-1', Buffer.from('== a\n> caf\xe9 x\n? speakable\n', 'latin1'), 'a.chat:2:6: this is not UTF-8'],
  ['a cut character', Buffer.concat([Buffer.from('== a\n> 😀 '), Buffer.from([0xf0, 0x9f])]), 'a.chat:2:5: this is not UTF-8'],
  ['a replacement character', Buffer.concat([Buffer.from('== a\n> \ufffd '), Buffer.from([0xff])]), 'a.chat:2:5: this is not UTF-8'],
  ['more than 1 MiB', Buffer.alloc(1024 * 1024 + 1, 'x'), 'a.chat:1:1: the file is larger than 1 MiB'],
])('%s', (_, bytes, message) => {
  expect(errorOf(bytes)).toMatchObject({ message });
}); // prettier-ignore

it.each([
  ['never is x', 'write: never says A | B, or: never calls tool, or: never metadata key=value'],
  ['at least 3 words', 'write: at most 60 words'],
  ['at most 60 wrods', 'write: at most 60 words'],
  ['at most', 'write: at most 60 words'],
  ['fits 2 SMS messages', 'write: fits 2 SMS'],
  ['fits {{n}} SMS', 'write: fits 2 SMS; give the value with --var'],
])('shows how %j is written', (check, hint) => {
  expect(errorOf(`== a\n> hi\n? ${check}\n`)).toMatchObject({ details: { hint } });
});

it('takes a file of 1 MiB', () => {
  const begin = '== a\n> hi\n? speakable\n';
  const bytes = Buffer.from(`${begin}# ${'x'.repeat(1024 * 1024 - begin.length - 2)}`);
  expect(errorOf(bytes)).toBeUndefined();
});

it('tells all mistakes of a file, in the order of its lines', () => {
  const text = 'runs: 0\n== a\n> hi\n? sais x\noops\n? says /x\n';
  const { faults } = readChatFile('a.chat', Buffer.from(text), new Map());
  expect(faults.map(({ line, column }) => [line, column])).toEqual([[1, 7], [4, 3], [5, 1], [6, 8]]); // prettier-ignore
  expect(errorOf(text)).toMatchObject({
    message: 'a.chat:1:7: a case that does not run tests nothing',
    details: { hint: 'write runs: 1 or more, or the tag #skip (mistakes after this one: 3)' },
  });
});

describe('a value that is missing', () => {
  const KEPT =
    'keep it in an earlier turn: ? keep who=/re/; telnyx-chat test can also give it: --var who=…';
  const GIVEN =
    'it is needed before the first turn, when only telnyx-chat test can give it: --var who=…';

  it.each([
    ['a message', '== a\n> hi {{who}}\n? speakable\n', KEPT],
    ['a check', '== a\n> hi\n? says {{who}}\n', KEPT],
    ['a setting', '== a\nas: {{who}}\n> hi\n? speakable\n', GIVEN],
    ['a setting of the file', 'meta: a={{who}}\n== a\n> hi\n? speakable\n', GIVEN],
    ['a simulated caller', '== a\ncaller: {{who}}\n? judge x\n', GIVEN],
    ['a check of a simulated case', '== a\ncaller: Ana\n? judge x\n? says {{who}}\n', GIVEN],
  ])('can come from where %s may have it', (_, text, hint) => {
    expect(errorOf(text)).toMatchObject({ details: { hint } });
  });
});

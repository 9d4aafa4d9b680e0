import { describe, expect, it } from 'vitest';
import {
  jsonReport,
  jsonReportText,
  compared,
  failedCases,
  readReport,
} from '../../src/testing/report/json.js';
import {
  hideSecrets,
  maskedResult,
  type CaseResult,
  type CaseVerdict,
} from '../../src/testing/run/results.js';
import {
  listText,
  plannedJobs,
  selectedCases,
  type Selection,
} from '../../src/testing/run/plan.js';
import { chatFile } from './fake-account.js';

const A = chatFile(
  'assistant: of-file\n== Order status #smoke #orders\n> a\n? speakable\n\n> b\n? says b\n== Order late #orders\nassistant: of-case\n> c\n? speakable\n',
  'a.chat',
);
const B = chatFile('? speakable\n== Greeting #smoke\n> d\n== Talks\ncaller: Ana\n? judge x\n'.replace('? speakable\n', '').replace('> d\n', '> d\n? speakable\n'), 'b.chat'); // prettier-ignore

const ALL: Selection = { lines: new Map(), tags: [], titles: [] };
const titles = (selection: Partial<Selection>): string[] =>
  selectedCases([A, B], { ...ALL, ...selection }).map(({ test }) => test.title);

describe('selecting cases', () => {
  it.each<[string, Partial<Selection>, string[]]>([
    ['all', {}, ['Order status', 'Order late', 'Greeting', 'Talks']],
    ['a tag', { tags: ['smoke'] }, ['Order status', 'Greeting']],
    ['a tag with its mark', { tags: ['#orders'] }, ['Order status', 'Order late']],
    ['any of several tags', { tags: ['smoke', 'orders'] }, ['Order status', 'Order late', 'Greeting']],
    ['a title', { titles: ['ORDER'] }, ['Order status', 'Order late']],
    ['any of several titles', { titles: ['late', 'talk'] }, ['Order late', 'Talks']],
    ['a tag and a title', { tags: ['smoke'], titles: ['order'] }, ['Order status']],
    ['the line of a title', { lines: new Map([['a.chat', [2]]]) }, ['Order status', 'Greeting', 'Talks']],
    ['a line within', { lines: new Map([['a.chat', [7]], ['b.chat', [5]]]) }, ['Order status', 'Talks']],
    ['two lines of one file', { lines: new Map([['a.chat', [10, 3]]]) }, ['Order status', 'Order late', 'Greeting', 'Talks']],
    ['the failed ones', { failed: [{ file: 'b.chat', title: 'Talks' }] }, ['Talks']],
    ['none left that failed', { failed: [] }, []],
    ['none left of a tag that failed', { failed: [{ file: 'b.chat', title: 'Talks' }], tags: ['smoke'] }, []],
  ])('%s', (_, selection, expected) => {
    expect(titles(selection)).toEqual(expected);
  }); // prettier-ignore

  it.each<[Partial<Selection>, string]>([
    [{ tags: ['nope'] }, 'no case is selected by --tag nope'],
    [{ tags: ['smoke'], titles: ['late'] }, 'no case is selected by --tag smoke --grep late'],
    [{ lines: new Map([['a.chat', [1]]]) }, 'a.chat:1: no case is at this line'],
    [{ lines: new Map([['a.chat', [99]]]) }, 'a.chat:99: no case is at this line'],
  ])('%j is wrong usage', (selection, message) => {
    expect(() => titles(selection)).toThrow(expect.objectContaining({ kind: 'usage', message }));
  });

  it('needs a file', () => {
    expect(() => selectedCases([], ALL)).toThrow('there is no .chat file here');
  });
});

describe('planning', () => {
  const cases = selectedCases([A, B], ALL);
  const ids = (assistantIds: string[], defaultAssistantId?: string) =>
    plannedJobs(cases, { assistantIds, defaultAssistantId, simulates: true }).map((job) => job.assistantIds); // prettier-ignore

  it('takes the assistant of the flag, else of the case, the file, the profile', () => {
    expect(ids(['x'], 'd')).toEqual([['x'], ['x'], ['x'], ['x']]);
    expect(ids(['x', 'y', 'x'])).toEqual([['x', 'y'], ['x', 'y'], ['x', 'y'], ['x', 'y']]); // prettier-ignore
    expect(ids([], 'd')).toEqual([['of-file'], ['of-case'], ['d'], ['d']]);
    expect(() => ids([])).toThrow('TELNYX_ASSISTANT_ID is required');
  });

  it('lists cases, turns and checks', () => {
    expect(listText(cases)).toBe(
      [
        'a.chat:2  Order status #smoke #orders  (2 turns, 2 checks)',
        'a.chat:8  Order late #orders  (1 turn, 1 check)',
        'b.chat:1  Greeting #smoke  (1 turn, 1 check)',
        'b.chat:4  Talks  (simulated, 1 check)',
        '',
      ].join('\n'),
    );
  });
});

const result = (title: string, verdict: CaseVerdict, assistantId = 'one'): CaseResult => {
  return { file: 'a.chat', line: 1, title, tags: [], assistantId, verdict, reason: '', runs: [] };
};

describe('a baseline', () => {
  const VERDICTS: CaseVerdict[] = ['passed', 'flaky', 'failed', 'error', 'skipped'];
  const told = (before: CaseVerdict | undefined, now: CaseVerdict): string => {
    const report = jsonReport(
      { run: 'r', started: new Date(0) },
      before ? [result('t', before)] : [],
    );
    const earlier = readReport(jsonReportText(report), 'run.json');
    const comparison = compared([result('t', now)], earlier);
    return Object.entries(comparison).flatMap(([name, cases]) => (cases.length > 0 ? [name] : [])).join(); // prettier-ignore
  };

  it.each<[CaseVerdict | undefined, string[]]>([
    // passed, flaky, failed, error, skipped now
    [undefined, ['added', 'added', 'worse,added', 'worse,added', 'added']],
    ['passed', ['', 'flakier', 'worse', 'worse', '']],
    ['flaky', ['', '', 'worse', 'worse', '']],
    ['failed', ['fixed', 'fixed', '', '', '']],
    ['error', ['fixed', 'fixed', '', '', '']],
    ['skipped', ['', '', '', '', '']],
  ])('%s before', (before, now) => {
    expect(VERDICTS.map((verdict) => told(before, verdict))).toEqual(now);
  });

  it('tells assistants apart', () => {
    const earlier = [{ file: 'a.chat', title: 't', assistant: 'two', verdict: 'passed' as const }];
    expect(compared([result('t', 'failed')], earlier).added).toHaveLength(1);
  });

  it('knows what failed', () => {
    const report = jsonReport({ run: 'r', started: new Date(0) }, VERDICTS.map((verdict) => result(verdict, verdict))); // prettier-ignore
    const failed = failedCases(readReport(JSON.stringify(report), 'run.json'));
    expect(failed.map(({ title }) => title)).toEqual(['failed', 'error']);
  });

  it.each(['', '[]', '{}', '{"cases": 1}', '{"cases": [{}]}', '{"cases": [{"file": "a", "title": "t", "assistant": 1, "verdict": "passed"}]}', '{"cases": [{"file": "a", "title": "t", "assistant": null, "verdict": "ok"}]}'])('%j is no report', (text) => {
    expect(() => readReport(text, 'x.json')).toThrow('x.json is not a report of telnyx-chat test');
  }); // prettier-ignore
});

describe('masking', () => {
  it('hides secrets in every text of a result', () => {
    const secret = 'KEY123';
    const check = { line: 1, check: `says ${secret}`, verdict: 'failed' as const, reason: secret };
    const tools = [{ name: secret, arguments: secret, result: secret }, { name: 'x', arguments: '' }];
    const turn = { line: 1, said: secret, reply: secret, reference: secret, tools, firstWordMs: 1, totalMs: 1, isRecovered: false, checks: [check], turn: undefined };
    const run = { verdict: 'failed' as const, reason: secret, exitCode: 9, conversationId: 'c', isKept: true, ms: 1, turns: [turn] };
    const masked = maskedResult({ ...result(secret, 'failed'), reason: secret, tags: [secret], runs: [run] }, hideSecrets(['', secret]));
    const text = JSON.stringify(masked);
    expect(text).not.toContain(secret);
    expect(text.match(/\[key\]/g)).toHaveLength(12);
  }); // prettier-ignore
});

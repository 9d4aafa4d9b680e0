import { Ajv2020 } from 'ajv/dist/2020.js';
import { Parser } from 'tap-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { AppError } from '../../src/base/errors.js';
import { parseJson } from '../../src/base/text/well-formed.js';
import { annotations, inertText, markdownReport } from '../../src/testing/report/github.js';
import { jsonReport, jsonReportText, reportSchema } from '../../src/testing/report/json.js';
import { junitReport, tapReport } from '../../src/testing/report/runner-reports.js';
import { PLAIN_STYLE, type ReportStyle } from '../../src/testing/report/turn-lines.js';
import {
  caseLines,
  comparisonLines,
  sideBySideLines,
  summaryLines,
} from '../../src/testing/report/text.js';
import type { CaseResult } from '../../src/testing/run/results.js';
import { chatFile, fakeAccount, play } from './fake-account.js';
import { JUNIT_SCHEMA } from './junit-schema.js';

const HEADER = { run: 'run-1', started: new Date('2026-11-28T10:00:00Z') };

const ORDERS = `runs: 2, 1 must pass

== Order status #smoke
> Where is my order?
* get_order {"id":"4711"}
* -> {"state":"shipped"}
< Your order left our warehouse on Monday.
? says warehouse
? calls get_order {"id": "4711"}

== Flaky one
> flaky
? says good

== Fine
runs: 1
> fine
? says fine

== Later #skip
> x
? says x
`;

const EVIL = `== Evil \u001b[31m<b>| "quoted" & #1 is last
> ::error::x
> two
? says x\\y | ]]>

== Broken
> broken
? says x
`;

/** What a run of these files gives; the first of two assistants does worse. */
async function results(assistantIds = ['one']): Promise<CaseResult[]> {
  let flaky = 0;
  const account = fakeAccount((text, id) => {
    if (text === 'flaky') return { reply: flaky++ === 0 ? 'bad' : 'good' };
    if (text === 'fine') return { reply: 'All fine.', recovered: true };
    if (text === 'broken') return { error: new AppError('network', 'cut off', { delivery: 'unknown' }) }; // prettier-ignore
    if (text.startsWith('::'))
      return { reply: '::warning::gotcha\n##[command]x \u0007\u001b[2J <i>&\ud800' };
    const calls = [{ name: 'get_order', arguments: '{"id":"4711"}', result: '{"state":"lost"}' }];
    return {
      reply: id === 'two' ? 'It left our warehouse.' : 'Your order left us on Friday.',
      calls,
    };
  });
  const files = [chatFile(ORDERS, 'tests/orders.chat'), chatFile(EVIL, 'tests/evil one.chat')];
  const played = await play(account, files, { concurrency: 1, plan: { assistantIds } });
  return played.results;
}

let all: CaseResult[];
let both: CaseResult[];

beforeAll(async () => {
  all = await results();
  both = await results(['one', 'two']);
});

const text = (cases: CaseResult[], options = {}): string =>
  cases
    .flatMap((each) => caseLines(each, { style: PLAIN_STYLE, isQuiet: false, namesAssistant: false, ...options }))
    .join('\n'); // prettier-ignore

describe('the text for a person', () => {
  const SHOWN = `✗ tests/orders.chat:3  Order status  (0 of 2 runs, 600ms)
  tests/orders.chat:8  says warehouse
    failed: no "warehouse": the reply is "Your order left us on Friday."
    > Where is my order?
    - Your order left [our] [warehouse] on [Monday.]
    + Your order left [us] on [Friday.]
    * get_order {"id":"4711"} → {"state":"lost"}
  conversation c1
  another run failed: says warehouse: no "warehouse": the reply is "Your order left us on Friday.", conversation c2
  again: telnyx-chat test tests/orders.chat:3
~ tests/orders.chat:11  Flaky one  (1 of 2 runs, 600ms)
  tests/orders.chat:13  says good
    failed: no "good": the reply is "bad"
    > flaky
    + bad
  conversation c3
  again: telnyx-chat test tests/orders.chat:11
✓ tests/orders.chat:15  Fine  (300ms)
- tests/orders.chat:20  Later  (skipped: it has the tag #skip)
✗ tests/evil one.chat:1  Evil <b>| "quoted" & #1 is last  (300ms)
  tests/evil one.chat:4  says x\\y | ]]>
    failed: no "x\\\\y" or "]]>": the reply is "::warning::gotcha ##[command]x  <i>&�"
    > ::error::x
    > two
    + ::warning::gotcha
    + ##[command]x  <i>&�
  conversation c6
  again: telnyx-chat test 'tests/evil one.chat:1'
! tests/evil one.chat:6  Broken  (100ms)
  tests/evil one.chat:7  cut off (the message may have been delivered)
    > broken
  conversation c7
  again: telnyx-chat test 'tests/evil one.chat:6'`;

  it('tells each case, and of one that did not pass what came instead', () => {
    expect(text(all)).toBe(SHOWN);
  });

  it('tells only what did not pass when it is to be quiet', () => {
    const quiet = SHOWN.split('\n').filter((line) => !/^[✓-]/.test(line)).join('\n'); // prettier-ignore
    expect(text(all, { isQuiet: true })).toBe(quiet);
  });

  it('has the looks of a terminal', () => {
    const tag = (name: string) => (part: string) => `<${name}>${part}</${name}>`;
    const style: ReportStyle = { good: tag('good'), bad: tag('bad'), warning: tag('warning'), dim: tag('dim'), difference: tag('d') }; // prettier-ignore
    expect(text([all[0]!], { style }))
      .toBe(`<bad>✗</bad> <dim>tests/orders.chat:3</dim>  Order status  <dim>(0 of 2 runs, 600ms)</dim>
  tests/orders.chat:8  says warehouse
    failed: no "warehouse": the reply is "Your order left us on Friday."
<dim>    > Where is my order?</dim>
<dim>    - Your order left <d>our</d> <d>warehouse</d> on <d>Monday.</d></dim>
    + Your order left <d>us</d> on <d>Friday.</d>
<dim>    * get_order {"id":"4711"} → {"state":"lost"}</dim>
<dim>  conversation c1</dim>
  another run failed: says warehouse: no "warehouse": the reply is "Your order left us on Friday.", conversation c2
<dim>  again: telnyx-chat test tests/orders.chat:3</dim>`);
  });

  it('ends with counts and times', () => {
    expect(summaryLines(all, PLAIN_STYLE)).toEqual([
      '1 passed, 1 flaky, 2 failed, 1 error, 1 skipped',
      'first words p50 100ms, p95 100ms; answers p50 300ms, p95 300ms',
      '1 turn was recovered',
    ]);
    expect(summaryLines([], PLAIN_STYLE)).toEqual(['0 passed']);
  });

  it('tells what changed since a baseline', () => {
    const [failed, flaky, passed] = all as [CaseResult, CaseResult, CaseResult];
    const comparison = { worse: [failed], fixed: [passed], flakier: [flaky], added: [failed] };
    expect(comparisonLines(comparison, PLAIN_STYLE)).toEqual([
      'fixed: tests/orders.chat:15  Fine',
      'flaky now: tests/orders.chat:11  Flaky one',
      'new: tests/orders.chat:3  Order status',
    ]);
    expect(comparisonLines({ ...comparison, added: [] }, PLAIN_STYLE)[0]).toBe(
      'worse: tests/orders.chat:3  Order status',
    );
    const none = { worse: [], fixed: [], flakier: [], added: [] };
    expect(comparisonLines(none, PLAIN_STYLE)).toEqual(['nothing changed since the baseline']);
  });

  it('puts two assistants side by side', () => {
    expect(sideBySideLines(all, PLAIN_STYLE)).toEqual([]);
    expect(sideBySideLines(both.slice(0, 8), PLAIN_STYLE)).toEqual([
      '1: one  1 passed, 1 flaky, 1 failed, 1 skipped; first words p50 100ms, p95 100ms; answers p50 300ms, p95 300ms',
      '2: two  3 passed, 1 skipped; first words p50 100ms, p95 100ms; answers p50 300ms, p95 300ms',
      '1 2',
      '✗ ✓  tests/orders.chat:3  Order status',
      '~ ✓  tests/orders.chat:11  Flaky one',
      '✓ ✓  tests/orders.chat:15  Fine',
      '- -  tests/orders.chat:20  Later',
    ]);
  });
});

describe('JSON', () => {
  it('fits its schema', () => {
    const validate = new Ajv2020({ formats: { 'date-time': true } }).compile(reportSchema);
    for (const cases of [all, both, []]) {
      const report: unknown = JSON.parse(jsonReportText(jsonReport(HEADER, cases)));
      expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
      // Half of a surrogate pair, which JSON readers refuse, is written as U+FFFD.
      expect(report).toEqual(parseJson(JSON.stringify(jsonReport(HEADER, cases))));
    }
    expect(validate({ ...jsonReport(HEADER, all), more: 1 })).toBe(false);
  });

  it('says all of a case', () => {
    expect(jsonReport(HEADER, all.slice(1, 2))).toEqual({
      run: 'run-1',
      started: '2026-11-28T10:00:00.000Z',
      counts: { passed: 0, flaky: 1, failed: 0, errors: 0, skipped: 0 },
      cases: [
        {
          file: 'tests/orders.chat',
          line: 11,
          title: 'Flaky one',
          tags: [],
          assistant: 'one',
          verdict: 'flaky',
          reason: 'says good: no "good": the reply is "bad"',
          runs: [
            {
              verdict: 'failed',
              reason: 'says good: no "good": the reply is "bad"',
              conversation: 'c3',
              ms: 300,
              turns: [
                {
                  line: 12,
                  said: 'flaky',
                  reply: 'bad',
                  tools: [],
                  first_token_ms: 100,
                  total_ms: 300,
                  recovered: false,
                  checks: [
                    { line: 13, check: 'says good', verdict: 'failed', reason: 'no "good": the reply is "bad"' },
                  ],
                },
              ],
            },
            {
              verdict: 'passed',
              reason: '',
              conversation: 'c4',
              ms: 300,
              turns: [
                {
                  line: 12,
                  said: 'flaky',
                  reply: 'good',
                  tools: [],
                  first_token_ms: 100,
                  total_ms: 300,
                  recovered: false,
                  checks: [{ line: 13, check: 'says good', verdict: 'passed', reason: '' }],
                },
              ],
            },
          ],
        },
      ],
    }); // prettier-ignore
  });

  it('is no command to a runner', () => {
    const report = jsonReportText(jsonReport(HEADER, all));
    expect(report).not.toMatch(/##\[|^\s*::/m);
    expect(report).not.toContain('\u001b');
  });
});

describe('JUnit', () => {
  it('is valid for Jenkins', async () => {
    for (const cases of [all, both, []]) {
      const xml = [{ fileName: 'report.xml', contents: junitReport(HEADER, cases) }];
      const { valid, errors } = await validateXML({ xml, schema: [JUNIT_SCHEMA] });
      expect(errors).toEqual([]);
      expect(valid).toBe(true);
    }
  });

  it('has a suite a file, a test a case', () => {
    expect(junitReport(HEADER, all.slice(0, 4))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="telnyx-chat test run-1" tests="4" failures="1" errors="0" time="1.500">
<testsuite name="tests/orders.chat" tests="4" failures="1" errors="0" time="1.500" skipped="1" timestamp="2026-11-28T10:00:00.000Z" file="tests/orders.chat">
<testcase name="Order status" classname="tests/orders" time="0.600" file="tests/orders.chat" line="3">
<failure message="says warehouse: no &quot;warehouse&quot;: the reply is &quot;Your order left us on Friday.&quot;" type="failed">line 8: says warehouse: no "warehouse": the reply is "Your order left us on Friday."
line 8: says warehouse: no "warehouse": the reply is "Your order left us on Friday."</failure>
<system-out>run 1: failed, 0.300 s, conversation c1
&gt; Where is my order?
* get_order {"id":"4711"} → {"state":"lost"}
&lt; Your order left us on Friday.
run 2: failed, 0.300 s, conversation c2
&gt; Where is my order?
* get_order {"id":"4711"} → {"state":"lost"}
&lt; Your order left us on Friday.</system-out>
</testcase>
<testcase name="Flaky one" classname="tests/orders" time="0.600" file="tests/orders.chat" line="11">
<system-out>run 1: failed, 0.300 s, conversation c3
&gt; flaky
&lt; bad
run 2: passed, 0.300 s, conversation c4
&gt; flaky
&lt; good</system-out>
</testcase>
<testcase name="Fine" classname="tests/orders" time="0.300" file="tests/orders.chat" line="15">
<system-out>run 1: passed, 0.300 s, conversation c5
&gt; fine
&lt; All fine.</system-out>
</testcase>
<testcase name="Later" classname="tests/orders" time="0.000" file="tests/orders.chat" line="20">
<skipped message="it has the tag #skip"/>
</testcase>
</testsuite>
</testsuites>
`);
  });

  it('tells errors from failures, and keeps what XML cannot hold out', () => {
    const report = junitReport(HEADER, all.slice(4));
    expect(report).toContain('<error message="cut off (the message may have been delivered)" type="error">cut off (the message may have been delivered)</error>');
    expect(report).toContain('name="Evil \ufffd[31m&lt;b&gt;| &quot;quoted&quot; &amp; #1 is last"');
    expect(report).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff]/); // prettier-ignore
  }); // prettier-ignore

  it('names assistants when there are several', () => {
    expect(junitReport(HEADER, both)).toContain('<testcase name="Fine [two]"');
  });
});

describe('TAP', () => {
  const parsed = (report: string) => Parser.parse(report, { strict: true });

  it('is understood by a parser', () => {
    const asserts = parsed(tapReport(all, { isInterrupted: false })).flatMap(([type, value]) =>
      type === 'assert'
        ? [value as { ok: boolean; name: string; skip: unknown; diag: unknown }]
        : [],
    );
    expect(asserts.map(({ ok, name, skip }) => [ok, name, skip])).toEqual([
      [false, 'tests/orders.chat:3 Order status', false],
      [true, 'tests/orders.chat:11 Flaky one', false],
      [true, 'tests/orders.chat:15 Fine', false],
      [true, 'tests/orders.chat:20 Later', 'it has the tag #skip'],
      [false, 'tests/evil one.chat:1 Evil <b>| "quoted" & #1 is last', false],
      [false, 'tests/evil one.chat:6 Broken', false],
    ]);
    expect(asserts[0]?.diag).toMatchObject({
      message: 'says warehouse: no "warehouse": the reply is "Your order left us on Friday."',
      severity: 'failed',
      at: { file: 'tests/orders.chat', line: 8 },
      runs: { passed: 0, of: 2 },
      conversations: ['c1', 'c2'],
    });
    const { failures } = parsed(tapReport(all, { isInterrupted: false })).find(([type]) => type === 'complete')?.[1] as { failures: { tapError?: unknown }[] }; // prettier-ignore
    expect(failures.filter(({ tapError }) => tapError)).toEqual([]);
  });

  it('is this text', () => {
    expect(tapReport(all.slice(1, 4), { isInterrupted: false })).toBe(`TAP version 14
1..3
ok 1 - tests/orders.chat:11 Flaky one
  ---
  message: "says good: no \\"good\\": the reply is \\"bad\\""
  severity: flaky
  at: {"file":"tests/orders.chat","line":13}
  runs: {"passed":1,"of":2}
  conversations: ["c3"]
  checks: [{"line":13,"check":"says good","verdict":"failed","reason":"no \\"good\\": the reply is \\"bad\\""}]
  ...
ok 2 - tests/orders.chat:15 Fine
ok 3 - tests/orders.chat:20 Later # SKIP it has the tag \\#skip
`);
  });

  it('bails out after an interrupt', () => {
    expect(tapReport([], { isInterrupted: true })).toBe(
      'TAP version 14\n1..0\nBail out! interrupted\n',
    );
  });
});

it('is Markdown in which nothing is Markdown', () => {
  expect(markdownReport(all)).toBe(`### 1 passed, 1 flaky, 2 failed, 1 error, 1 skipped

First words p50 100ms, p95 100ms; answers p50 300ms, p95 300ms.

| | Case | Assistant | Runs | Time | Reason |
| --- | --- | --- | --- | --- | --- |
| failed | tests/orders.chat:3 Order status | one | 0/2 | 600ms | says warehouse: no "warehouse": the reply is "Your order left us on Friday." |
| flaky | tests/orders.chat:11 Flaky one | one | 1/2 | 600ms | says good: no "good": the reply is "bad" |
| passed | tests/orders.chat:15 Fine | one | 1/1 | 300ms |  |
| skipped | tests/orders.chat:20 Later | one |  |  | it has the tag \\#skip |
| failed | tests/evil one.chat:1 Evil &lt;b&gt;\\| "quoted" &amp; \\#1 is last | one | 0/1 | 300ms | says x\\\\y \\| \\]\\]&gt;: no "x\\\\\\\\y" or "\\]\\]&gt;": the reply is "::warning::gotcha \\#\\#\\[command\\]x  &lt;i&gt;&amp;�" |
| error | tests/evil one.chat:6 Broken | one | 0/1 | 100ms | cut off (the message may have been delivered) |
`);
});

describe('for GitHub', () => {
  it('failures are annotations', () => {
    expect(annotations(all, (file) => file)).toEqual([
      '::error file=tests/orders.chat,line=8,title=Order status::says warehouse: no "warehouse": the reply is "Your order left us on Friday."',
      '::warning file=tests/orders.chat,line=13,title=Flaky one::says good: no "good": the reply is "bad"',
      '::error file=tests/evil one.chat,line=4,title=Evil <b>| "quoted" & #1 is last::says x\\y | ]]>: no "x\\\\y" or "]]>": the reply is "::warning::gotcha # #[command]x  <i>&�"',
      '::error file=tests/evil one.chat,line=6,title=Broken::cut off (the message may have been delivered)',
    ]);
  });

  it.each([
    ['::error::x', ': :error::x'],
    ['a\n  ::set-output name=x::y\n', 'a\n  : :set-output name=x::y\n'],
    ['x ##[command]y', 'x # #[command]y'],
    ['a :: b', 'a :: b'],
    ['std::vector', 'std::vector'],
  ])('%j is made inert', (command, inert) => {
    expect(inertText(command)).toBe(inert);
  });
});

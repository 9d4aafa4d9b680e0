// Loaded late: only simulated cases of `test` need it.
import * as v from 'valibot';
import { Deadline, type CallOptions, type Clock } from '../base/time.js';
import type { AssistantTest, AssistantTestsClient, TestRun } from '../conversations/assistants.js';
import type { Caller } from './caller.js';
import { segment } from './http.js';
import { PAGE_SIZE } from './conversations.js';
import { listOf, pageMeta, text, textOrJson, unwrapped } from './wire.js';

const PATH = '/ai/assistants/tests';

const optionalText = v.fallback(v.optional(v.string()), undefined);

const test = v.pipe(
  v.object({
    test_id: v.pipe(v.string(), v.nonEmpty()),
    name: text,
    instructions: text,
    destination: text,
    test_suite: text,
    telnyx_conversation_channel: optionalText,
    max_duration_seconds: v.fallback(v.number(), 0),
    rubric: v.fallback(v.array(v.object({ name: text, criteria: text })), []),
  }),
  v.transform(({ test_id: id, ...body }): AssistantTest => ({ id, body })),
);

const testPage = v.object({ ...listOf(test).entries, meta: pageMeta });

const run = v.pipe(
  v.object({
    run_id: v.pipe(v.string(), v.nonEmpty()),
    status: v.fallback(v.string(), 'unknown'),
    detail_status: v.fallback(v.array(v.object({ name: text, status: text })), []),
    conversation_id: optionalText,
    logs: v.optional(v.unknown()),
  }),
  v.transform(({ run_id, status, detail_status, conversation_id, logs }): TestRun => ({
    id: run_id,
    status,
    items: detail_status,
    conversationId: conversation_id || undefined,
    logs: textOrJson(logs) ?? '',
  })),
);

const readTest = (body: unknown): AssistantTest => v.parse(test, unwrapped(body));

const readRun = (body: unknown): TestRun => v.parse(run, unwrapped(body));

/** The operations of assistant tests. Creating and triggering carry an Idempotency-Key. */
export function assistantTests(
  caller: Caller,
  { clock, randomId }: { clock: Clock; randomId: () => string },
): AssistantTestsClient {
  const runsOf = (testId: string): string => `${PATH}/${segment(testId)}/runs`;
  return {
    listTests: (suite, call) => listTests(caller, suite, { call, clock }),
    testCreator(body) {
      const headers = { 'idempotency-key': randomId() };
      const create = { method: 'POST', path: PATH, headers, body: JSON.stringify(body) } as const;
      return (call) => caller.json({ ...call, ...create }, readTest);
    },
    async updateTest(id, body, call) {
      const path = `${PATH}/${segment(id)}`;
      const headers = { accept: 'application/json' };
      await caller.done({ ...call, method: 'PUT', path, headers, body: JSON.stringify(body) });
    },
    triggerTest: async ({ testId, versionId }, call) => {
      const headers = { 'idempotency-key': randomId() };
      const body = JSON.stringify({ destination_version_id: versionId });
      const trigger = { method: 'POST', path: runsOf(testId), headers, body } as const;
      return caller.json({ ...call, ...trigger }, readRun);
    },
    getTestRun: async ({ testId, runId }, call) =>
      caller.json({ ...call, path: `${runsOf(testId)}/${segment(runId)}` }, readRun),
  };
}

/** Page after page, within the timeout of the call. */
async function listTests(
  caller: Caller,
  suite: string,
  { call, clock }: { call: CallOptions; clock: Clock },
): Promise<AssistantTest[]> {
  const deadline = new Deadline(clock, call.timeoutMs);
  const tests: AssistantTest[] = [];
  for (let number = 1, pages = 1; number <= pages; number++) {
    const query = { test_suite: suite, 'page[size]': PAGE_SIZE, 'page[number]': number };
    const options = deadline.callOptions(call.signal);
    const page = await caller.json({ ...options, path: PATH, query }, (body) =>
      v.parse(testPage, body),
    );
    if (page.data.length === 0) break;
    tests.push(...page.data);
    pages = page.meta.total_pages;
  }
  return tests;
}

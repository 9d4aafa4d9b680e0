import * as v from 'valibot';
import { empty, json, refuse, type Answer, type Call } from '../call.js';
import { CHANNELS, type AssistantTest } from '../test-store.js';
import { paginate, parseBody } from './parse-request.js';

/** A text of this many characters, counted as the API counts: a surrogate pair is one. */
function text(max: number, min = 0) {
  const length = (input: string): number => Array.from(input).length;
  return v.pipe(
    v.string(),
    v.check((input) => length(input) >= min, `String should have at least ${min} character`),
    v.check((input) => length(input) <= max, `String should have at most ${max} characters`),
  );
}

const MAX_SECONDS = 3_600;
const WHOLE = 'Input should be a valid integer';

const FIELDS = {
  name: text(255, 1),
  description: v.optional(text(1_000)),
  destination: text(Infinity, 1),
  instructions: text(5_000, 1),
  rubric: v.pipe(
    v.array(v.strictObject({ name: v.string(), criteria: v.string() })),
    v.minLength(1, 'List should have at least 1 item after validation, not 0'),
  ),
  telnyx_conversation_channel: v.picklist(
    CHANNELS,
    "Input should be 'phone_call', 'web_call', 'sms_chat' or 'web_chat'",
  ),
  max_duration_seconds: v.optional(
    v.pipe(
      v.number(WHOLE),
      v.integer(WHOLE),
      v.minValue(1, 'Input should be greater than or equal to 1'),
      v.maxValue(MAX_SECONDS, `Input should be less than or equal to ${MAX_SECONDS}`),
    ),
  ),
  test_suite: v.optional(text(100)),
};

const newTestBody = v.object({
  ...FIELDS,
  telnyx_conversation_channel: v.optional(FIELDS.telnyx_conversation_channel, 'web_chat'),
});

const testUpdateBody = v.partial(v.object(FIELDS));

const FILTERS = ['test_suite', 'telnyx_conversation_channel', 'destination'] as const;

export function listTests({ query, store }: Call): Answer {
  const matches = (test: AssistantTest): boolean =>
    FILTERS.every((name) => !query.has(name) || query.get(name) === test[name]);
  return json(paginate(store.tests.list().filter(matches), query));
}

export function createTest({ body, store }: Call): Answer {
  return json(store.tests.create(parseBody(newTestBody, body)), 201);
}

export function getTest(call: Call): Answer {
  return json(requireTest(call));
}

/** Changes the fields that are given; the others stay. */
export function updateTest(call: Call): Answer {
  const changes = parseBody(testUpdateBody, call.body);
  const test = requireTest(call);
  call.store.tests.update(test, changes);
  return json(test);
}

export function deleteTest(call: Call): Answer {
  call.store.tests.delete(requireTest(call).test_id);
  return empty(200);
}

/** A suite is only a name that tests carry. */
export function listTestSuites({ store }: Call): Answer {
  const names = store.tests.list().flatMap(({ test_suite }) => test_suite || []);
  return json({ data: [...new Set(names)] });
}

/** The test in the path, or a Refusal. */
export function requireTest({ id, store }: Call): AssistantTest {
  const test = store.tests.find(id);
  if (test === undefined) throw refuse(404, { detail: `There is no assistant test ${id}.` });
  return test;
}

/** The tests of the suite in the path, oldest first, or a Refusal. */
export function requireSuite({ id, store }: Call): AssistantTest[] {
  const tests = store.tests.list().filter(({ test_suite }) => test_suite === id);
  if (tests.length === 0) throw refuse(404, { detail: `There is no test suite ${id}.` });
  return tests.reverse();
}

import { empty, json, refuse, type Answer, type Call } from '../call.js';
import { newTestBody, testUpdateBody, type AssistantTest } from '../test-store.js';
import { paginate, parseBody } from './parse-request.js';

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
  return json(Object.assign(requireTest(call), changes));
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

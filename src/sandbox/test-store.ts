import * as v from 'valibot';
import type { Clock } from '../base/time.js';

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
    ['phone_call', 'web_call', 'sms_chat', 'web_chat'],
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

/** The body of a request that creates a test. For a web chat, `destination` is the id of an assistant. */
export const newTestBody = v.object({
  ...FIELDS,
  telnyx_conversation_channel: v.optional(FIELDS.telnyx_conversation_channel, 'web_chat'),
});

export const testUpdateBody = v.partial(v.object(FIELDS));

type TestFields = v.InferOutput<typeof newTestBody>;

/** An assistant test as it is listed. */
export interface AssistantTest extends TestFields {
  test_id: string;
  created_at: string;
}

export type RunStatus = 'pending' | 'running' | 'passed' | 'failed' | 'error';

/** A run as it is listed. */
export interface TestRun {
  run_id: string;
  test_id: string;
  status: RunStatus;
  triggered_by: string;
  created_at: string;
  updated_at: string;
  completed_at?: string;
  conversation_id?: string;
  test_suite_run_id?: string | undefined;
  /** One for each item of the rubric. */
  detail_status: { name: string; status: RunStatus }[];
  logs: string;
}

/** The assistant tests of one sandbox and their runs, in memory. */
export class TestStore {
  readonly #clock: Clock;
  readonly #randomId: () => string;
  readonly #tests = new Map<string, AssistantTest>();
  readonly #runs = new Map<string, TestRun>();

  constructor(clock: Clock, randomId: () => string) {
    this.#clock = clock;
    this.#randomId = randomId;
  }

  create(fields: TestFields): AssistantTest {
    const test = { test_id: this.#randomId(), ...fields, created_at: this.#now() };
    this.#tests.set(test.test_id, test);
    return test;
  }

  find(id: string): AssistantTest | undefined {
    return this.#tests.get(id);
  }

  /** Newest first. */
  list(): AssistantTest[] {
    return [...this.#tests.values()].reverse();
  }

  /** The test and its runs. */
  delete(id: string): void {
    this.#tests.delete(id);
    for (const run of this.runsOf([id])) this.#runs.delete(run.run_id);
  }

  /** The id of several runs that are triggered as one. */
  newSuiteRunId(): string {
    return this.#randomId();
  }

  /** A run that has not started. */
  addRun({ test_id, rubric }: AssistantTest, suiteRunId?: string): TestRun {
    const now = this.#now();
    const run: TestRun = {
      run_id: this.#randomId(),
      test_id,
      status: 'pending',
      triggered_by: 'api',
      created_at: now,
      updated_at: now,
      detail_status: rubric.map(({ name }) => ({ name, status: 'pending' })),
      logs: '',
      test_suite_run_id: suiteRunId,
    };
    this.#runs.set(run.run_id, run);
    return run;
  }

  updateRun(run: TestRun, changes: Partial<TestRun>): void {
    Object.assign(run, changes, { updated_at: this.#now() });
  }

  finishRun(run: TestRun, changes: Partial<TestRun>): void {
    this.updateRun(run, { ...changes, completed_at: this.#now() });
  }

  findRun(id: string): TestRun | undefined {
    return this.#runs.get(id);
  }

  /** Newest first. */
  runsOf(testIds: readonly string[]): TestRun[] {
    return [...this.#runs.values()].filter(({ test_id }) => testIds.includes(test_id)).reverse();
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

import type { Clock } from '../base/time.js';

export const CHANNELS = ['phone_call', 'web_call', 'sms_chat', 'web_chat'] as const;

/** The body of a request that creates or changes a test. */
export interface TestFields {
  name: string;
  description?: string | undefined;
  /** For a web chat, the id of an assistant. */
  destination: string;
  telnyx_conversation_channel: (typeof CHANNELS)[number];
  instructions: string;
  rubric: { name: string; criteria: string }[];
  max_duration_seconds?: number | undefined;
  test_suite?: string | undefined;
}

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

  update(
    test: AssistantTest,
    changes: { [Name in keyof TestFields]?: TestFields[Name] | undefined },
  ): void {
    Object.assign(test, changes);
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

  /** The id of several runs that are triggered as one. */
  newSuiteRunId(): string {
    return this.#randomId();
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

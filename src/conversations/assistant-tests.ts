import type { CallOptions } from '../base/time.js';

/** An assistant test as it is sent: the body that creates or changes it. */
export interface AssistantTestBody {
  name: string;
  instructions: string;
  rubric: RubricItem[];
  /** For a web chat, the id of the assistant. */
  destination: string;
  telnyx_conversation_channel: 'web_chat';
  max_duration_seconds: number;
  test_suite: string;
}

export interface RubricItem {
  name: string;
  criteria: string;
}

export interface AssistantTest {
  id: string;
  /** As far as Telnyx gives it. */
  body: Partial<Omit<AssistantTestBody, 'telnyx_conversation_channel'>> & {
    telnyx_conversation_channel?: string | undefined;
  };
}

export interface TestRun {
  id: string;
  /** `pending`, `starting`, `running`, `passed`, `failed`, `completed`, `error`, `timeout`, or another word. */
  status: string;
  /** The verdicts on the items of the rubric, by their names. */
  items: { name: string; status: string }[];
  conversationId: string | undefined;
  /** The only word on why; '' when there is none. */
  logs: string;
}

/** The operations of Telnyx's own assistant tests. All of them reject with AppErrors. */
export interface AssistantTestsClient {
  /** All tests of a suite. */
  listTests(suite: string, options: CallOptions): Promise<AssistantTest[]>;
  /** A function that creates one test, and still only one when it is called again. */
  testCreator(body: AssistantTestBody): (options: CallOptions) => Promise<AssistantTest>;
  updateTest(id: string, body: AssistantTestBody, options: CallOptions): Promise<void>;
  /** Starts a run, of the main version unless another one is given. */
  triggerTest(
    run: { testId: string; versionId: string | undefined },
    options: CallOptions,
  ): Promise<TestRun>;
  getTestRun(run: { testId: string; runId: string }, options: CallOptions): Promise<TestRun>;
}

import type { CallOptions, Clock } from '../../base/time.js';
import type { AssistantTestsClient } from '../../conversations/assistants.js';
import type {
  Assistant,
  Conversation,
  Message,
  NewConversation,
} from '../../conversations/conversation.js';
import type { ReplyEvent } from '../../turn/events.js';
import type { ChatFile, ScriptedTurn, TestCase } from '../chat-file/chat-file.js';
import type { CheckVerdict, ToolUse } from '../checks/check.js';

/** `error`: it could not be tested. */
export type RunVerdict = CheckVerdict;
export type CaseVerdict = RunVerdict | 'flaky' | 'skipped';

export interface CheckResult {
  line: number;
  /** As it is written in the file. */
  check: string;
  verdict: CheckVerdict;
  reason: string;
}

export interface TurnResult {
  line: number;
  said: string;
  /** Undefined when there is none: the turn failed, or the assistant was silent. */
  reply: string | undefined;
  /** The reply that was accepted last. */
  reference: string | undefined;
  /** Undefined when they were not read. */
  tools: readonly ToolUse[] | undefined;
  firstWordMs: number | undefined;
  totalMs: number | undefined;
  isRecovered: boolean;
  checks: CheckResult[];
  /** The turn of the file; a simulated conversation has none. */
  turn: ScriptedTurn | undefined;
}

/** How a run ended. */
export interface RunEnd {
  verdict: RunVerdict;
  reason: string;
  /** 9 for a failed run, the code of an error, else 0. */
  exitCode: number;
}

/** A run before it is timed. */
export interface UntimedRun extends RunEnd {
  conversationId: string | undefined;
  /** Whether the conversation is still there. */
  isKept: boolean;
  turns: TurnResult[];
}

export interface RunResult extends UntimedRun {
  ms: number;
}

export interface CaseResult {
  file: string;
  line: number;
  title: string;
  tags: string[];
  /** Undefined in a replay. */
  assistantId: string | undefined;
  verdict: CaseVerdict;
  reason: string;
  runs: RunResult[];
}

/** A case to run, with each of its assistants. */
export interface Job {
  file: ChatFile;
  test: TestCase;
  /** A single `undefined` in a replay. */
  assistantIds: readonly (string | undefined)[];
  /** Why it is not run. */
  skipReason?: string | undefined;
}

/** A message of a case. Its conversation exists, so that its time is the answer's alone. */
export interface TestMessage {
  assistantId: string;
  conversationId: string;
  text: string;
  speaker: string | undefined;
}

/**
 * The calls of an account that tests need. Each rejects with an AppError; `takeTurn` delivers once, the others
 * try once.
 */
export interface TestPorts {
  clock: Clock;
  takeTurn(message: TestMessage, options: CallOptions): AsyncIterable<ReplyEvent>;
  /** A function that creates one conversation, still only one when it is called again. */
  conversationCreator(
    conversation: NewConversation,
  ): (options: CallOptions) => Promise<Conversation>;
  getConversation(id: string, options: CallOptions): Promise<Conversation>;
  deleteConversation(id: string, options: CallOptions): Promise<void>;
  /** All messages, in any order. */
  messages(conversationId: string, options: CallOptions): Promise<Message[]>;
  getAssistant(id: string, options: CallOptions): Promise<Assistant>;
  /** Telnyx's own assistant tests, which simulated cases need. */
  assistantTests?: () => Promise<AssistantTestsClient>;
}

export interface RunOptions {
  /** Names the run in the metadata of its conversations. */
  runId: string;
  signal: AbortSignal;
  /** Cases at a time. */
  concurrency: number;
  /** Of a turn, unless its case says otherwise. */
  timeoutMs: number;
  /** Conversations that passed are kept too. */
  keepsAll: boolean;
  /** Tool calls are read of every turn, for `--update`. */
  readsTools: boolean;
  /** For simulated cases: another version than the main one. */
  versionId?: string | undefined;
}

/** An event of a run, for its progress. */
export type TestEvent =
  | { type: 'started'; job: Job }
  | { type: 'finished'; result: CaseResult }
  /** The API asked to wait: everybody does. */
  | { type: 'waiting'; ms: number }
  /** A conversation that passed could not be deleted. */
  | { type: 'left'; conversationId: string; reason: string };

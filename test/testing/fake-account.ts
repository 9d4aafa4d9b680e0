import { AppError } from '../../src/base/errors.js';
import type { Conversation, Message } from '../../src/conversations/conversation.js';
import type { ChatFile } from '../../src/testing/chat-file/chat-file.js';
import { parseChatFile } from '../../src/testing/chat-file/parse.js';
import { plannedJobs, selectedCases, type PlanOptions } from '../../src/testing/run/plan.js';
import type { RunOptions, TestEvent } from '../../src/testing/run/session.js';
import type { TestPorts } from '../../src/testing/run/ports.js';
import type { Job } from '../../src/testing/run/results.js';
import { runTests, type TestRun } from '../../src/testing/run/run-tests.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { stillClock, type StillClock } from '../helpers/still-clock.js';

/** What the assistant does with a message. */
export interface Scripted {
  reply?: string;
  calls?: { name: string; arguments?: string; result?: string }[];
  /** Until the first word, and from there to the end. */
  firstMs?: number;
  restMs?: number;
  recovered?: boolean;
  error?: AppError;
  /** Comes before the answer. */
  retry?: { error: AppError; waitMs: number };
}

export interface FakeAccount {
  clock: StillClock;
  ports: TestPorts;
  /** What was done, in order. */
  log: string[];
  conversations: Map<string, Conversation>;
  keepsHistory: boolean;
  /** How often the messages are read before a turn shows. */
  looksBefore: number;
}

type Assistant = (text: string, assistantId: string, conversationId: string) => Scripted;

/** An account with conversations in memory and an assistant that answers as told. */
export function fakeAccount(assistant: Assistant): FakeAccount {
  const clock = stillClock();
  const messages = new Map<string, Message[]>();
  let looks = 0;
  const gone = (id: string): AppError => new AppError('not_found', `no conversation ${id}`);
  const account: FakeAccount = {
    clock,
    log: [],
    conversations: new Map(),
    keepsHistory: true,
    looksBefore: 0,
    ports: {
      clock,
      async *takeTurn({ conversationId, text, assistantId, speaker }, { signal }) {
        await Promise.resolve();
        if (signal.aborted) throw new AppError('interrupted', 'interrupted');
        account.log.push(
          `${assistantId} ${conversationId}${speaker ? ` ${speaker}` : ''}: ${text}`,
        );
        looks = 0;
        yield* answer(assistant(text, assistantId, conversationId), text, conversationId);
      },
      conversationCreator:
        ({ name = '', metadata }) =>
        () => {
          const id = `c${account.conversations.size + 1}`;
          account.conversations.set(id, { id, name, metadata, createdAt: '', lastMessageAt: '' });
          messages.set(id, []);
          return Promise.resolve({ id, name, metadata, createdAt: '', lastMessageAt: '' });
        },
      getConversation: (id) => {
        const conversation = account.conversations.get(id);
        return conversation ? Promise.resolve(conversation) : Promise.reject(gone(id));
      },
      deleteConversation(id) {
        account.log.push(`delete ${id}`);
        return Promise.resolve();
      },
      messages(id) {
        const isShown = looks++ >= account.looksBefore && account.keepsHistory;
        return Promise.resolve(isShown ? (messages.get(id) ?? []) : []);
      },
      getAssistant: (id) =>
        Promise.resolve({ id, name: '', model: '', instructions: '', greeting: '', createdAt: '', hasTools: true,
        dataRetention: account.keepsHistory }), // prettier-ignore
    },
  };

  async function* answer(
    { reply = 'ok', calls = [], firstMs = 100, restMs = 200, ...more }: Scripted,
    text: string,
    conversationId: string,
  ): AsyncGenerator<ReplyEvent> {
    await Promise.resolve();
    yield { type: 'start', conversationId, newConversation: true };
    if (more.retry) {
      yield { type: 'retry', attempt: 1, ...more.retry };
      clock.advance(more.retry.waitMs);
    }
    clock.advance(firstMs);
    if (more.error) throw more.error;
    yield { type: 'delta', text: reply };
    clock.advance(restMs);
    const message = (role: string, said: string, toolCalls: Message['toolCalls'] = []): Message => {
      return { role, text: said, createdAt: '', sentAt: '', toolCalls };
    };
    messages
      .get(conversationId)
      ?.push(
        message('user', text),
        ...calls.flatMap(({ name, arguments: args = '{}', result }, index) => [
          message('assistant', '', [{ id: `t${index}`, name, arguments: args }]),
          ...(result === undefined ? [] : [message('tool', result)]),
        ]),
        message('assistant', reply),
      );
    const timing = { firstTokenMs: 0, totalMs: 0 };
    const turn = { conversationId, reply, assistantId: '', newConversation: false, recovered: more.recovered ?? false, timing }; // prettier-ignore
    yield { type: 'done', turn };
  }
  return account;
}

export const chatFile = (text: string, path = 'a.chat', variables: Record<string, string> = {}): ChatFile =>
  parseChatFile(path, Buffer.from(text), new Map(Object.entries(variables))); // prettier-ignore

export const jobsOf = (files: readonly ChatFile[], plan: Partial<PlanOptions> = {}): Job[] => {
  const cases = selectedCases(files, { lines: new Map(), tags: [], titles: [] });
  return plannedJobs(cases, { assistantIds: ['assistant-1'], simulates: false, ...plan });
};

export interface Played extends TestRun {
  events: TestEvent[];
}

/** Runs the cases of files against an account. */
export async function play(
  account: FakeAccount,
  files: readonly ChatFile[],
  { plan, ...options }: Partial<RunOptions> & { plan?: Partial<PlanOptions> } = {},
): Promise<Played> {
  const events: TestEvent[] = [];
  const run = await runTests(jobsOf(files, plan), {
    ports: account.ports,
    onEvent: (event) => events.push(event),
    options: {
      runId: 'run-1',
      signal: new AbortController().signal,
      concurrency: 2,
      timeoutMs: 120_000,
      keepsAll: false,
      readsTools: false,
      ...options,
    },
  });
  return { ...run, events };
}

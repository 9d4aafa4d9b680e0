import type { Clock } from '../base/time.js';
import { TestStore } from './test-store.js';

/** The part of a Telnyx assistant that a chat client can use. */
export interface Assistant {
  id: string;
  name: string;
  description: string;
  model: string;
  instructions: string;
  greeting: string;
  created_at: string;
  version_id: string;
  enabled_features: readonly string[];
  privacy_settings: { data_retention: boolean };
}

const SHARED = {
  model: 'sandbox/scripted',
  instructions: 'Scripted replies of the telnyx-chat sandbox. No model is asked.',
  created_at: '2025-01-01T00:00:00.000Z',
  version_id: '20250101T000000000000',
  enabled_features: ['messaging'],
};

/** The first is the default. */
export const ASSISTANTS: readonly [Assistant, ...Assistant[]] = [
  {
    ...SHARED,
    id: 'assistant-sandbox',
    name: 'Sandbox Assistant',
    description: 'Remembers the conversation. Say "help" to see what it can do.',
    greeting: 'Hello! I am the scripted assistant of the sandbox. Say "help" to see what I can do.',
    privacy_settings: { data_retention: true },
  },
  {
    ...SHARED,
    id: 'assistant-sandbox-private',
    name: 'Private Sandbox Assistant',
    description: 'Keeps no history: its conversations list no messages.',
    greeting: 'Hello! I am the scripted assistant that keeps no history.',
    privacy_settings: { data_retention: false },
  },
  {
    ...SHARED,
    id: 'assistant-sandbox-quiet',
    name: 'Quiet Sandbox Assistant',
    description: 'Has no greeting.',
    greeting: '',
    privacy_settings: { data_retention: true },
  },
];

export function findAssistant(id: string): Assistant | undefined {
  return ASSISTANTS.find((assistant) => assistant.id === id);
}

/** Values are strings on the wire; `ai_disabled` is documented as a boolean too. */
export type Metadata = Record<string, string | boolean>;

type Scalar = string | number | boolean;

export interface Conversation {
  id: string;
  name: string;
  created_at: string;
  last_message_at: string;
  metadata: Metadata;
}

/** A message as it is listed: it has no id. */
export interface Message {
  role: string;
  /** Null on a message that only calls tools. */
  text: string | null;
  created_at: string;
  sent_at: string;
  tool_calls: readonly Record<string, unknown>[];
  metadata: Record<string, Scalar | Scalar[]>;
}

/** A conversation with its messages. */
export interface Thread {
  conversation: Conversation;
  messages: Message[];
  /** False once an assistant without data retention takes part: no message is listed then. */
  isRetained: boolean;
}

type NewMessage = Pick<Message, 'role' | 'text'> & Partial<Message>;

/** The conversations and the assistant tests of one sandbox, in memory. */
export class SandboxStore {
  readonly #clock: Clock;
  readonly #randomId: () => string;
  readonly #threads = new Map<string, Thread>();
  readonly tests: TestStore;

  constructor(clock: Clock, randomId: () => string) {
    this.#clock = clock;
    this.#randomId = randomId;
    this.tests = new TestStore(clock, randomId);
  }

  create(name: string, metadata: Metadata): Thread {
    const id = this.#randomId();
    const now = this.#clock.now().toISOString();
    const conversation = { id, name, created_at: now, last_message_at: now, metadata };
    const thread = { conversation, messages: [], isRetained: true };
    this.add(thread);
    this.involve(thread, findAssistant(String(metadata['assistant_id'])));
    return thread;
  }

  /** Adds a conversation without changing its id or times. */
  add(thread: Thread): void {
    this.#threads.set(thread.conversation.id, thread);
  }

  find(id: string): Thread | undefined {
    return this.#threads.get(id);
  }

  /** Newest first. */
  list(): Thread[] {
    return [...this.#threads.values()].reverse();
  }

  delete(id: string): void {
    this.#threads.delete(id);
  }

  append(thread: Thread, message: NewMessage): void {
    const now = this.#nextTime(thread);
    thread.messages.push({
      created_at: now,
      sent_at: now,
      tool_calls: [],
      metadata: {},
      ...message,
    });
    thread.conversation.last_message_at = now;
  }

  /** At least a millisecond after the last message, so that times give the order of messages. */
  #nextTime({ conversation }: Thread): string {
    const next = Date.parse(conversation.last_message_at) + 1;
    return new Date(Math.max(this.#clock.now().getTime(), next)).toISOString();
  }

  /** Notes that the assistant takes part in the conversation. */
  involve(thread: Thread, assistant: Assistant | undefined): void {
    if (assistant?.privacy_settings.data_retention === false) thread.isRetained = false;
  }

  /** How many messages of the user are stored. */
  turnCount(id: string): number {
    const messages = this.find(id)?.messages ?? [];
    return messages.filter(({ role }) => role === 'user').length;
  }
}

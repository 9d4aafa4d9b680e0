import type { Clock } from '../base/time.js';
import { findAssistant } from './assistants.js';
import type { Assistant, Message, Metadata, Thread } from './records.js';

type NewMessage = Pick<Message, 'role' | 'text'> & Partial<Message>;

/** The conversations of one sandbox, in memory. */
export class ConversationStore {
  readonly #clock: Clock;
  readonly #randomId: () => string;
  readonly #threads = new Map<string, Thread>();

  constructor(clock: Clock, randomId: () => string) {
    this.#clock = clock;
    this.#randomId = randomId;
  }

  create(name: string, metadata: Metadata): Thread {
    const now = this.#now();
    const conversation = {
      id: this.#randomId(),
      name,
      created_at: now,
      last_message_at: now,
      metadata,
    };
    const thread = { conversation, messages: [], isRetained: true };
    this.#threads.set(conversation.id, thread);
    this.involve(thread, findAssistant(String(metadata['assistant_id'])));
    return thread;
  }

  /** As it is, with times of its own. */
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

  delete(id: string): boolean {
    return this.#threads.delete(id);
  }

  clear(): void {
    this.#threads.clear();
  }

  append(thread: Thread, message: NewMessage): void {
    const now = this.#nowIn(thread);
    thread.messages.push({
      created_at: now,
      sent_at: now,
      tool_calls: [],
      metadata: {},
      ...message,
    });
    thread.conversation.last_message_at = now;
  }

  /** Later than all before it in the conversation, as finer clocks than ours would have it. */
  #nowIn({ conversation }: Thread): string {
    const next = Date.parse(conversation.last_message_at) + 1;
    return new Date(Math.max(this.#clock.now().getTime(), next)).toISOString();
  }

  /** Notes that the assistant takes part: with one that retains no data, nothing is listed any more. */
  involve(thread: Thread, assistant: Assistant | undefined): void {
    if (assistant?.privacy_settings.data_retention === false) thread.isRetained = false;
  }

  /** How many turns are stored, told by the user's messages. */
  turnCount(id: string): number {
    const messages = this.find(id)?.messages ?? [];
    return messages.filter(({ role }) => role === 'user').length;
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

import type { CallOptions, Clock } from '../../base/time.js';
import type { AssistantTestsClient } from '../../conversations/assistants.js';
import type {
  Assistant,
  Conversation,
  Message,
  NewConversation,
} from '../../conversations/conversation.js';
import type { ReplyEvent, TurnPorts } from '../../turn/events.js';
import { TurnMemory } from '../../turn/turn-memory.js';
import { takeTurn } from '../../turn/turn.js';

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

/** The calls of Telnyx that tests need besides those of a turn. */
export interface TestClient extends TurnPorts {
  deleteConversation(id: string, options: CallOptions): Promise<void>;
}

/**
 * Tests over a client: a turn is delivered once, as it is everywhere. What is known of the turns of a
 * conversation is dropped together with it.
 */
export function clientPorts(client: TestClient, options: { stream: boolean }): TestPorts {
  const memories = new Map<string, TurnMemory>();
  return {
    clock: client.clock,
    takeTurn: (message, call) => {
      const { stream } = options;
      const memory = memories.get(message.conversationId) ?? new TurnMemory();
      return takeTurn(client, { ...message, stream }, { ...call, memory });
    },
    conversationCreator(conversation) {
      const create = client.conversationCreator(conversation);
      return async (call) => {
        const created = await create(call);
        const memory = new TurnMemory();
        memory.begin(created.id, created);
        memories.set(created.id, memory);
        return created;
      };
    },
    getConversation: (id, call) => client.getConversation(id, call),
    async deleteConversation(id, call) {
      await client.deleteConversation(id, call);
      memories.delete(id);
    },
    messages: async (id, call) => (await client.history(id, call)).messages,
    getAssistant: (id, call) => client.getAssistant(id, call),
  };
}

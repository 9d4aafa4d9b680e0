import type { CallOptions } from '../../base/time.js';
import type { TurnPorts } from '../../turn/events.js';
import { takeTurn } from '../../turn/turn.js';
import { TurnMemory } from '../../turn/turn-memory.js';
import type { TestPorts } from './results.js';

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

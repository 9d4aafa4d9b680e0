import Telnyx from 'telnyx';
import { textsOf } from './turns.mjs';

/** So many timeouts fit into one turn with its two retries. */
const PATIENCE = 3;

/** One conversation through the official SDK's chat, with its own retries. */
export async function converse({ number, turns, timeoutMs, sandbox }) {
  const client = new Telnyx({ apiKey: 'KEY-soak', baseURL: sandbox.url, timeout: timeoutMs });
  const id = await create(client, sandbox.assistant);
  const results = [];
  for (const text of textsOf(number, turns)) {
    try {
      const turn = { content: text, conversation_id: id };
      // Its own timeout ends with the headers of an answer: a body that stops would hold it for ever.
      const signal = AbortSignal.timeout(PATIENCE * timeoutMs);
      const { content } = await client.ai.assistants.chat(sandbox.assistant, turn, { signal });
      results.push({ text, reply: content });
    } catch (error) {
      results.push({ text, kind: String(error) });
    }
  }
  return { id, results };
}

async function create(client, assistant) {
  for (;;) {
    try {
      const { id } = await client.ai.conversations.create({
        metadata: { assistant_id: assistant },
      });
      if (id) return id;
    } catch {
      // Creating conversations is not what is compared.
    }
  }
}

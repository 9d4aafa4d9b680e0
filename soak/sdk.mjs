import Telnyx from 'telnyx';
import { textsOf } from './turns.mjs';

/** One request and its two retries. */
const MAX_ATTEMPTS = 3;

/** One conversation through the official SDK's chat, with its own retries. */
export async function converse({ number, turns, timeoutMs, sandbox }) {
  const client = new Telnyx({ apiKey: 'KEY-soak', baseURL: sandbox.url, timeout: timeoutMs });
  const id = await create(client, sandbox.assistant);
  const results = [];
  for (const text of textsOf(number, turns)) {
    try {
      const turn = { content: text, conversation_id: id };
      // The SDK's timeout ends with the headers: a body that stalls would never end.
      const signal = AbortSignal.timeout(MAX_ATTEMPTS * timeoutMs);
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
      // Creating conversations is not part of the comparison.
    }
  }
}

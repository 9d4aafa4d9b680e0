// The same two calls with Telnyx's own client.
import Telnyx from 'telnyx';

const { TELNYX_API_KEY, TELNYX_ASSISTANT_ID, TELNYX_BASE_URL } = process.env;
const { ai } = new Telnyx({ apiKey: TELNYX_API_KEY, baseURL: TELNYX_BASE_URL });

const { id } = await ai.conversations.create({ metadata: { assistant_id: TELNYX_ASSISTANT_ID } });
const { content } = await ai.assistants.chat(TELNYX_ASSISTANT_ID, {
  content: process.argv[2],
  conversation_id: id,
});
process.stdout.write(`${content}\n`);

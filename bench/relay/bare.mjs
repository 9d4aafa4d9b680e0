// A relay as one would write it on a morning, with none of our features: what ours is measured by.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const { TELNYX_API_KEY, TELNYX_ASSISTANT_ID, TELNYX_BASE_URL } = process.env;
const base = new URL(TELNYX_BASE_URL);
const pool = new Pool(base.origin, { connections: 1024 });
const headers = {
  authorization: `Bearer ${TELNYX_API_KEY}`,
  'content-type': 'application/json',
  accept: 'application/json',
};

async function post(path, body) {
  const answer = await pool.request({
    method: 'POST',
    path: base.pathname + path,
    headers,
    body: JSON.stringify(body),
  });
  return answer.body.json();
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', async () => {
    const { message, conversation_id } = JSON.parse(Buffer.concat(pieces));
    const id =
      conversation_id ??
      (await post('/ai/conversations', { metadata: { assistant_id: TELNYX_ASSISTANT_ID } })).id;
    const { content } = await post(`/ai/assistants/${TELNYX_ASSISTANT_ID}/chat`, {
      content: message,
      conversation_id: id,
    });
    const text = JSON.stringify({ conversation_id: id, reply: content });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
});

// Ends by itself, so that a profile of it is written.
process.on('SIGTERM', () => process.exit());
server.listen(0, '127.0.0.1', () =>
  console.log(`relay: http://127.0.0.1:${server.address().port}`),
);

// What a careful person writes by hand: create a conversation, chat, print the reply.
'use strict';
const { TELNYX_API_KEY, TELNYX_ASSISTANT_ID, TELNYX_BASE_URL } = process.env;
const http = require(TELNYX_BASE_URL.startsWith('https:') ? 'node:https' : 'node:http');
const agent = new http.Agent({ keepAlive: true });

function post(path, value) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(value);
    const request = http.request(TELNYX_BASE_URL + path, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${TELNYX_API_KEY}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', reject);
      response.on('data', (piece) => (text += piece));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${response.statusCode}: ${text}`));
      });
    });
    request.end(body);
  });
}

async function main() {
  const { id } = await post('/ai/conversations', {
    metadata: { assistant_id: TELNYX_ASSISTANT_ID },
  });
  const { content } = await post(`/ai/assistants/${TELNYX_ASSISTANT_ID}/chat`, {
    content: process.argv[2],
    conversation_id: id,
  });
  process.stdout.write(`${content}\n`);
  agent.destroy();
}

void main();

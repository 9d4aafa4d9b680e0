// The least that can be done with a streamed reply: its bytes go to stdout as they come.
'use strict';
const http = require('node:http');

const { TELNYX_ASSISTANT_ID, TELNYX_BASE_URL } = process.env;
const body = JSON.stringify({ content: 'hello', conversation_id: 'any', stream: true });
http
  .request(`${TELNYX_BASE_URL}/ai/assistants/${TELNYX_ASSISTANT_ID}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  })
  .on('response', (response) => response.pipe(process.stdout))
  .end(body);

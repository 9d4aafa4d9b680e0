// What `test` is compared with: the same requests by hand with node:http, two cases at a time, and a look at
// each reply. Argument: the number of cases.
'use strict';
const { request, Agent } = require('node:http');

const base = process.env.TELNYX_BASE_URL;
const agent = new Agent({ keepAlive: true });
const headers = { authorization: `Bearer ${process.env.TELNYX_API_KEY}` };

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    request(base + path, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end(body && JSON.stringify(body));
  });
}

async function playCase(number) {
  const { id } = JSON.parse(await call('POST', '/ai/conversations', { name: `case ${number}` }));
  for (let turn = 1; turn <= 3; turn++) {
    const body = { content: `at-once ${turn}`, conversation_id: id, stream: true };
    const reply = await call('POST', '/ai/assistants/assistant-bench/chat', body);
    if (!reply.includes(`said:at-once ${turn}`)) throw new Error(`case ${number}: ${reply}`);
  }
  await call('DELETE', `/ai/conversations/${id}`);
}

async function playAll(numbers) {
  for (const number of numbers) await playCase(number);
}

const numbers = Array.from({ length: Number(process.argv[2]) }, (_, index) => index).values();
Promise.all([playAll(numbers), playAll(numbers)])
  .then(() => console.log('all passed'))
  .finally(() => agent.destroy());

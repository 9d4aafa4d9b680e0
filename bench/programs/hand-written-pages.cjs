// What `conversations list` and `export` are compared with: the same requests by hand with node:http,
// a line printed for each thing. Arguments: `conversations`, or `messages` and an id.
'use strict';
const { request, Agent } = require('node:http');

const base = process.env.TELNYX_BASE_URL;
const agent = new Agent({ keepAlive: true });
const headers = { authorization: `Bearer ${process.env.TELNYX_API_KEY}` };

function get(path) {
  return new Promise((resolve, reject) => {
    request(base + path, { agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('end', () => resolve(JSON.parse(text)));
    })
      .on('error', reject)
      .end();
  });
}

const print = (lines) => new Promise((resolve) => process.stdout.write(lines.join(''), resolve));

async function conversations() {
  for (let before = ''; ;) {
    const { data } = await get(`/ai/conversations?limit=100&order=last_message_at.desc${before}`);
    if (data.length === 0) return;
    await print(data.map(({ id, name }) => `${id}\t${name}\n`));
    const oldest = Date.parse(data.at(-1).last_message_at) - 1;
    before = `&last_message_at=lte.${new Date(oldest).toISOString()}`;
  }
}

async function messages(id) {
  for (let number = 1, pages = 1; number <= pages; number++) {
    const query = `page%5Bsize%5D=100&page%5Bnumber%5D=${number}`;
    const { data, meta } = await get(`/ai/conversations/${id}/messages?${query}`);
    await print(data.map(({ role, text }) => `## ${role}\n\n${text}\n\n`));
    pages = meta.total_pages;
  }
}

const [what, id] = process.argv.slice(2);
(what === 'conversations' ? conversations() : messages(id)).then(() => agent.destroy());

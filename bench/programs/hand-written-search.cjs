// What `conversations search` is compared with: the same requests by hand with node:http, four at a time,
// a line printed for each message with the word.
'use strict';
const { request, Agent } = require('node:http');

const [word, filter = ''] = process.argv.slice(2);
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

async function search({ id, name }) {
  const query = 'page%5Bsize%5D=100&page%5Bnumber%5D=1';
  const { data } = await get(`/ai/conversations/${id}/messages?${query}`);
  const found = data.filter(({ text }) => text.toLowerCase().includes(word));
  await print(found.map(({ role, text }) => `${id}\t${name}\t${role}\t${text}\n`));
}

async function main() {
  for (let before = ''; ;) {
    const list = `/ai/conversations?limit=100&order=last_message_at.desc${filter}${before}`;
    const { data } = await get(list);
    if (data.length === 0) break;
    const left = [...data];
    const worker = async () => {
      for (let next = left.shift(); next; next = left.shift()) await search(next);
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    const oldest = Date.parse(data.at(-1).last_message_at) - 1;
    before = `&last_message_at=lte.${new Date(oldest).toISOString()}`;
  }
  agent.destroy();
}

void main();

// Shared by the hand-written scripts: requests with node:http, and output.
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

/** Conversations in pages of 100, the latest used first. */
async function* conversationPages(filter = '') {
  for (let before = ''; ;) {
    const list = `/ai/conversations?limit=100&order=last_message_at.desc${filter}${before}`;
    const { data } = await get(list);
    if (data.length === 0) return;
    yield data;
    const oldest = Date.parse(data.at(-1).last_message_at) - 1;
    before = `&last_message_at=lte.${new Date(oldest).toISOString()}`;
  }
}

function messagePage(id, number) {
  const query = new URLSearchParams({ 'page[size]': 100, 'page[number]': number });
  return get(`/ai/conversations/${id}/messages?${query}`);
}

const print = (lines) => new Promise((resolve) => process.stdout.write(lines.join(''), resolve));

const close = () => agent.destroy();

module.exports = { conversationPages, messagePage, print, close };

// The comparison for `conversations list` and `export`: the same requests by hand, a printed line for
// each conversation or message. Arguments: `conversations`, or `messages` and an id.
'use strict';
const { conversationPages, messagePage, print, close } = require('./by-hand.cjs');

async function conversations() {
  for await (const page of conversationPages()) {
    await print(page.map(({ id, name }) => `${id}\t${name}\n`));
  }
}

async function messages(id) {
  for (let number = 1, pages = 1; number <= pages; number++) {
    const { data, meta } = await messagePage(id, number);
    await print(data.map(({ role, text }) => `## ${role}\n\n${text}\n\n`));
    pages = meta.total_pages;
  }
}

const [what, id] = process.argv.slice(2);
(what === 'conversations' ? conversations() : messages(id)).then(close);

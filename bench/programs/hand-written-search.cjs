// The comparison for `conversations search`: the same requests by hand, four at a time, a printed line
// for each message with the word. Arguments: the word, and a filter for the list.
'use strict';
const { conversationPages, messagePage, print, close } = require('./by-hand.cjs');

const [word, filter] = process.argv.slice(2);

async function search({ id, name }) {
  const { data } = await messagePage(id, 1);
  const found = data.filter(({ text }) => text.toLowerCase().includes(word));
  await print(found.map(({ role, text }) => `${id}\t${name}\t${role}\t${text}\n`));
}

async function main() {
  for await (const page of conversationPages(filter)) {
    const left = page.values();
    const worker = async () => {
      for (const conversation of left) await search(conversation);
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  }
  close();
}

void main();

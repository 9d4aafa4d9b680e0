// node server.mjs <key file> <certificate file>
//
// A stand-in for the API that answers at once, with and without TLS, in a process of its own: what is
// measured is the client.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { listConversations, listMessages, SEARCHED_MESSAGES, SEARCHED_PREFIX } from './stored.mjs';

/** Before the first piece of a stream, so that the client is at rest when it comes, in milliseconds. */
const BEFORE_STREAM_MS = 20;
const BETWEEN_PIECES_MS = 2;
const PIECES = 5;

const NETWORK_MS = 5;

let conversations = 0;

async function onRequest(request, response) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  if (request.method === 'GET') {
    // As far away as a server in the same country.
    if (request.url.includes(SEARCHED_PREFIX)) await sleep(NETWORK_MS);
    return answer(response, stored(new URL(request.url, 'http://_')));
  }
  if (request.method === 'DELETE') return answer(response, {});
  const body = JSON.parse(text);
  if (request.url?.endsWith('/chat')) await chat(body, response);
  else answer(response, conversation(body));
}

function stored({ pathname, searchParams }) {
  // The id of a conversation ends with the number of its messages.
  const [, total] = /-0*(\d+)\/messages$/.exec(pathname) ?? [];
  if (pathname.includes(`/${SEARCHED_PREFIX}`))
    return listMessages(SEARCHED_MESSAGES, searchParams);
  if (total !== undefined) return listMessages(Number(total), searchParams);
  if (pathname.endsWith('/conversations')) return listConversations(searchParams);
  return pathname.includes('/conversations/') ? { data: conversation({}) } : assistant();
}

/** A new id each time: a client that remembers its last conversation has something to write. */
function conversation({ metadata }) {
  const id = `3fa85f64-5717-4562-b3fc-${String(++conversations).padStart(12, '0')}`;
  const now = new Date().toISOString();
  return { id, name: null, metadata, created_at: now, last_message_at: now };
}

function assistant() {
  return { id: 'assistant-bench', name: 'Bench', model: 'none', instructions: '', created_at: '' };
}

async function chat({ content, stream }, response) {
  if (!stream) return answer(response, { content: `You said: ${content}` });
  response.setHeader('content-type', 'text/event-stream');
  // For measuring many turns: a stream without waits.
  if (content.startsWith('at-once')) return response.end(event('done', `said:${content}`));
  await sleep(BEFORE_STREAM_MS);
  for (let piece = 0; piece < PIECES; piece++) {
    // Each piece says when it was written, on the clock that all processes share.
    response.write(event('delta', `${process.hrtime.bigint()} `));
    await sleep(BETWEEN_PIECES_MS);
  }
  response.end(event('done', 'done'));
}

function event(name, content) {
  return `event: ${name}\ndata: ${JSON.stringify({ content })}\n\n`;
}

function answer(response, value) {
  const text = JSON.stringify(value);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function listen(server) {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(server.address().port)),
  );
}

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path));
process.send({
  port: await listen(createServer(onRequest)),
  securePort: await listen(createSecureServer({ key, cert }, onRequest)),
});
process.on('disconnect', () => process.exit());

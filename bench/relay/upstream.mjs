// A stand-in for the API that costs as little as it can: what is measured is the relay before it.
import { createServer } from 'node:net';

const CONVERSATION = answer({
  id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  name: null,
  metadata: {},
  created_at: '2026-01-01T00:00:00Z',
  last_message_at: '2026-01-01T00:00:00Z',
});
const REPLY = answer({ content: 'We are open from nine to five, Monday to Friday.' });

const server = createServer({ noDelay: true }, (socket) => {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece) => {
    text += piece;
    for (let end = requestEnd(text); end > 0; end = requestEnd(text)) {
      socket.write(text.slice(0, text.indexOf(' HTTP')).endsWith('/chat') ? REPLY : CONVERSATION);
      text = text.slice(end);
    }
  });
  socket.on('error', () => socket.destroy());
});

/** Where the first request ends; 0 when it is not whole yet. */
function requestEnd(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const [, length = 0] = /content-length: (\d+)/i.exec(text.slice(0, head)) ?? [];
  const end = head + 4 + Number(length);
  return text.length >= end ? end : 0;
}

function answer(value) {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nX-Request-Id: 9b5c792b-c466-4347-be52-b535c817b462\r\n\r\n${body}`;
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());

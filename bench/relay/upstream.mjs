// A stand-in for the API that costs as little as it can: what is measured is the relay before it.
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.mjs';

const CONVERSATION = answer({
  id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  name: null,
  metadata: {},
  created_at: '2026-01-01T00:00:00Z',
  last_message_at: '2026-01-01T00:00:00Z',
});
const REPLY = answer({ content: 'We are open from nine to five, Monday to Friday.' });

let connections = 0;

function serve(socket) {
  let text = '';
  connections++;
  socket.setEncoding('latin1');
  socket.on('data', (piece) => {
    text += piece;
    for (let end = requestEnd(text); end > 0; end = requestEnd(text)) {
      socket.write(text.slice(0, text.indexOf(' HTTP')).endsWith('/chat') ? REPLY : CONVERSATION);
      text = text.slice(end);
    }
  });
  socket.on('error', () => socket.destroy());
}

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

const tls = { key: PRIVATE_KEY, cert: CERTIFICATE, ALPNProtocols: ['http/1.1'], noDelay: true };
const servers = [createServer({ noDelay: true }, serve), createTlsServer(tls, serve)];
let listening = 0;
for (const server of servers) {
  server.listen(0, '127.0.0.1', () => {
    if (++listening < servers.length) return;
    const [http, https] = servers.map((each) => each.address().port);
    process.send({ http, https });
  });
}
// Asked how many connections there have been.
process.on('message', () => process.send({ connections }));
process.on('disconnect', () => process.exit());

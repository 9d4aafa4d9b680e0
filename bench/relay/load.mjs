// Turns over kept-alive connections, each sent when the one before is answered.
import { connect } from 'node:net';

/**
 * @param {number} port
 * @param {{ connections: number, seconds: number, bodyOf: (turn: number) => object }} options
 * @returns {Promise<{ answered: number, failed: number, seconds: number, p50: number, p99: number }>}
 *   latencies in milliseconds
 */
export async function load(port, { connections, seconds, bodyOf }) {
  const state = { latencies: [], failed: 0, turns: 0, end: performance.now() + seconds * 1000 };
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, () => turnsOverOne(port, { state, bodyOf })),
  );
  const taken = (performance.now() - started) / 1000;
  const sorted = Float64Array.from(state.latencies).sort();
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)];
  const { failed } = state;
  return { answered: sorted.length, failed, seconds: taken, p50: at(0.5), p99: at(0.99) };
}

function turnsOverOne(port, { state, bodyOf }) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('latin1');
    let sentAt = 0;
    let text = '';
    const send = () => {
      const now = performance.now();
      if (now >= state.end) return socket.end();
      sentAt = now;
      socket.write(requestWith(bodyOf(state.turns++)));
    };
    socket.on('connect', send);
    socket.on('data', (piece) => {
      text += piece;
      if (!isWhole(text)) return;
      if (text.startsWith('HTTP/1.1 200')) state.latencies.push(performance.now() - sentAt);
      else state.failed++;
      text = '';
      send();
    });
    socket.on('error', () => state.failed++);
    socket.on('close', resolve);
  });
}

function requestWith(value) {
  const body = JSON.stringify(value);
  return `POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function isWhole(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const [, length] = /content-length: (\d+)/i.exec(text.slice(0, head)) ?? [];
  return text.length >= head + 4 + Number(length);
}

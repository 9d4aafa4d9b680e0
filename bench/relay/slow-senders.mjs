// Senders that hold connections, in a process of their own: headers byte by byte, bodies byte by byte,
// nothing at all. One that the relay ends begins again.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const HEAD = 'POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
/** What is sent at once; what follows byte by byte. */
const KINDS = [
  ['', `${HEAD}X-Slow: ${'x'.repeat(10_000)}`],
  [`${HEAD}Content-Length: 100000\r\n\r\n`, 'x'.repeat(100_000)],
  ['', ''],
];
/** Between two bytes of one sender. */
const PAUSE_MS = 1_000;

/** Resolves when so many are connected. */
export async function startSlowSenders(port, count) {
  const child = fork(fileURLToPath(import.meta.url), [String(port), String(count)]);
  await once(child, 'message');
  const stop = async () => {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  };
  return { stop };
}

function send(port, [atOnce, dripped], tell) {
  const socket = connect(port, '127.0.0.1', tell);
  let at = 0;
  let timer;
  if (atOnce !== '') socket.write(atOnce);
  // Not all at the same moment.
  const begin = setTimeout(() => {
    timer = setInterval(() => socket.write(dripped.charAt(at++)), PAUSE_MS);
  }, Math.random() * PAUSE_MS);
  socket.on('error', () => undefined).resume();
  socket.on('close', () => {
    clearTimeout(begin);
    clearInterval(timer);
    send(port, [atOnce, dripped], () => undefined);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, count] = process.argv.slice(2).map(Number);
  let connected = 0;
  const tell = () => {
    if (++connected === count) process.send('connected');
  };
  for (let number = 0; number < count; number++) send(port, KINDS[number % KINDS.length], tell);
  process.on('disconnect', () => process.exit());
}

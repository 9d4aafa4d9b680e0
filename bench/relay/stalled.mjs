// npm run build && node bench/relay/stalled.mjs [--readers <n>] [--bytes <n>] [--seconds <n>] [--accept <type>]
//
// The memory of the relay while many readers take nothing of a long reply. Exits with 1 above the bound.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SELF = fileURLToPath(import.meta.url);
const PROGRAM = fileURLToPath(new URL('../../bin/telnyx-chat.js', import.meta.url));
/** Of 5,000 readers of 2 MB. */
const BOUND_MIB = 300;
const MAX_TURNS = '10000';

const [role, ...rest] = process.argv.slice(2);
if (role === 'upstream') serveReplies(Number(rest[0]));
else await measure();

/** Answers each chat with a reply of this length in bytes, streamed when that is asked for. */
function serveReplies(bytes) {
  const piece = 'x'.repeat(16_000);
  const count = Math.ceil(bytes / piece.length);
  const whole = Buffer.from(JSON.stringify({ content: piece.repeat(count) }));
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (!/event-stream/.test(request.headers.accept ?? '')) {
        response.setHeader('content-type', 'application/json');
        return void response.end(whole);
      }
      response.setHeader('content-type', 'text/event-stream');
      let sent = 0;
      const more = () => {
        while (sent++ < count) {
          const data = JSON.stringify({ text: piece });
          if (!response.write(`event: delta\ndata: ${data}\n\n`)) return;
        }
        response.end('event: done\ndata: {}\n\n');
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function measure() {
  const { values } = parseArgs({
    options: {
      readers: { type: 'string', default: '5000' },
      bytes: { type: 'string', default: '2000000' },
      seconds: { type: 'string', default: '60' },
      accept: { type: 'string', default: 'application/json' },
    },
  });
  const upstream = fork(SELF, ['upstream', values.bytes]);
  const [upstreamPort] = await once(upstream, 'message');
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    TELNYX_API_KEY: 'KEYbench',
    TELNYX_ASSISTANT_ID: 'assistant-bench',
    TELNYX_BASE_URL: `http://127.0.0.1:${upstreamPort}/v2`,
  };
  const argv = [PROGRAM, 'serve', '--port', '0', '--max-turns', MAX_TURNS];
  const relay = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(relay.stdout.setEncoding('utf8'), 'data');
  const port = Number(/:(\d+)\n/.exec(line)[1]);
  const sockets = Array.from({ length: Number(values.readers) }, (_, number) =>
    stalledReader(port, number, values.accept),
  );
  let peak = 0;
  const series = [];
  for (let second = 0; second < Number(values.seconds); second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    series.push(memoryOf(relay.pid));
    peak = Math.max(peak, series.at(-1));
  }
  for (const socket of sockets) socket.destroy();
  relay.kill('SIGKILL');
  upstream.disconnect();
  console.log(`memory, MiB: ${series.map((each) => each.toFixed(0)).join(' ')}`);
  console.log(`${values.readers} stalled readers: ${peak.toFixed(0)} MiB (bound ${BOUND_MIB})`);
  process.exitCode = peak <= BOUND_MIB ? 0 : 1;
}

/** Asks, and takes nothing of the answer. */
function stalledReader(port, number, accept) {
  const body = JSON.stringify({ message: 'hello', conversation_id: `c-${number}` });
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write(
    `POST /chat HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

function memoryOf(pid) {
  const [, kB] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kB) / 1024;
}

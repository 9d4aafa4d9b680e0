// The bytecode of the built program, for the Node that builds it: see load-program.cjs.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Script } from 'node:vm';

/**
 * Runs the program's usual ways once, because bytecode holds only the functions that have been called.
 *
 * @param {string} source program.js
 * @param {string} dist the folder it is in
 */
export async function bytecodeOf(source, dist) {
  const script = new Script(source, { filename: join(dist, 'program.js') });
  const program = { exports: {} };
  script.runInThisContext()(program, createRequire(join(dist, 'program.js')));
  const home = await mkdtemp(join(tmpdir(), 'telnyx-chat-build-'));
  const server = createServer(answer);
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { processContext, run } = program.exports;
    for (const words of [['--help'], ['send', 'hello'], ['send', '--jsonl', 'hello']]) {
      // However it ends: what fails here is for the tests to say.
      await run(words, processContext(processIn(home, server.address().port)));
    }
  } finally {
    server.close();
    await rm(home, { recursive: true });
  }
  return script.createCachedData();
}

/** Creates a conversation and replies, as a stream if asked to. */
function answer({ headers }, response) {
  if (!headers.accept?.includes('text/event-stream')) {
    response.end('{"id":"1","content":"hello"}');
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  response.write('event: delta\ndata: {"content":"hello"}\n\n');
  response.end('event: done\ndata: {"content":"hello"}\n\n');
}

/** As much of a process as the program uses, in an empty home and with nobody to read what it prints. */
function processIn(home, port) {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const env = {
    TELNYX_CHAT_CONFIG_DIR: home,
    TELNYX_API_KEY: 'KEY',
    TELNYX_ASSISTANT_ID: 'assistant',
    TELNYX_BASE_URL: `http://127.0.0.1:${port}`,
  };
  const { platform, hrtime } = process;
  return { env, platform, hrtime, stdout: output, stderr: output, cwd: () => home, on: () => {} };
}

/** @param {NodeJS.Process} process */
export function bytecodeName({ versions, platform, arch }) {
  return `program.${versions.v8}-${platform}-${arch}.bytecode`;
}

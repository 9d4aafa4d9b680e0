import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROGRAM } from './sandbox.mjs';
import { CHUNK, textsOf } from './turns.mjs';

/** One conversation through the built program: piped chats in sequence, each continuing the last. */
export async function converse({ number, turns, timeoutMs, sandbox }) {
  const home = mkdtempSync(join(tmpdir(), 'telnyx-chat-soak-'));
  const texts = textsOf(number, turns);
  const results = [];
  let id;
  try {
    for (let start = 0; start < turns; start += CHUNK) {
      const chunk = texts.slice(start, start + CHUNK);
      const outcomes = await pipe(chunk, { id, timeoutMs, sandbox, home });
      id ??= outcomes.find((each) => each.conversation_id)?.conversation_id;
      results.push(...chunk.map((text, index) => resultOf(text, start > 0, outcomes[index])));
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return { id, results };
}

function resultOf(text, isResumed, outcome) {
  const { reply, recovered, delivery, kind, endedAt } = outcome ?? {
    kind: 'nothing was said of it',
  };
  return { text, isResumed, reply, recovered, delivery, kind, endedAt };
}

/** A piped chat: the outcome of each line, in order, as stdout and stderr share one pipe. */
function pipe(lines, { id, timeoutMs, sandbox, home }) {
  const argv = ['chat', '--jsonl', '--keep-going', '--timeout', String(timeoutMs / 1000)];
  if (id !== undefined) argv.push('--conversation', id);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TELNYX_API_KEY: 'KEY-soak',
    TELNYX_ASSISTANT_ID: sandbox.assistant,
    TELNYX_BASE_URL: sandbox.url,
  };
  const shell = ['-c', 'exec "$0" "$@" 2>&1', process.execPath, PROGRAM, ...argv];
  const child = spawn('/bin/sh', shell, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  return new Promise((resolve, reject) => {
    const outcomes = [];
    createInterface({ input: child.stdout })
      .on('line', (line) => outcomes.push({ ...parsed(line), endedAt: Date.now() }))
      .once('close', () => resolve(outcomes));
    child.once('error', reject);
  });
}

function parsed(line) {
  const object = JSON.parse(line);
  return object.error ?? object;
}

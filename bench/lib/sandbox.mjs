// Samplers of programs that talk to the sandbox of the installed package, with many conversations in it.
import { spawn } from 'node:child_process';

/** @typedef {import('./samplers.mjs').Sampler} Sampler */

/** Of each conversation. */
const MESSAGES = 20;
const ASSISTANT = 'assistant-sandbox';

/** By the count of their conversations; each ends with the program that measures. */
const sandboxes = new Map();

/** The same against a sandbox with this number of conversations. @param {Sampler} sampler @returns {Sampler} */
export function inSandbox(conversations, sampler) {
  return async (world) => {
    if (!sandboxes.has(conversations))
      sandboxes.set(conversations, await open(world, conversations));
    return sampler({ ...world, env: { ...world.env, ...sandboxes.get(conversations) } });
  };
}

async function open({ bin, env }, conversations) {
  const child = spawn(process.execPath, [bin, 'sandbox', '--port', '0'], {
    ...{ env, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  process.once('exit', () => child.kill());
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
      const [, found] = /TELNYX_BASE_URL=(\S+)\n/.exec(text) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  const seed = { conversations, messages: MESSAGES, metadata: { assistant_id: ASSISTANT } };
  const body = JSON.stringify({ ...seed, every_ms: 100 });
  const seeded = await fetch(new URL('/_sandbox/seed', url), { method: 'PUT', body });
  if (!seeded.ok) throw new Error(`the sandbox was not filled: ${seeded.status}`);
  await seeded.text();
  // Nothing but its end is to be heard of it.
  child.unref();
  child.stdout.destroy();
  return { TELNYX_BASE_URL: url, TELNYX_ASSISTANT_ID: ASSISTANT };
}

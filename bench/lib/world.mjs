// What a measurement runs in: an empty home, a clean environment, the server.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} World
 * @property {string} home an empty folder, also the one that programs run in
 * @property {Record<string, string>} env nothing inherited but PATH: NODE_EXTRA_CA_CERTS alone would
 *   cost each start some 45 ms and hide everything else
 * @property {() => void} close
 */

/** @returns {Promise<World>} */
export async function openWorld() {
  const server = fork(fileURLToPath(new URL('../server.mjs', import.meta.url)));
  const [{ port }] = await once(server, 'message');
  const home = mkdtempSync(join(tmpdir(), 'telnyx-chat-bench-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TELNYX_API_KEY: 'KEYbench',
    TELNYX_ASSISTANT_ID: 'assistant-bench',
    TELNYX_BASE_URL: `http://127.0.0.1:${port}/v2`,
  };
  const close = () => {
    server.disconnect();
    rmSync(home, { recursive: true, force: true });
  };
  return { home, env, close };
}

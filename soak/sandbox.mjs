import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RULES } from './faults.mjs';

export const PROGRAM = fileURLToPath(new URL('../bin/telnyx-chat.js', import.meta.url));

/** Starts a sandbox with faults, those of the soak unless others are given, in its own process. */
export async function openSandbox(seed, rules = RULES) {
  const argv = ['sandbox', '--port', '0', '--latency', '20', '--seed', String(seed)];
  const faults = rules.flatMap((rule) => ['--fault', rule]);
  const child = spawn(process.execPath, [PROGRAM, ...argv, ...faults], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
      const found = /TELNYX_BASE_URL=(\S+)\n[^]*ASSISTANT_ID=(\S+)\n/.exec(text);
      if (found) resolve({ base: found[1], assistant: found[2] });
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  const root = url.base.replace(/\/v2$/, '');
  return {
    url: url.base,
    assistant: url.assistant,
    stats: async () => (await fetch(`${root}/_sandbox/stats`)).json(),
    close: () => child.kill(),
  };
}

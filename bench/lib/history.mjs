// A history of 2,000 messages, as a long-time user has it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENTRIES = 2000;

/** Puts it into a world, once. */
export function withHistory(sampler) {
  return (world) => {
    const folder = join(world.home, '.local/state/telnyx-chat');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lines = Array.from({ length: ENTRIES }, (_, index) => JSON.stringify(`message ${index}`));
    writeFileSync(join(folder, 'input-history.jsonl'), `${lines.join('\n')}\n`, { mode: 0o600 });
    return sampler(world);
  };
}

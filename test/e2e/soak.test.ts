import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SOAK = join(import.meta.dirname, '../../soak/run.mjs');

test(
  'on a network that loses a third of everything no turn is doubled or lost',
  { timeout: 240_000 },
  async () => {
    const argv = ['--turns', '100', '--conversations', '20', '--only', 'ours'];
    const { stdout } = await promisify(execFile)(process.execPath, [SOAK, ...argv]);
    const row = JSON.parse(/^telnyx-chat +(.*)$/m.exec(stdout)?.[1] ?? '{}') as unknown;
    const none = { doubled: 0, lost: 0, wrong: 0, outOfOrder: 0, untold: 0 };
    expect(row, stdout).toMatchObject({ turns: 100, ...none });
  },
);

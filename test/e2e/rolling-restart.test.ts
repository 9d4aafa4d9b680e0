import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { installedOrSkipped } from '../helpers/installed.js';
import { REDIS_SERVERS } from '../helpers/redis-server.js';

const SCRIPT = join(import.meta.dirname, '../../soak/rolling.mjs');
const NGINX = installedOrSkipped('nginx');

/** The rows that it prints, one a round. */
async function rolled(...argv: string[]): Promise<unknown[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...argv]);
  const rows = [...stdout.matchAll(/^round \d+ +(.*)$/gm)];
  return rows.map(([, row = '']) => JSON.parse(row) as unknown);
}

const none = { failed: 0, doubled: 0, badExits: 0 };

describe.skipIf(NGINX === undefined || !REDIS_SERVERS.includes('redis-server'))(
  'two replicas behind the nginx of docs/deploy.md, and 60 callers',
  () => {
    test('restarted one after the other, no request fails', { timeout: 120_000 }, async () => {
      const rows = await rolled('--requests', '1500', '--rounds', '2');
      expect(rows).toEqual([expect.objectContaining(none), expect.objectContaining(none)]);
      expect(rows).toEqual([
        expect.objectContaining({ lost: 0 }),
        expect.objectContaining({ lost: 0 }),
      ]);
    });

    test('one killed, only what ran there fails', { timeout: 120_000 }, async () => {
      const rows = await rolled('--kill', '--requests', '600', '--rounds', '1');
      expect(rows).toEqual([expect.objectContaining(none)]);
    });
  },
);

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * A folder of the test's own, gone when the test ends. A program that is just ending may still write to it:
 * Node keeps compiled code then.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

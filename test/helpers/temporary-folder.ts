import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A folder of the test's own, gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'telnyx-chat-'));
  onTestFinished(() => removed(folder));
  return folder;
}

const MAX_TRIES = 20;

/** Removes a folder. A program that is just ending may still keep its compiled code there. */
export async function removed(folder: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await setTimeout(20);
    }
  }
}

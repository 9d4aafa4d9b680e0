import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Values } from '../settings/settings.js';
import { AppError } from '../base/errors.js';

/**
 * A text as $VISUAL or $EDITOR leaves it, in a temporary file for its owner's eyes only.
 * Throws an AppError when the editor cannot be run or fails. The signal ends the editor.
 */
export async function editExternally(
  text: string,
  env: Values,
  signal: AbortSignal,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'telnyx-chat-'));
  const file = join(folder, 'message.md');
  try {
    await writeFile(file, text, { mode: 0o600 });
    // As with git, an empty variable counts as none.
    await runEditor(env['VISUAL'] || env['EDITOR'] || 'vi', file, signal);
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The variable may hold arguments (`code --wait`), so a shell reads it, as git does. */
function runEditor(command: string, file: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(`${command} "${file}"`, { shell: true, stdio: 'inherit', signal });
    const fail = (why: string): void =>
      reject(
        new AppError('usage', `the editor ${JSON.stringify(command)} ${why}`, {
          hint: 'set EDITOR, for example EDITOR=nano',
        }),
      );
    child.on('error', () => {
      if (signal.aborted) reject(signal.reason as Error);
      else fail('could not be started');
    });
    child.on('exit', (code, killedBy) => {
      if (code === 0) resolve();
      else fail(`ended with ${killedBy ?? code}`);
    });
  });
}

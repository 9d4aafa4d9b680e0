import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from './temporary-folder.js';

export const BIN = join(import.meta.dirname, '../../bin/telnyx-chat.js');

/** Longer than any of these runs may take: what has not ended by then hangs. */
const HANGS_MS = 10_000;

export interface ProgramOptions {
  input?: string;
  env?: Record<string, string>;
  /** Home and working folder. */
  home?: string;
  /** When it is taken to hang, in milliseconds. */
  hangsMs?: number;
  /** What runs it instead of Node alone, such as a shell. */
  command?: [string, ...string[]];
}

/** The built program in a process of its own, with servers of the test beside it. */
export async function builtProgram(
  argv: string[],
  {
    input = '',
    env = {},
    home = temporaryFolder(),
    hangsMs = HANGS_MS,
    command = [process.execPath, BIN],
  }: ProgramOptions = {},
): Promise<{ code: number | string | null; stdout: string; stderr: string }> {
  const [file, ...first] = command;
  const child = spawn(file, [...first, ...argv], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
    timeout: hangsMs,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

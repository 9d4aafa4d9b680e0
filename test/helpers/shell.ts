import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN } from './built-program.js';
import { temporaryFolder } from './temporary-folder.js';

/** A shell runs the script with the program and its arguments as `"$0" "$@"`. */
export function underShell(script: string, shell = ['sh', '-c']): [string, ...string[]] {
  const [file = 'sh', ...flags] = shell;
  return [file, ...flags, script, process.execPath, BIN];
}

/** The terminal's settings, before the program and after it. */
export function settings(output: string): string[] {
  return output.match(/speed [^]*?-?extproc/g) ?? [];
}

export function childrenOf(pid: number): number[] {
  const pids = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return pids.trim().split('\n').map(Number);
}

/** Environment of a program that crashes, as by a bug, when it gets SIGUSR2. */
export function crashing(): Record<string, string> {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'crash.cjs');
  writeFileSync(file, "process.on('SIGUSR2', () => { throw new Error('crashed') });\n");
  return { NODE_OPTIONS: `--require ${file}` };
}

/** Settles when a process is gone. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => globalThis.setTimeout(resolve, 20));
  }
}

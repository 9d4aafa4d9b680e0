import { spawn } from 'node:child_process';
import type { Values } from '../settings/settings.js';

/** Programs that take a clipboard's text on stdin, and where they work. */
const PROGRAMS: {
  command: string;
  args: string[];
  isHere: (env: Values, platform: string) => boolean;
}[] = [
  { command: 'pbcopy', args: [], isHere: (_, platform) => platform === 'darwin' },
  { command: 'clip', args: [], isHere: (_, platform) => platform === 'win32' },
  { command: 'wl-copy', args: [], isHere: (env) => Boolean(env['WAYLAND_DISPLAY']) },
  { command: 'xclip', args: ['-selection', 'clipboard'], isHere: (env) => Boolean(env['DISPLAY']) },
  { command: 'xsel', args: ['-ib'], isHere: (env) => Boolean(env['DISPLAY']) },
];

export interface ClipboardOptions {
  env: Values;
  platform: string;
  /** Writes to the terminal. */
  write: (sequence: string) => void;
}

/**
 * Puts text on the clipboard and says which one. Over SSH, or without a clipboard program, the
 * terminal is asked to do it (OSC 52): it may refuse without telling.
 */
export async function copyText(text: string, options: ClipboardOptions): Promise<string> {
  const { env, platform } = options;
  const isRemote = Boolean(env['SSH_TTY'] ?? env['SSH_CONNECTION']);
  const local = isRemote ? [] : PROGRAMS.filter(({ isHere }) => isHere(env, platform));
  for (const { command, args } of local) {
    if (await takes(command, args, text)) return `the clipboard (${command})`;
  }
  options.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`);
  return 'the clipboard, if the terminal allows it (OSC 52)';
}

function takes(command: string, args: string[], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}

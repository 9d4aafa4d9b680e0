// Loaded when the person opens an editor or copies a reply.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../base/errors.js';
import type { Values } from '../settings/settings.js';

/**
 * A text as $VISUAL or $EDITOR leaves it, in a temporary file that only its owner can read.
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
    const edited = await readFile(file, 'utf8');
    // Editors end the last line with a newline, which belongs to the text only if it did before.
    return text.endsWith('\n') ? edited : edited.replace(/\r?\n$/, '');
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

/** Programs that put stdin on the clipboard, and where they work. */
const CLIPBOARD_PROGRAMS: {
  command: string;
  args: string[];
  isUsable: (env: Values, platform: string) => boolean;
}[] = [
  { command: 'pbcopy', args: [], isUsable: (_, platform) => platform === 'darwin' },
  { command: 'clip', args: [], isUsable: (_, platform) => platform === 'win32' },
  { command: 'wl-copy', args: [], isUsable: (env) => Boolean(env['WAYLAND_DISPLAY']) },
  {
    command: 'xclip',
    args: ['-selection', 'clipboard'],
    isUsable: (env) => Boolean(env['DISPLAY']),
  },
  { command: 'xsel', args: ['-ib'], isUsable: (env) => Boolean(env['DISPLAY']) },
];

export interface CopyTextOptions {
  env: Values;
  platform: string;
  /** Writes to the terminal. */
  write: (sequence: string) => void;
}

/**
 * Puts text on the clipboard and says which one. Over SSH, or without a clipboard program, the
 * terminal is asked to do it (OSC 52): it may refuse without telling.
 */
export async function copyText(text: string, options: CopyTextOptions): Promise<string> {
  const { env, platform } = options;
  const isRemote = Boolean(env['SSH_TTY'] ?? env['SSH_CONNECTION']);
  const local = isRemote ? [] : CLIPBOARD_PROGRAMS.filter((each) => each.isUsable(env, platform));
  for (const { command, args } of local) {
    if (await isTakenBy(command, args, text)) return `the clipboard (${command})`;
  }
  options.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`);
  return 'the clipboard, if the terminal allows it (OSC 52)';
}

function isTakenBy(command: string, args: string[], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}

// Loaded when the person opens an editor or copies a reply.
import { spawn } from 'node:child_process';
import { isUtf8 } from 'node:buffer';
import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '../base/errors.js';
import type { EditedText } from '../chat/ports.js';
import type { Context } from '../process/context.js';

type EditorContext = Pick<Context, 'env' | 'platform' | 'signal'>;

/**
 * A text as $VISUAL or $EDITOR leaves it, in a temporary file that only its owner can read. Whatever fails, the
 * text is as it was or as it was saved; a file that cannot be read stays, and the failure names it.
 */
export async function editExternally(text: string, context: EditorContext): Promise<EditedText> {
  const { env, signal } = context;
  // As with git, an empty variable counts as none.
  const command = env['VISUAL'] || env['EDITOR'] || 'vi';
  let file: string;
  try {
    file = await draftFile(text);
  } catch (cause) {
    return { text, failure: noDraftFile(cause) };
  }
  const failure = await runEditor(command, file, context);
  const saved = await savedText(file);
  if (signal.aborted) return abandon(file, { text, saved }, signal);
  if (saved === 'unreadable') return { text, failure: keptFile(file) };
  if (saved === 'gone') {
    await rmdir(dirname(file)).catch(() => undefined); // Other files in it may be the person's.
    return { text, failure: failure ?? editorFailure(command, 'left no file') };
  }
  await rm(dirname(file), { recursive: true, force: true });
  return { text: edited(saved.text, text), failure };
}

async function draftFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'telnyx-chat-'));
  const file = join(folder, 'message.md');
  try {
    await writeFile(file, text, { mode: 0o600 });
    return file;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function noDraftFile(cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : '';
  return new AppError('usage', `there can be no file for the editor: ${why}`, {
    hint: 'set TMPDIR to a folder that takes files',
    cause,
  });
}

type Saved = { text: string } | 'unreadable' | 'gone';

async function savedText(file: string): Promise<Saved> {
  try {
    const bytes = await readFile(file);
    return isUtf8(bytes) ? { text: bytes.toString('utf8').replace(/^\uFEFF/, '') } : 'unreadable';
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isGone ? 'gone' : 'unreadable';
  }
}

/** Editors end the last line with a newline. */
function edited(saved: string, before: string): string {
  return before.endsWith('\n') ? saved : saved.replace(/\r?\n$/, '');
}

function keptFile(file: string): AppError {
  return new AppError('usage', 'what the editor saved is not UTF-8 text, or cannot be read', {
    hint: `it is kept in ${file}`,
  });
}

/** The program ends: nobody takes the text back, so that what was written stays in its file. */
async function abandon(
  file: string,
  { text, saved }: { text: string; saved: Saved },
  signal: AbortSignal,
): Promise<never> {
  if (typeof saved === 'object' && edited(saved.text, text) === text) {
    await rm(file, { force: true });
  }
  // Fails while something is in it: an editor leaves there what it could not save.
  const isEmpty = await rmdir(dirname(file)).then(
    () => true,
    () => false,
  );
  const { reason } = signal as { reason: unknown };
  if (isEmpty || !(reason instanceof AppError)) throw reason;
  throw reason.with({ hint: `what you wrote is kept in ${dirname(file)}` });
}

/** Longest wait for an editor that was told to end. */
const ENDING_MS = 1_000;

/**
 * Runs the editor until the person leaves it. Gives what went wrong. The variable may hold arguments
 * (`code --wait`), so a shell reads it, as git does.
 */
function runEditor(
  command: string,
  file: string,
  { platform, signal }: EditorContext,
): Promise<AppError | undefined> {
  const options = { stdio: 'inherit', signal } as const;
  const child =
    platform === 'win32'
      ? spawn(`${command} "${file}"`, { ...options, shell: true })
      : spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', file], options);
  return new Promise((resolve) => {
    child.on('error', () => {
      // One that was told to end may still save.
      if (signal.aborted) setTimeout(() => resolve(undefined), ENDING_MS).unref();
      else resolve(editorFailure(command, 'could not be started'));
    });
    child.on('exit', (code, killedBy) =>
      resolve(code === 0 ? undefined : editorFailure(command, `ended with ${killedBy ?? code}`)),
    );
  });
}

function editorFailure(command: string, why: string): AppError {
  return new AppError('usage', `the editor ${JSON.stringify(command)} ${why}`, {
    hint: 'set EDITOR, for example EDITOR=nano',
  });
}

interface ClipboardProgram {
  command: string;
  args: string[];
  isUsable: (context: Pick<Context, 'env' | 'platform'>) => boolean;
}

const hasDisplay = ({ env }: Pick<Context, 'env'>): boolean => Boolean(env['DISPLAY']);

/** Programs that put stdin on the clipboard, and where they work. */
const CLIPBOARD_PROGRAMS: readonly ClipboardProgram[] = [
  { command: 'pbcopy', args: [], isUsable: ({ platform }) => platform === 'darwin' },
  { command: 'clip', args: [], isUsable: ({ platform }) => platform === 'win32' },
  { command: 'wl-copy', args: [], isUsable: ({ env }) => Boolean(env['WAYLAND_DISPLAY']) },
  { command: 'xclip', args: ['-selection', 'clipboard'], isUsable: hasDisplay },
  { command: 'xsel', args: ['-ib'], isUsable: hasDisplay },
];

/** Bound on a clipboard program: one may wait for a display that does not answer. */
const CLIPBOARD_MS = 5_000;

/**
 * Puts text on the clipboard and says which one. Over SSH, or without a clipboard program, the
 * terminal is asked to do it (OSC 52): it may refuse without telling.
 */
export async function copyText(
  text: string,
  context: Pick<Context, 'env' | 'platform' | 'stderr'>,
  signal: AbortSignal,
): Promise<string> {
  const { env, stderr } = context;
  const isRemote = Boolean(env['SSH_TTY'] ?? env['SSH_CONNECTION']);
  const local = isRemote ? [] : CLIPBOARD_PROGRAMS.filter(({ isUsable }) => isUsable(context));
  for (const program of local) {
    const isTaken = await isTakenBy(program, text, signal);
    signal.throwIfAborted();
    if (isTaken) return `the clipboard (${program.command})`;
  }
  stderr.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`);
  return 'the clipboard, if the terminal allows it (OSC 52)';
}

/** Whether the program takes the text in time. One that does not is killed. */
function isTakenBy(
  { command, args }: ClipboardProgram,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: CLIPBOARD_MS,
    killSignal: 'SIGKILL',
    signal,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => {
      child.stdin.destroy();
      resolve(code === 0);
    });
  });
}

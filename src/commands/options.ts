import type { Context } from '../process/context.js';
import { AppError } from '../base/errors.js';
import { readText } from '../terminal/read-text.js';
import { appearanceOf, type Appearance, type Format } from '../terminal/appearance.js';
import type { SessionOptions } from '../account/account.js';

/** Which conversation a turn belongs to. */
export interface ConversationOptions extends SessionOptions {
  conversation?: string;
  continue?: boolean;
  for?: string[];
  title?: string;
  meta?: string[];
  as?: string;
  stream: boolean;
}

/** How things look. */
export interface AppearanceFlags {
  format?: Format;
  raw?: boolean;
  screenReader?: boolean;
  color: boolean;
}

/** How replies are shown. */
export interface ReadingOptions extends ConversationOptions, AppearanceFlags {}

export interface ChatOptions extends ReadingOptions {
  keepGoing?: boolean;
}

/** What `--raw` means, to whoever asked for it on a terminal. */
export const RAW_WARNING = 'warning: --raw lets replies control this terminal';

export function appearanceFor(options: AppearanceFlags, context: Context): Appearance {
  const { env, stdout, stderr } = context;
  const { color, screenReader, format, raw } = options;
  const streams = { stdoutIsTTY: stdout.isTTY === true, stderrIsTTY: stderr.isTTY === true };
  return appearanceOf({ env, ...streams, color, screenReader, format, raw });
}

/** The message in words; `-` stands for stdin, which is the message when there are no words. */
export async function messageFrom(
  words: string[],
  context: Context,
  hint: string,
): Promise<string> {
  // Words alone: stdin is not even looked at, it may belong to a loop around us.
  if (words.length > 0 && !words.includes('-')) return words.join(' ');
  if (words.length === 0 && context.stdin.isTTY) {
    throw new AppError('usage', 'message is required', { hint });
  }
  const piped = (await readText(context.stdin)).replace(/\r?\n$/, '');
  if (words.length === 0 && piped.trim() === '') {
    throw new AppError('usage', 'message is required', {
      hint: 'stdin is empty: check the command before the pipe',
    });
  }
  return words.length === 0 ? piped : words.map((word) => (word === '-' ? piped : word)).join(' ');
}

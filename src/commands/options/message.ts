import { AppError } from '../../base/errors.js';
import type { Context } from '../../process/context.js';
import { readText } from '../../terminal/read-text.js';
import { checkedMessage } from '../../turn/events.js';

/** The message in words; `-` stands for stdin, which is the message when there are no words. */
export async function messageFrom(
  words: readonly string[],
  context: Context,
  hint: string,
): Promise<string> {
  // With words alone stdin is not touched: it may belong to a loop around us, and opening it takes 4 ms.
  if (words.length > 0 && !words.includes('-')) return checkedMessage(words.join(' '));
  const { stdin, signal } = context;
  if (words.length === 0 && stdin.isTTY) throw required(hint);
  const piped = (await readText(stdin, signal)).replace(/\r?\n$/, '');
  if (words.length > 0) {
    return checkedMessage(words.map((word) => (word === '-' ? piped : word)).join(' '));
  }
  if (piped.trim() === '') {
    const fault = piped === '' ? 'empty' : 'blank';
    throw required(`stdin is ${fault}: check the command before the pipe`);
  }
  return checkedMessage(piped);
}

function required(hint: string): AppError {
  return new AppError('usage', 'message is required', { hint });
}

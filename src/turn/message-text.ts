import { AppError } from '../base/errors.js';
import { wellFormed } from '../base/unicode.js';

/** In bytes of UTF-8 (1 MiB). It is our own limit: Telnyx documents none. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Returns the message when it can be sent, unchanged where it is well-formed Unicode. */
export function checkedMessage(text: string): string {
  if (text.trim() === '') {
    throw new AppError('usage', 'message is required', {
      hint: 'it is blank: check the variable or the command it comes from',
    });
  }
  if (text.includes('\0')) {
    throw new AppError('usage', 'the message contains a NUL byte', {
      hint: 'send text; a NUL byte usually means that the input is a binary file',
    });
  }
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) throw messageTooLong();
  return wellFormed(text);
}

export function messageTooLong(): AppError {
  return new AppError('usage', 'the message is longer than 1 MiB', {
    hint: 'split it into several messages of one conversation',
  });
}

import { AppError } from '../base/errors.js';

/** Longest message that is sent, in bytes of UTF-8 (1 MiB): our own limit, as Telnyx documents none. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The message itself when it can be sent. Nothing in it is changed. */
export function checkedMessage(text: string): string {
  if (text.trim() === '') {
    throw new AppError('usage', 'message is required', {
      hint: 'it is blank: check the variable or the command that it comes from',
    });
  }
  if (text.includes('\0')) {
    throw new AppError('usage', 'the message contains a NUL byte', {
      hint: 'send text; a NUL usually means that the input is a binary file',
    });
  }
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) throw messageTooLong();
  return text;
}

export function messageTooLong(): AppError {
  return new AppError('usage', 'the message is longer than 1 MiB', {
    hint: 'send less at a time, in several turns of one conversation',
  });
}

import type { AppError } from '../base/errors.js';
import type { Message } from './conversation.js';
import { RELEASED, TAKEN_OVER } from './details.js';

export type FollowEvent =
  | { type: 'message'; message: Message }
  /** All earlier messages have been given; the next ones are new. */
  | { type: 'listed' }
  /** A person has taken it over, or has released it. */
  | { type: 'state'; isTakenOver: boolean }
  /** Nothing has happened for a while. */
  | { type: 'quiet' }
  /** The conversation cannot be read for the moment; `back` comes when it can be read again. */
  | { type: 'trouble'; error: AppError }
  | { type: 'back' };

/** An event that is no message, in words. */
export function followNotice(event: Exclude<FollowEvent, { type: 'message' | 'listed' }>): string {
  switch (event.type) {
    case 'state':
      return event.isTakenOver ? TAKEN_OVER : RELEASED;
    case 'quiet':
      return 'nothing new for a minute; still following';
    case 'trouble':
      return `the conversation cannot be read at the moment: ${event.error.message}; still trying`;
    case 'back':
      return 'the conversation can be read again';
  }
}

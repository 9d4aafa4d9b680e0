import type { ReplyEvent } from './events.js';

/** The notice before a reply that replaces its printed beginning. */
export const CUT_OFF = 'the reply was cut off; here it is in full';

export interface ReplyText {
  /** The text that an event adds. */
  next(event: ReplyEvent): string;
  /** Whether the recovered reply does not continue the printed one. */
  isReplaced(event: ReplyEvent): boolean;
}

/**
 * The reply as text that only grows, because printed text is never changed. A final form that does
 * not begin with the printed text follows as a whole, on a line of its own.
 */
export function createReplyText(): ReplyText {
  let printed = '';
  const rest = (reply: string): string => {
    if (reply.startsWith(printed)) return reply.slice(printed.length);
    return reply.trim() === printed.trim() ? '' : `\n${reply}`;
  };
  return {
    next(event) {
      if (event.type === 'delta') printed += event.text;
      if (event.type === 'delta') return event.text;
      return event.type === 'done' ? rest(event.turn.reply) : '';
    },
    isReplaced: (event) =>
      event.type === 'done' &&
      event.turn.recovered &&
      !event.turn.reply.startsWith(printed) &&
      rest(event.turn.reply) !== '',
  };
}

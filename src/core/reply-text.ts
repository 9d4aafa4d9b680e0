import type { ReplyEvent } from './conversation.js';

/**
 * The reply as text that only grows, out of its pieces and its final form: what is printed stays
 * printed, so a final form that does not begin with it is given whole, on a line of its own.
 */
export function createReplyText(): { next(event: ReplyEvent): string } {
  let printed = '';
  return {
    next(event) {
      if (event.type === 'delta') {
        printed += event.text;
        return event.text;
      }
      if (event.type !== 'done') return '';
      const { reply } = event.turn;
      if (reply.startsWith(printed)) return reply.slice(printed.length);
      return reply.trim() === printed.trim() ? '' : `\n${reply}`;
    },
  };
}

import type { ReplyEvent } from './events.js';

/** Said before a reply that takes the place of its beginning. */
export const CUT_OFF = 'the reply was cut off; here it is whole';

export interface ReplyText {
  /** What an event adds. */
  next(event: ReplyEvent): string;
  /** Whether a reply that was found again is not the one that was begun. */
  isReplaced(event: ReplyEvent): boolean;
}

/**
 * The reply as text that only grows, out of its pieces and its final form: what is printed stays
 * printed, so a final form that does not begin with it is given whole, on a line of its own.
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

/**
 * The same events, the first one asked for at once: what else is needed for a turn loads while its
 * request is under way.
 */
export function begun<Event>(events: AsyncGenerator<Event>): AsyncGenerator<Event> {
  const first = events.next();
  // A failure is told when the events are read.
  first.catch(() => undefined);
  return from(first, events);
}

async function* from<Event>(
  first: Promise<IteratorResult<Event>>,
  events: AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  try {
    for (let next = await first; !next.done; next = await events.next()) yield next.value;
  } finally {
    await events.return(undefined);
  }
}

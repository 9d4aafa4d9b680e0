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

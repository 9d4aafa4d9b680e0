/**
 * The same events, but the first one is requested at once: other parts of the program load while the
 * request is under way.
 */
export function startedEarly<Event>(events: AsyncGenerator<Event>): AsyncGenerator<Event> {
  const first = events.next();
  // A failure is thrown when the events are read.
  first.catch(() => undefined);
  return continued(first, events);
}

async function* continued<Event>(
  first: Promise<IteratorResult<Event>>,
  events: AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  try {
    for (let next = await first; !next.done; next = await events.next()) yield next.value;
  } finally {
    await events.return(undefined);
  }
}

import type { Writable } from 'node:stream';

/**
 * Passes a reply's events on, with a spinner on `output` until there is something to show.
 * The spinner's library loads while the answer is awaited, not before the request is out.
 */
export async function* withSpinner<Event extends { type: string }>(
  events: AsyncGenerator<Event>,
  output: Writable & { isTTY?: boolean },
): AsyncGenerator<Event> {
  const first = events.next();
  const { default: ora } = await import('ora');
  const spinner = ora({
    text: 'waiting for the assistant',
    stream: output,
    discardStdin: false,
    hideCursor: false,
  });
  spinner.start();
  try {
    for (let next = await first; !next.done; next = await events.next()) {
      if (next.value.type === 'delta' || next.value.type === 'done') spinner.stop();
      yield next.value;
    }
  } finally {
    spinner.stop();
    await events.return(undefined);
  }
}

import type { Writable } from 'node:stream';

/**
 * Passes a reply's events on, with a spinner on `output` until there is something to show.
 * The spinner's library loads only now: the request should be out already.
 */
export async function* withSpinner<Event extends { type: string }>(
  events: AsyncGenerator<Event>,
  output: Writable & { columns?: number },
): AsyncGenerator<Event> {
  // A terminal that does not know its width makes ora clear lines without end.
  if (!output.columns) {
    yield* events;
    return;
  }
  const { default: ora } = await import('ora');
  const spinner = ora({
    text: 'waiting for the assistant',
    stream: output,
    discardStdin: false,
    hideCursor: false,
  });
  // Each stop moves the cursor, which would overwrite text that is printed by then.
  const stop = (): void => {
    if (spinner.isSpinning) spinner.stop();
  };
  spinner.start();
  try {
    for await (const event of events) {
      if (event.type === 'delta' || event.type === 'done') stop();
      yield event;
    }
  } finally {
    stop();
  }
}

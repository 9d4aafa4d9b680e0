import type { Clock } from '../base/time.js';

/** Nothing has come for a while, and the reply is still under way. */
export interface Silence {
  type: 'silence';
}

/** How long nothing comes before it is told, in milliseconds. */
const SILENCE_MS = 2_000;

/** The same events, and a `silence` for each two seconds in which none has come. */
export async function* withSilences<Event>(
  events: AsyncGenerator<Event>,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
): AsyncGenerator<Event | Silence> {
  const ended = new AbortController();
  let lastAt = clock.monotonic();
  // One timer at a time, not one for each event: a fast reply has thousands of them.
  let timer: Promise<'late'> | undefined;
  const wait = (ms: number): Promise<'late'> => {
    const late = clock.sleep(ms, ended.signal).then(() => 'late' as const);
    late.catch(() => undefined);
    return late;
  };
  try {
    for (let next = events.next(); ;) {
      timer ??= wait(lastAt + SILENCE_MS - clock.monotonic());
      const first = await Promise.race([next, timer]);
      if (first !== 'late') {
        if (first.done) return;
        yield first.value;
        lastAt = clock.monotonic();
        next = events.next();
        continue;
      }
      timer = undefined;
      if (clock.monotonic() - lastAt < SILENCE_MS) continue;
      yield { type: 'silence' };
      lastAt = clock.monotonic();
    }
  } finally {
    ended.abort();
    await events.return(undefined);
  }
}

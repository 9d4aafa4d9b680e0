// Loaded late: only what reads many conversations needs it.
import { AppError } from './errors.js';
import {
  Deadline,
  isTransient,
  retrying,
  waitBefore,
  type CallOptions,
  type Clock,
  type Signal,
} from './time.js';

/** Limit on results that wait for an earlier one, for each task that may run at once. */
const HELD_EACH = 8;

/** Runs a task for each item, `atOnce` of them side by side, and gives the results in the order of the items. */
export async function* sideBySide<Item, Result>(
  items: AsyncIterable<Item>,
  task: (item: Item) => Promise<Result>,
  atOnce: number,
): AsyncGenerator<Result> {
  const tasks = new RunningTasks(task, atOnce);
  const started = tasks.startAll(items);
  started.catch(() => undefined);
  try {
    for (;;) {
      const result = tasks.next();
      if (result) yield await result;
      else if (tasks.isEnded) break;
      else await tasks.change();
    }
    await started;
  } finally {
    tasks.leave();
  }
}

class RunningTasks<Item, Result> {
  readonly #results: Promise<Result>[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #isLeft = false;
  /** All items have been started, or cannot be. */
  isEnded = false;

  constructor(
    private readonly task: (item: Item) => Promise<Result>,
    private readonly atOnce: number,
  ) {}

  async startAll(items: AsyncIterable<Item>): Promise<void> {
    try {
      for await (const item of items) {
        while (this.#isFull && !this.#isLeft) await this.change();
        if (this.#isLeft) return;
        this.#start(item);
      }
    } finally {
      this.isEnded = true;
      this.#tell();
    }
  }

  /** The next result in order; undefined when none has been started. */
  next(): Promise<Result> | undefined {
    const result = this.#results.shift();
    this.#tell();
    return result;
  }

  /** Resolves when something has started or ended. */
  change(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Nobody wants results any more: nothing is started. */
  leave(): void {
    this.#isLeft = true;
    this.#tell();
  }

  get #isFull(): boolean {
    return this.#running >= this.atOnce || this.#results.length >= this.atOnce * HELD_EACH;
  }

  #start(item: Item): void {
    this.#running++;
    const result = this.task(item).finally(() => {
      this.#running--;
      this.#tell();
    });
    // A failure is thrown when its turn comes, if anybody is still there.
    result.catch(() => undefined);
    this.#results.push(result);
    this.#tell();
  }

  #tell(): void {
    for (const goOn of this.#waiting.splice(0)) goOn();
  }
}

interface PacedOptions {
  clock: Clock;
  signal: Signal;
  /** Bound on each request with its retries, in milliseconds. */
  timeoutMs: number;
}

/** Runs many requests side by side: what the API asks one of them to wait, all wait. */
export function paced({
  clock,
  signal,
  timeoutMs,
}: PacedOptions): <T>(request: (call: CallOptions) => Promise<T>) => Promise<T> {
  let pause: Promise<void> | undefined;
  const waitTogether = (ms: number): Promise<void> =>
    (pause ??= clock.sleep(ms, signal).finally(() => (pause = undefined)));
  return async (request) => {
    const deadline = new Deadline(clock, timeoutMs);
    for (let attempt = 1; ; attempt++) {
      while (pause) await pause;
      try {
        return await retrying(request, { clock, signal, deadline }, notLimited);
      } catch (error) {
        if (!(error instanceof AppError) || error.details.status !== 429) throw error;
        const waitMs = waitBefore(attempt, error);
        if (!deadline.hasRoomFor(waitMs)) throw error;
        await waitTogether(waitMs);
      }
    }
  };
}

/** Whatever may pass by itself, but for a limit, which all share. */
function notLimited(error: AppError, attempt: number): number | undefined {
  const { status } = error.details;
  const isPassing = isTransient(error) && status !== 409 && status !== 429;
  return isPassing ? waitBefore(attempt, error) : undefined;
}

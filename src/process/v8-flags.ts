interface V8Flags {
  ours: string;
  usual: string;
}

const SMALL_SPACES: V8Flags = {
  ours: '--semi-space-growth-factor=1 --heap-growing-percent=100',
  usual: '--semi-space-growth-factor=2 --heap-growing-percent=0',
};
const SLOW_GROWTH: V8Flags = {
  ours: '--heap-growing-percent=10',
  usual: '--heap-growing-percent=0',
};
const PARALLEL_SCAVENGE: V8Flags = {
  ours: '--no-parallel-scavenge',
  usual: '--parallel-scavenge',
};

const changed: V8Flags[] = [];
let set: (flags: string) => void = () => undefined;

/**
 * Keeps a long-lived process small: V8 lets the spaces for new and for old objects grow by many MiB before it
 * collects garbage. A chat, or tests that wait for replies, do little at a time and lose little by collecting sooner.
 */
export function keepMemorySmall(): Promise<void> {
  return change(SMALL_SPACES);
}

/**
 * Lets V8 collect new objects in the main thread. Its helper threads need cores of their own: where each core has a
 * worker, they cost the turns of 256 callers a tenth of their core.
 */
export function keepToOneCore(): Promise<void> {
  return change(PARALLEL_SCAVENGE);
}

/**
 * Lets V8 collect a large heap before it has grown by much. Left alone, V8 waits until there is about as much garbage
 * as there is in use.
 */
export async function keepLargeHeapSmall(): Promise<void> {
  await keepMemorySmall();
  await change(SLOW_GROWTH);
}

async function change(flags: V8Flags): Promise<void> {
  // Loaded late: few commands change flags.
  ({ setFlagsFromString: set } = await import('node:v8'));
  changed.push(flags);
  set(flags.ours);
}

/** Runs a task under V8's usual flags: it rejects compiled code that was kept under other flags. */
export function withUsualFlags<T>(task: () => T): T {
  for (const { usual } of changed) set(usual);
  try {
    return task();
  } finally {
    for (const { ours } of changed) set(ours);
  }
}

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps a long-lived process small: V8 lets the space for new objects grow to many MiB before it looks
 * for what can go. A chat, or tests that wait for replies, do little at a time and lose little by looking sooner.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Lets V8 look for what can go among new objects in the thread that makes them. Its helpers need cores of
 * their own: where each has a worker, they cost the turns of 256 callers a tenth of their core.
 */
export function keepToOneCore(): void {
  setFlagsFromString('--no-parallel-scavenge');
}

/**
 * Lets V8 look for what can go before a large heap has grown by much. Left alone, it waits until there is about
 * as much that can go as there is in use.
 */
export function keepLargeHeapSmall(): void {
  keepMemorySmall();
  setFlagsFromString('--heap-growing-percent=10');
}

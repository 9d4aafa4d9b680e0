import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 look for what can go among new objects in the thread that makes them. Its helpers need cores of
 * their own: where each has a worker, they cost the turns of 256 callers a tenth of their core.
 */
export function keepToOneCore(): void {
  setFlagsFromString('--no-parallel-scavenge');
}

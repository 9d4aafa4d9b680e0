import { setFlagsFromString } from 'node:v8';

/**
 * Keeps a long-lived process small: V8 lets the space for new objects grow to many MiB before it looks
 * for what can go. A chat does little at a time and loses nothing by looking sooner.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

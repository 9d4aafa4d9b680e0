/**
 * Numbers from 0 to 1 that follow from the seed and the key alone, so that what a request meets does
 * not depend on what others did meanwhile. FNV-1a makes the state, mulberry32 the numbers.
 */
export function randomFrom(seed: number, ...key: readonly (string | number)[]): () => number {
  let state = hash([seed, ...key].join('/'));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}

import { isSuccess, type Answer, type SoundAnswer } from '../answer.js';
import type { Call, Interceptor, Operation } from '../call.js';
import type { OperationName } from '../routes.js';

/** Where a fault can happen: at a request for an operation, or at a new connection. */
export type FaultTarget = OperationName | 'connection';

/** What an effect may leave to chance. */
export interface Chance {
  seed: number;
  /** The next number from 0 to 1, the same one for the same request of the same seed. */
  random: () => number;
}

export interface FaultKind {
  about: string;
  /** Where it happens when a rule names no operation. */
  usual: readonly FaultTarget[];
  /** Whether it makes no sense anywhere else. */
  isBound?: boolean;
  /** Happens only to a request that is not the first on its connection. */
  needsReuse?: boolean;
  /** Happens together with others at one request. */
  combines?: boolean;
  /** What the number after `@` means; without it the kind takes none. */
  amount?: string;
  effect: (amount: number | undefined, chance: Chance) => Interceptor;
}

export type FaultKinds = Readonly<Record<string, FaultKind>>;

/** The operation does not run. */
export function before(answer: (call: Call) => Answer): Interceptor {
  return (call) => answer(call);
}

/** The operation runs and stores what it stores; one that refuses keeps its own answer. */
export function after(change: (answer: SoundAnswer) => Answer): Interceptor {
  return async (call, run) => {
    const answer = await run(call);
    const isReply = answer.type === 'whole' || answer.type === 'stream';
    return isReply && isSuccess(answer) ? change(answer) : answer;
  };
}

/** The operation with interceptors around it, the first the innermost. */
export function surround(run: Operation, interceptors: readonly Interceptor[]): Operation {
  return interceptors.reduce<Operation>(
    (inner, intercept) => (call) => intercept(call, inner),
    run,
  );
}

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

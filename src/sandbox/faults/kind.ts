import {
  errorAnswer,
  isSuccess,
  type Answer,
  type ApiAnswer,
  type WholeAnswer,
  type Interceptor,
} from '../call.js';
import type { OperationName } from '../routes.js';

/** The place of a fault: a request for an operation, or a new connection. */
export type FaultTarget = OperationName | 'connection';

export interface FaultKind {
  about: string;
  /** The targets of a rule that names none; `chat` where they are left out. */
  targets?: readonly FaultTarget[];
  /** Whether a rule may name no other target. */
  hasFixedTargets?: boolean;
  /** Whether it needs a connection that has carried a request before. */
  needsReuse?: boolean;
  /** Whether it can happen at the same request as another fault. */
  combines?: boolean;
  /** Explains the number after `@`. A kind without it takes no number. */
  amount?: string;
  effect: (amount: number | undefined, chance: Chance) => Interceptor;
}

export type FaultKinds = Readonly<Record<string, FaultKind>>;

/** Answers in place of the operation, which does not run. */
export function unstored(about: string, answer: Answer): FaultKind {
  return { about: `${about}; nothing is stored`, effect: () => () => answer };
}

/** Changes the answer of the operation, which has run. */
export function stored(about: string, change: Answer | ((answer: ApiAnswer) => Answer)): FaultKind {
  const changed = typeof change === 'function' ? change : (): Answer => change;
  return { about: `${about}; all is stored`, effect: () => after(changed) };
}

/** Runs the operation first. If it refuses, its own answer stays. */
export function after(change: (answer: ApiAnswer) => Answer): Interceptor {
  return async (call, run) => {
    const answer = await run(call);
    const isFromApi = answer.type === 'whole' || answer.type === 'stream';
    return isFromApi && isSuccess(answer) ? change(answer) : answer;
  };
}

export const FAILURE_DETAIL = 'The sandbox was asked to fail here.';

export function failure(status: number, headers?: Record<string, string>): Answer {
  return errorAnswer(status, { detail: FAILURE_DETAIL, headers });
}

export function webPage(status: number, title: string): WholeAnswer {
  const body = `<!doctype html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { type: 'whole', status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The source of a fault's random choices. */
export interface Chance {
  seed: number;
  /** The next number from 0 to 1; the same numbers for the same request and seed. */
  random: () => number;
}

/**
 * Numbers from 0 to 1 that depend on the seed and the key alone, not on other requests. FNV-1a
 * hashes them into the state from which mulberry32 draws.
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

import { AppError, type ErrorDetails } from '../../src/base/errors.js';

export type Failure = Omit<ErrorDetails, 'cause'> & { kind: string; message: string };

/** The whole of a foreseen failure as one plain value, without what is not known. */
export function failure(error: unknown): Failure {
  if (!(error instanceof AppError)) throw error;
  const known = Object.entries(error.details).filter(([, value]) => value !== undefined);
  return { kind: error.kind, message: error.message, ...Object.fromEntries(known) };
}

/** How a promise failed. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return failure(outcome.error);
  throw new Error(`no failure but ${JSON.stringify(outcome.value)}`);
}

/** How a call failed. */
export function failureFrom(call: () => unknown): Failure {
  try {
    call();
  } catch (error) {
    return failure(error);
  }
  throw new Error('no failure');
}

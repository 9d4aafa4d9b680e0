// Loaded late: only patterns that a person wrote need it.
import { createContext, Script } from 'node:vm';

const sandbox: { work: () => unknown } = { work: () => undefined };
const context = createContext(sandbox);
const CALL = new Script('work()');

/** The result of some work. Throws when it takes longer than `ms`: only a script can be stopped, with all that it calls. */
export function withinTime<T>(ms: number, work: () => T): T {
  sandbox.work = work;
  try {
    return CALL.runInContext(context, { timeout: ms }) as T;
  } finally {
    sandbox.work = () => undefined;
  }
}

/** It may come from another context, so its class tells nothing. */
export function isOutOfTime(error: unknown): boolean {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

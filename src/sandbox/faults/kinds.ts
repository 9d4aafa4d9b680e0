import { BODY_KINDS } from './body-kinds.js';
import type { FaultKinds } from './kind.js';
import { LIST_KINDS } from './list-kinds.js';
import { STATUS_KINDS } from './status-kinds.js';
import { TURN_KINDS } from './turn-kinds.js';

/** Every kind of fault, by name. */
export const FAULT_KINDS: FaultKinds = {
  ...TURN_KINDS,
  ...STATUS_KINDS,
  ...BODY_KINDS,
  ...LIST_KINDS,
};

/** One line for each kind, for `--list-faults`. */
export function describeKinds(): string[] {
  const names = Object.keys(FAULT_KINDS);
  const width = Math.max(...names.map((name) => name.length));
  return Object.entries(FAULT_KINDS).map(([name, { about, amount }]) => {
    const note = amount === undefined ? '' : ` (@ ${amount})`;
    return `${name.padEnd(width)}  ${about}${note}`;
  });
}

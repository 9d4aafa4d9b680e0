import { nearest } from '../../text/nearest.js';
import { AppError } from '../../base/errors.js';
import { OPERATION_NAMES } from '../routes.js';
import type { FaultKind, FaultTarget } from './kind.js';
import { FAULT_KINDS } from './kinds.js';

/** What happens where: `chat/cut@120`. */
export interface Fault {
  name: string;
  /** Undefined is `none`: nothing goes wrong. */
  kind: FaultKind | undefined;
  targets: readonly FaultTarget[];
  amount: number | undefined;
}

/** …and how often: to a share of the requests, or to so many of the first. */
export type FaultRule = Fault & { kind: FaultKind } & ({ share: number } | { count: number });

/** Parses `[operation/]kind[@amount]:share`, or `…:3x`. Throws a usage error. */
export function parseRule(text: string): FaultRule {
  const mark = text.lastIndexOf(':');
  const { kind, ...fault } = faultOf(mark < 0 ? text : text.slice(0, mark), text);
  if (kind === undefined) throw bad(text, 'leave it out instead: none is for scripts');
  const often = mark < 0 ? '' : text.slice(mark + 1);
  if (/^\d{1,9}x$/.test(often)) return { ...fault, kind, count: Number.parseInt(often) };
  const share = Number(often);
  if (/^[\d.]+$/.test(often) && share <= 1) return { ...fault, kind, share };
  throw bad(
    text,
    `give a share from 0 to 1 or a count, such as ${fault.name}:0.1 or ${fault.name}:3x`,
  );
}

/** Parses a step of a script: a fault without how often, or `none`. Throws a usage error. */
export function parseFault(text: string): Fault {
  return faultOf(text, text);
}

/** The text is the whole, for errors. */
function faultOf(what: string, text: string): Fault {
  const parts = /^(?:(?<place>[^/]*)\/)?(?<name>[^/@]*)(?:@(?<amount>.*))?$/s.exec(what)?.groups;
  const { place, name = '', amount } = parts ?? {};
  const kind = kindNamed(name, text);
  return {
    name,
    kind,
    targets: targetsOf(place, { name, kind, text }),
    amount: amountOf(amount, { name, kind, text }),
  };
}

interface Named {
  name: string;
  kind: FaultKind | undefined;
  text: string;
}

function kindNamed(name: string, text: string): FaultKind | undefined {
  if (name === 'none') return undefined;
  if (Object.hasOwn(FAULT_KINDS, name)) return FAULT_KINDS[name];
  const names = Object.keys(FAULT_KINDS);
  throw bad(text, `${didYouMean(name, names)}the faults are ${names.join(', ')}`);
}

function targetsOf(place: string | undefined, { name, kind, text }: Named): readonly FaultTarget[] {
  const usual = kind?.usual ?? ['chat'];
  if (place === undefined) return usual;
  if (place === 'any') return kind?.isBound ? usual : OPERATION_NAMES;
  const known: readonly FaultTarget[] = kind?.isBound ? usual : OPERATION_NAMES;
  const target = known.find((each) => each === place);
  if (target !== undefined) return [target];
  throw bad(text, `${didYouMean(place, known)}${name} happens at any of ${known.join(', ')}`);
}

function amountOf(amount: string | undefined, { name, kind, text }: Named): number | undefined {
  if (amount === undefined) return undefined;
  if (kind?.amount === undefined) throw bad(text, `${name} takes no number`);
  if (/^\d{1,9}$/.test(amount)) return Number(amount);
  throw bad(text, `the number after @ is a whole one: ${kind.amount}`);
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const near = word === '' ? undefined : nearest(word, candidates);
  return near === undefined ? '' : `did you mean ${near}? `;
}

function bad(text: string, hint: string): AppError {
  return new AppError('usage', `bad fault ${JSON.stringify(text)}`, { hint });
}

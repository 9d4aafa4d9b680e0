import { AppError } from '../../base/errors.js';
import { nearest } from '../../base/names.js';
import { OPERATION_NAMES } from '../routes.js';
import { BODY_KINDS } from './body-kinds.js';
import type { FaultKinds, FaultKind, FaultTarget } from './kind.js';
import { LIST_KINDS } from './list-kinds.js';
import { STATUS_KINDS, TURN_KINDS } from './turn-kinds.js';

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

/** A kind of fault and where it happens, such as `chat/cut@120`. */
export interface Fault {
  name: string;
  /** Undefined for `none`, the step of a script at which nothing goes wrong. */
  kind: FaultKind | undefined;
  targets: readonly FaultTarget[];
  amount: number | undefined;
}

/** A fault that happens to the first requests up to a count, or to a share of all; the other one is 0. */
export type FaultRule = Fault & { kind: FaultKind; count: number; share: number };

/** Parses `[operation/]kind[@amount]:share`, or `…:3x`. Throws a usage error. */
export function parseRule(text: string): FaultRule {
  const [, description = text, frequency = ''] = /^(.*):([^:]*)$/s.exec(text) ?? [];
  const { kind, ...fault } = parseDescription(description, text);
  if (kind === undefined) throw badFault(text, 'leave it out instead: none is for scripts');
  if (/^\d{1,9}x$/.test(frequency)) {
    return { ...fault, kind, count: Number.parseInt(frequency), share: 0 };
  }
  const share = Number(frequency);
  if (/^[\d.]+$/.test(frequency) && share <= 1) return { ...fault, kind, count: 0, share };
  const examples = `${fault.name}:0.1 or ${fault.name}:3x`;
  throw badFault(text, `give a share from 0 to 1 or a count, such as ${examples}`);
}

/** Parses a step of a script: a fault without a share or count, or `none`. Throws a usage error. */
export function parseFault(text: string): Fault {
  return parseDescription(text, text);
}

/** `text` is the rule or step as it was given, for error messages. */
function parseDescription(description: string, text: string): Fault {
  const parts = /^(?:(?<target>[^/]*)\/)?(?<name>[^/@]*)(?:@(?<amount>.*))?$/s.exec(description);
  const { target, name = '', amount } = parts?.groups ?? {};
  const fault = { name, kind: parseKind(name, text), text };
  return {
    name,
    kind: fault.kind,
    targets: parseTargets(target, fault),
    amount: parseAmount(amount, fault),
  };
}

type NamedKind = Pick<Fault, 'name' | 'kind'> & { text: string };

function parseKind(name: string, text: string): FaultKind | undefined {
  if (name === 'none') return undefined;
  if (Object.hasOwn(FAULT_KINDS, name)) return FAULT_KINDS[name];
  const names = Object.keys(FAULT_KINDS);
  throw badFault(text, `${didYouMean(name, names)}the faults are ${names.join(', ')}`);
}

function parseTargets(
  target: string | undefined,
  { name, kind, text }: NamedKind,
): readonly FaultTarget[] {
  const { targets = ['chat'], hasFixedTargets = false } = kind ?? {};
  if (target === undefined) return targets;
  const possible: readonly FaultTarget[] = hasFixedTargets ? targets : OPERATION_NAMES;
  if (target === 'any') return possible;
  const known = possible.find((each) => each === target);
  if (known !== undefined) return [known];
  const hint = `${didYouMean(target, possible)}${name} happens at any of ${possible.join(', ')}`;
  throw badFault(text, hint);
}

function parseAmount(amount: string | undefined, { name, kind, text }: NamedKind) {
  if (amount === undefined) return undefined;
  if (kind?.amount === undefined) throw badFault(text, `${name} takes no number`);
  if (/^\d{1,9}$/.test(amount)) return Number(amount);
  throw badFault(text, `the number after @ is a whole one: ${kind.amount}`);
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const near = word === '' ? undefined : nearest(word, candidates);
  return near === undefined ? '' : `did you mean ${near}? `;
}

function badFault(text: string, hint: string): AppError {
  return new AppError('usage', `bad fault ${JSON.stringify(text)}`, { hint });
}

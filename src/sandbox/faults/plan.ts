import { AppError } from '../../base/errors.js';
import type { Interceptor } from '../call.js';
import { parseFault, parseRule, type Fault, type FaultRule } from './grammar.js';
import { randomFrom, type FaultTarget } from './kind.js';

export interface FaultSettings {
  /** Such as `reset_after:0.1`, `chat/cut@120:3x`. */
  rules?: readonly string[];
  /** Such as `reset_after`, `none`, `list_messages/list_fail`: steps that each operation takes in order. */
  script?: readonly string[];
  /** Decides which requests meet a fault, and how. */
  seed?: number;
}

export interface ChosenFault {
  name: string;
  intercept: Interceptor;
}

/** Chooses the faults of each request: first by the steps of the script, then by the rules. */
export class FaultPlan {
  readonly seed: number;
  /** Their counts go down. */
  readonly #rules: readonly FaultRule[];
  readonly #script = new Map<FaultTarget, Fault[]>();
  readonly #attempts = new Map<FaultTarget, number>();
  readonly #caused = new Map<string, number>();

  /** Throws a usage error when the settings make no sense. */
  constructor({ rules = [], script = [], seed = 0 }: FaultSettings) {
    this.seed = seed;
    this.#rules = rules.map(parseRule);
    checkShares(this.#rules);
    for (const step of script.map(parseFault)) {
      for (const target of step.targets) {
        this.#script.set(target, [...(this.#script.get(target) ?? []), step]);
      }
    }
  }

  /** Whether there are any faults. */
  get isActive(): boolean {
    return this.#rules.length > 0 || this.#script.size > 0;
  }

  /** How often each fault has happened, by names such as `chat/reset_after`. */
  get caused(): Record<string, number> {
    return Object.fromEntries(this.#caused);
  }

  /** The faults of the next request. `isReused`: its connection has carried a request before. */
  choose(target: FaultTarget, isReused: boolean): ChosenFault[] {
    const attempt = (this.#attempts.get(target) ?? 0) + 1;
    this.#attempts.set(target, attempt);
    const key = [target, attempt] as const;
    const faults = this.#nextStep(target, isReused) ?? this.#drawn(key, isReused);
    return faults.flatMap(({ name, kind, amount }) => {
      if (kind === undefined) return [];
      const cause = `${target}/${name}`;
      this.#caused.set(cause, (this.#caused.get(cause) ?? 0) + 1);
      const random = randomFrom(this.seed, ...key, name);
      return [{ name, intercept: kind.effect(amount, { seed: this.seed, random }) }];
    });
  }

  /** Undefined after the end of the script. A step that needs a reused connection waits for one. */
  #nextStep(target: FaultTarget, isReused: boolean): Fault[] | undefined {
    const [step, ...later] = this.#script.get(target) ?? [];
    if (step === undefined) return undefined;
    if (!isPossible(step, isReused)) return [];
    this.#script.set(target, later);
    return [step];
  }

  /** At most one of the rules that do not combine, and any of those that do. */
  #drawn(key: readonly [target: FaultTarget, attempt: number], isReused: boolean): Fault[] {
    const rules = this.#rules.filter(({ targets }) => targets.includes(key[0]));
    const single = rules.filter(({ kind }) => !kind.combines);
    const combining = rules.filter(({ kind }) => kind.combines);
    return [
      draw(single, { isReused, random: randomFrom(this.seed, ...key)() }),
      ...combining.map((rule, index) =>
        draw([rule], { isReused, random: randomFrom(this.seed, ...key, index)() }),
      ),
    ].filter((rule) => rule !== undefined);
  }
}

/** Takes a rule with a count first. Otherwise each rule has its share of the range from 0 to 1. */
function draw(
  rules: readonly FaultRule[],
  { isReused, random }: { isReused: boolean; random: number },
): FaultRule | undefined {
  const counted = rules.find((rule) => rule.count > 0 && isPossible(rule, isReused));
  if (counted !== undefined) {
    counted.count--;
    return counted;
  }
  let end = 0;
  const drawn = rules.find((rule) => random < (end += rule.share));
  return drawn !== undefined && isPossible(drawn, isReused) ? drawn : undefined;
}

function isPossible({ kind }: Fault, isReused: boolean): boolean {
  return isReused || !kind?.needsReuse;
}

function checkShares(rules: readonly FaultRule[]): void {
  const sums = new Map<FaultTarget, number>();
  for (const rule of rules) {
    if (rule.kind.combines) continue;
    for (const target of rule.targets) sums.set(target, (sums.get(target) ?? 0) + rule.share);
  }
  for (const [target, sum] of sums) {
    // Adding decimal fractions may give a little more than 1.
    if (sum <= 1 + 1e-9) continue;
    const message = `too many faults at ${target}: ${Number(sum.toFixed(6))}`;
    const hint = 'the shares of one operation add up to 1 at most';
    throw new AppError('usage', message, { hint });
  }
}

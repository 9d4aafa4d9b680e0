import { AppError } from '../../base/errors.js';
import { parseFault, parseRule, type Fault, type FaultRule } from './grammar.js';
import type { Interceptor } from '../call.js';
import { type FaultTarget, randomFrom } from './kind.js';

export interface FaultSettings {
  /** Such as `reset_after:0.1`, `chat/cut@120:3x`. */
  rules?: readonly string[];
  /** Such as `reset_after`, `none`, `list_messages/list_fail`: each operation takes its own in order. */
  script?: readonly string[];
  /** What chance follows from. */
  seed?: number;
}

/** A request, as far as it matters to faults. */
export interface Occasion {
  target: FaultTarget;
  /** Whether its connection has carried a request before. */
  isReused: boolean;
}

export interface ChosenFault {
  name: string;
  intercept: Interceptor;
}

type Live = FaultRule & { left: number };

/** Decides what goes wrong. The steps of an operation's script come first; then the rules hold. */
export class FaultPlan {
  readonly seed: number;
  readonly #rules: readonly Live[];
  readonly #script = new Map<FaultTarget, Fault[]>();
  readonly #seen = new Map<FaultTarget, number>();
  readonly #caused = new Map<string, number>();

  /** Throws a usage error when the settings make no sense. */
  constructor({ rules = [], script = [], seed = 0 }: FaultSettings) {
    this.seed = seed;
    this.#rules = rules.map(parseRule).map((rule) => ({
      ...rule,
      left: 'count' in rule ? rule.count : 0,
    }));
    requireShares(this.#rules);
    for (const step of script.map(parseFault)) {
      for (const target of step.targets) {
        this.#script.set(target, [...(this.#script.get(target) ?? []), step]);
      }
    }
  }

  /** Whether anything can go wrong. */
  get isActive(): boolean {
    return this.#rules.length > 0 || this.#script.size > 0;
  }

  /** How often each fault has happened, such as `chat/reset_after`. */
  get caused(): Record<string, number> {
    return Object.fromEntries(this.#caused);
  }

  /** What goes wrong this time; more than one thing when they combine. */
  choose({ target, isReused }: Occasion): ChosenFault[] {
    const attempt = (this.#seen.get(target) ?? 0) + 1;
    this.#seen.set(target, attempt);
    const key = [target, attempt] as const;
    const faults = this.#scripted(target, isReused) ?? this.#ruled({ target, isReused }, key);
    return faults.flatMap(({ name, kind, amount }) => {
      if (kind === undefined) return [];
      const cause = `${target}/${name}`;
      this.#caused.set(cause, (this.#caused.get(cause) ?? 0) + 1);
      const random = randomFrom(this.seed, ...key, name);
      return [{ name, intercept: kind.effect(amount, { seed: this.seed, random }) }];
    });
  }

  /** Undefined once the script is at its end. A step that does not fit yet waits for a request it fits. */
  #scripted(target: FaultTarget, isReused: boolean): Fault[] | undefined {
    const [step, ...later] = this.#script.get(target) ?? [];
    if (step === undefined) return undefined;
    if (!fits(step, isReused)) return [];
    this.#script.set(target, later);
    return [step];
  }

  #ruled({ target, isReused }: Occasion, key: readonly (string | number)[]): Fault[] {
    const rules = this.#rules.filter(({ targets }) => targets.includes(target));
    const single = pick(
      rules.filter(({ kind }) => !kind.combines),
      { isReused, at: randomFrom(this.seed, ...key)() },
    );
    const combined = rules.filter(({ kind }) => kind.combines);
    const others = combined.map((rule, index) =>
      pick([rule], { isReused, at: randomFrom(this.seed, ...key, index)() }),
    );
    return [single, ...others].filter((rule) => rule !== undefined);
  }
}

/** At most one of the rules: counts first, then the one in whose share of 0 to 1 `at` lies. */
function pick(
  rules: readonly Live[],
  { isReused, at }: { isReused: boolean; at: number },
): Live | undefined {
  const counted = rules.find((rule) => rule.left > 0 && fits(rule, isReused));
  if (counted !== undefined) {
    counted.left -= 1;
    return counted;
  }
  let end = 0;
  const drawn = rules.find((rule) => at < (end += 'share' in rule ? rule.share : 0));
  return drawn !== undefined && fits(drawn, isReused) ? drawn : undefined;
}

function fits({ kind }: Fault, isReused: boolean): boolean {
  return isReused || !kind?.needsReuse;
}

function requireShares(rules: readonly FaultRule[]): void {
  const sums = new Map<FaultTarget, number>();
  for (const rule of rules) {
    if (rule.kind.combines || !('share' in rule)) continue;
    for (const target of rule.targets) sums.set(target, (sums.get(target) ?? 0) + rule.share);
  }
  for (const [target, sum] of sums) {
    // A little more comes from adding decimal fractions.
    if (sum <= 1 + 1e-9) continue;
    const hint = 'the shares of one operation add up to 1 at most';
    throw new AppError('usage', `too many faults at ${target}: ${Number(sum.toFixed(6))}`, {
      hint,
    });
  }
}

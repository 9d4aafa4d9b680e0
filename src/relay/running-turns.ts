import type { Call } from './call.js';

/** A turn under way. */
export interface RunningTurn {
  call: Call;
  /** Ends it. */
  stop: AbortController;
}

interface Placed extends RunningTurn {
  place?: number;
}

/**
 * The turns that run or wait. Not a Set: that leaves tables behind that hold what was in it, and keeps
 * V8 from forgetting a turn while it is young: a quarter of the time that a turn takes.
 */
export class RunningTurns {
  readonly #turns: Placed[] = [];

  get size(): number {
    return this.#turns.length;
  }

  add(turn: Placed): void {
    turn.place = this.#turns.push(turn) - 1;
  }

  delete(turn: Placed): void {
    const { place } = turn;
    if (place === undefined || this.#turns[place] !== turn) return;
    const last = this.#turns.pop();
    if (!last || last === turn) return;
    last.place = place;
    this.#turns[place] = last;
  }

  [Symbol.iterator](): Iterator<RunningTurn> {
    return this.#turns.values();
  }
}

// Rows: what is measured and the bound it has to keep.

/**
 * One line of the table.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit
 * @property {number} [atMost] the bound; a row without one is there to compare with
 * @property {number} [atLeast]
 * @property {Record<string, import('./samplers.mjs').Sampler>} samples taken in every round; a sampler
 *   that several rows share is taken once
 * @property {(medians: Record<string, number>) => number} measure
 * @property {number} [rounds] the most rounds of a row that takes long
 */

/**
 * Takes all samples of all rows, one of each in every round: what disturbs the machine for a while
 * then disturbs all of them.
 *
 * @param {Row[]} rows
 * @param {{ world: import('./world.mjs').World, runs: number, onRound: (round: number) => void }} options
 */
export async function measureRows(rows, { world, runs, onRound }) {
  const taken = new Map();
  // The first round is for the disk's cache and counts for nothing.
  for (let round = 0; round <= runs; round++) {
    onRound(round);
    for (const sampler of samplersOf(rows, round)) {
      const value = await sampler(world);
      if (round > 0) taken.set(sampler, [...(taken.get(sampler) ?? []), value]);
    }
  }
  return rows.map((row) => resultOf(row, taken));
}

function samplersOf(rows, round) {
  const due = rows.filter(({ rounds = Infinity }) => round <= rounds);
  return new Set(due.flatMap(({ samples }) => Object.values(samples)));
}

function resultOf({ name, unit, atMost, atLeast, samples, measure }, taken) {
  const medians = {};
  const fastest = {};
  for (const [key, sampler] of Object.entries(samples)) {
    const sorted = taken.get(sampler).toSorted((a, b) => a - b);
    medians[key] = quantile(sorted, 0.5);
    fastest[key] = quantile(sorted, 0.1);
  }
  const measured = measure(medians);
  const passed = measured <= (atMost ?? Infinity) && measured >= (atLeast ?? -Infinity);
  return { name, unit, atMost, atLeast, measured, passed, medians, p10: fastest };
}

function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}

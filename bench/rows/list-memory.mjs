import { LIST_MANY, LIST_SOME } from '../lib/programs.mjs';
import { peakMemory } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'memory of it, over that of a list of 1,000',
  unit: 'MiB',
  atMost: 20,
  rounds: 7,
  samples: { many: peakMemory(LIST_MANY), some: peakMemory(LIST_SOME) },
  measure: ({ many, some }) => many - some,
};

import { EXPORT_LONG, EXPORT_SHORT } from '../lib/programs.mjs';
import { peakMemory } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'memory of it, over that of 500 messages',
  unit: 'MiB',
  atMost: 20,
  rounds: 7,
  samples: { long: peakMemory(EXPORT_LONG), short: peakMemory(EXPORT_SHORT) },
  measure: ({ long, short }) => long - short,
};

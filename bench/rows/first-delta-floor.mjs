import { BARE_STREAM } from '../lib/programs.mjs';
import { firstDelta } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'the same through a bare pipe',
  unit: 'ms',
  samples: { pipe: firstDelta(BARE_STREAM) },
  measure: ({ pipe }) => pipe,
};

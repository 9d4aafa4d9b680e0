import { renderingGrowth } from '../lib/markdown.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'memory for ten more such replies',
  unit: 'MiB',
  atMost: 20,
  rounds: 5,
  samples: { growth: renderingGrowth },
  measure: ({ growth }) => growth,
};

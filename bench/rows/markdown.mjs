import { renderingRate } from '../lib/markdown.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: '5 MB of streamed Markdown',
  unit: 'MB/s',
  atLeast: 8,
  rounds: 5,
  samples: { rate: renderingRate },
  measure: ({ rate }) => rate,
};
